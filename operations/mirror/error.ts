/** Weights can't be staged, for a reason that the user can change. */
export class WeightsError extends Error {
  constructor(
    /** For tests and exit codes. */
    readonly problem: WeightsProblem,
    message: string,
  ) {
    super(message);
    this.name = "WeightsError";
  }
}

/**
 * `noSafetensors`, `pickle`, `python`, `names`, `index`, `license`: the repository. `adapter`: a LoRA adapter. `conflict`: two deployments stage the same commit differently.
 * `changedList`: the folder has a recorded list of other files. `hash`: a file doesn't have the hash of the Hub. `otherFiles`: the folder
 * contains files that don't belong to it. `incomplete`: a file is missing after the copy. `full`, `service`: the storage account.
 * `unreachable`: this machine doesn't reach the account. `interrupted`: Ctrl-C. `lockChanged`: the lock file.
 */
export type WeightsProblem =
  | "noSafetensors"
  | "pickle"
  | "python"
  | "names"
  | "index"
  | "license"
  | "adapter"
  | "conflict"
  | "changedList"
  | "hash"
  | "otherFiles"
  | "incomplete"
  | "full"
  | "service"
  | "unreachable"
  | "interrupted"
  | "lockChanged";

/** The error after Ctrl-C. */
export function interrupted(): WeightsError {
  return new WeightsError(
    "interrupted",
    "The copy was interrupted. Nothing was registered. The next run of this command continues where it stopped.",
  );
}

/** A list for a sentence: at most `most` items, and how many more there are. */
export function some(items: readonly string[], most = 10): string {
  const more = items.length - most;
  const shown = items.slice(0, most).map(printable).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Longest text of an item in a sentence, in characters. */
const longestItem = 200;

/** A text that an author of a repository wrote, for a sentence. A text with other characters, which could change a terminal, is quoted. */
export function printable(text: string): string {
  const short = text.length > longestItem ? `${text.slice(0, longestItem)}…` : text;
  return /^[!#-[\]-~]+$/.test(text) ? short : escaped(short);
}

function escaped(text: string): string {
  return JSON.stringify(text).replaceAll(/[^ -~…]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
