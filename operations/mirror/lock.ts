/** Records staged weights in the text of a lock file. */
import { isDeepStrictEqual } from "node:util";
import { reportErrors } from "../../config/errors";
import { readLock, writeLock } from "../../config/lockFile";
import { mirroredOf, type RecordedDecision, recordStaged } from "../../config/stagedWeights";
import type { WeightFile } from "../../planner/weights";
import { WeightsError } from "./error";
import type { WantedWeights } from "./wanted";

/** The new text of a lock file, and the decisions that changed. */
export interface RecordedText {
  readonly text: string;
  readonly changed: readonly RecordedDecision[];
}

/**
 * Records that weights are staged. The text is that of the file after the copy, which can have changed in the meantime.
 * @param force Whether decisions that are staged without a list get one.
 * @throws Error with a report if the lock file is invalid; WeightsError if no deployment uses the weights any more
 */
export function withStagedWeights(
  stack: string,
  lockText: string,
  { id, revision, path }: Pick<WantedWeights, "id" | "revision" | "path">,
  files: readonly WeightFile[],
  force: boolean,
): RecordedText {
  const read = readLock(stack, lockText);
  if ("errors" in read) throw new Error(reportErrors(stack, read.errors));
  const entries = Object.values(read.lock.endpoints).flatMap((labels) => Object.values(labels));
  if (!entries.some(({ current }) => mirroredOf(current)?.path === path)) {
    throw new WeightsError(
      "lockChanged",
      `The lock file of ${stack} has changed during the copy: no deployment uses ${id} at ${revision} any more. ` +
        "Its files are staged and verified, but they were not registered. Run the command again for the changed lock file.",
    );
  }
  const listed = files.map(({ path: name, size, sha256 }) => ({ path: name, size, sha256 }));
  const { lock, changed } = recordStaged(read.lock, path, listed, { force });
  // The hash of a list doesn't contain the sizes, so they can differ after a manual edit.
  const isRecorded = changed.length === 0 && isDeepStrictEqual(lock.manifests, read.lock.manifests);
  return { text: isRecorded ? lockText : writeLock(lock), changed };
}
