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
 * `noSafetensors`, `pickle`, `python`, `names`, `index`, `license`: the repository. `conflict`: two deployments stage the same commit differently.
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
  return more > 0 ? `${items.slice(0, most).join(", ")} and ${more} more` : items.join(", ");
}
