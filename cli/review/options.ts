/** The options of `npm run review`. */
import { stacksWithFile } from "../stackFiles";

export type ReviewFormat = "markdown" | "json";

export interface ReviewCommandOptions {
  /** @default - all stacks that have a stack file */
  readonly stack?: readonly string[];
  /** Saved previews. `-` is the standard input. @default - new previews */
  readonly from?: readonly string[];
  /** Git commit. @default - the stacks in Azure, or in the local Azure with `local` */
  readonly base?: string;
  readonly local?: boolean;
  /** @default "markdown" */
  readonly format?: ReviewFormat;
  /** Folder for both formats. @default - the standard output */
  readonly output?: string;
}

/** @throws Error if two options exclude each other */
export function checkOptions({ stack, from, base, local, format, output }: ReviewCommandOptions): void {
  if (from !== undefined && stack !== undefined)
    throw new Error("--from and --stack can't be set together: a saved preview contains its stack. Omit one of them.");
  if (from !== undefined && base !== undefined)
    throw new Error("--from and --base can't be set together: --base runs new previews. Omit one of them.");
  if (from !== undefined && local)
    throw new Error("--from and --local can't be set together: a saved preview needs no stack. Omit one of them.");
  if (base !== undefined && local)
    throw new Error("--base and --local can't be set together: --base uses a local Azure of its own. Omit one of them.");
  if (format !== undefined && output !== undefined)
    throw new Error("--format and --output can't be set together: --output writes both formats. Omit one of them.");
}

/**
 * The stacks to review, in the given order and each once.
 * @param folder Folder of the stack files.
 * @throws Error if a stack has no stack file, or if there is no stack
 */
export function chosenStacks(given: readonly string[] | undefined, folder?: string): string[] {
  const existing = stacksWithFile(folder);
  const listed = existing.length === 0 ? "none" : existing.join(", ");
  const unknown = [...new Set(given)].filter((stack) => !existing.includes(stack));
  if (unknown.length > 0) {
    const names = unknown.map((stack) => (stack === "" ? '""' : stack)).join(", ");
    throw new Error(`There is no stack file for ${names}. Set --stack to one of: ${listed}.`);
  }
  const stacks = [...new Set(given ?? existing)];
  if (stacks.length === 0) throw new Error("There is no stack file Pulumi.<stack>.yaml, so there is nothing to review.");
  return stacks;
}
