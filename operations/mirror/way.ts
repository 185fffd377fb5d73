/** The ways to copy weights into the storage account. The preparation and the lock file are the same for all of them. */
import type { WeightFile } from "../../planner/weights";
import type { PreparedWeights } from "./prepare";

export interface StagingWay {
  /**
   * Whether a folder contains exactly these files, verified, with their list. `unknown` if this way can only tell by copying.
   * @throws Error with what to do, if the account can't be used or the folder contains other files
   */
  has(path: string, files: readonly WeightFile[]): Promise<boolean | "unknown">;
  /**
   * Copies what is missing, verifies each file, and writes the list of the files last. It resolves only when all of that is done.
   * @returns the bytes that were copied; those of an earlier run don't count
   * @throws Error with what to do
   */
  stage(weights: PreparedWeights): Promise<number>;
  /** Removes what killed runs left, after all weights are staged. @default - nothing to remove */
  finish?(): Promise<void>;
}
