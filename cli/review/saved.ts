/** Reviews of saved previews. */
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { type ReviewOptions, reviewStacks } from "../../operations/review";
import { type Preview, readPreview, type StackReview } from "../../review";

/**
 * Reviews saved previews. They are read one after the other, because a preview needs far more memory than its review.
 * @param files Paths, or `-` for the standard input.
 * @returns the reviews in the order of the files
 * @throws Error if a file isn't readable, isn't a preview, or if two files are previews of the same stack; the reason of the signal if it is aborted
 */
export async function savedReviews(files: readonly string[], options: ReviewOptions): Promise<StackReview[]> {
  const reviews: StackReview[] = [];
  const lines: string[] = [];
  const fileByStack = new Map<string, string>();
  for (const file of new Set(files.map((one) => (one === "-" ? one : path.resolve(one))))) {
    const preview = await read(file);
    const { stack } = preview;
    const other = fileByStack.get(stack);
    if (other !== undefined) throw new Error(`${other} and ${file} are both previews of the stack ${stack}. Set --from for one of them.`);
    fileByStack.set(stack, file);
    const source = { stack, plan: async () => ({ preview }) };
    reviews.push(...(await reviewStacks([source], { ...options, report: (line) => lines.push(line) })));
  }
  // Reported at the end, so that the error of a wrong file is the only message.
  for (const line of lines) options.report?.(line);
  return reviews;
}

async function read(file: string): Promise<Preview> {
  const name = file === "-" ? "The standard input" : file;
  let content: string;
  try {
    content = file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`${name} can't be read (${(error as Error).message}). Set --from to the file of a saved preview.`);
  }
  try {
    return readPreview(content);
  } catch (error) {
    throw new Error(`${name} is not a saved preview. ${(error as Error).message}`);
  }
}
