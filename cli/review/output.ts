/** Where `npm run review` writes. */
import * as fs from "node:fs";
import * as path from "node:path";
import { makeFolders } from "../folders";
import type { ReviewFormat } from "./options";

/** The review in both formats, as text. */
export type Rendered = Readonly<Record<ReviewFormat, string>>;

const files = { markdown: "review.md", json: "review.json" } as const satisfies Record<ReviewFormat, string>;

/**
 * Prepares the output before the previews, which take minutes. Removes the review of an earlier run, which a run without a review must not
 * leave there.
 * @throws Error if the folder can't be written
 */
export function openOutput({ format = "markdown", output }: { readonly format?: ReviewFormat; readonly output?: string }) {
  if (output === undefined) return (rendered: Rendered): void => void process.stdout.write(rendered[format]);
  const folder = path.resolve(output);
  try {
    if (output.trim() === "") throw new Error("it is empty");
    makeFolders(folder);
    fs.accessSync(folder, fs.constants.W_OK);
    for (const name of Object.values(files)) fs.rmSync(path.join(folder, name), { force: true });
  } catch (error) {
    throw new Error(`The review can't be written to ${folder} (${(error as Error).message}). Set --output to a writable folder.`);
  }
  return (rendered: Rendered): void => {
    for (const [name, text] of Object.entries(rendered)) fs.writeFileSync(path.join(folder, files[name as ReviewFormat]), text);
  };
}
