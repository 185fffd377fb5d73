/** Saved previews. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { PreviewSource } from "../../operations/review";
import { type Preview, readPreview } from "../../review";

/**
 * Reads saved previews.
 * @param files Paths, or `-` for the standard input.
 * @throws Error if a file isn't readable, isn't a preview, or if two files are previews of the same stack
 */
export function savedPreviews(files: readonly string[]): PreviewSource[] {
  const unique = [...new Set(files.map((file) => (file === "-" ? file : path.resolve(file))))];
  const previews = unique.map((file) => ({ file, preview: read(file) }));
  for (const [index, { file, preview }] of previews.entries()) {
    const other = previews.slice(0, index).find((one) => one.preview.stack === preview.stack);
    if (other !== undefined)
      throw new Error(`${other.file} and ${file} are both previews of the stack ${preview.stack}. Set --from for one of them.`);
  }
  return previews.map(({ preview }) => ({ stack: preview.stack, plan: async () => ({ preview }) }));
}

function read(file: string): Preview {
  const name = file === "-" ? "The standard input" : file;
  let text: string;
  try {
    text = fs.readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new Error(`${name} can't be read (${(error as Error).message}). Set --from to the file of a saved preview.`);
  }
  try {
    return readPreview(text);
  } catch (error) {
    throw new Error(`${name} is not a saved preview. ${(error as Error).message}`);
  }
}
