/** The job of copy_weights.py: what it copies, from where and to where. It contains no token, no signed address and no key. */
import type { WeightFile } from "../../../planner/weights";

/** A file with the size of its blocks, in bytes. */
export type JobFile = readonly [path: string, size: number, sha256: string, block: number];

/** Files of another repository than that of the model: all below a folder. */
export interface JobAdapter {
  /** Folder in the folder of the weights. The paths of the repository follow it. */
  readonly folder: string;
  /** Hugging Face ID. */
  readonly model: string;
  /** Commit, 40 hexadecimal digits. */
  readonly revision: string;
}

export interface CopyJob {
  /** Address of the blob service, such as `https://<account>.blob.core.windows.net`. */
  readonly blobs: string;
  readonly container: string;
  /** Folder of the weights in the container. */
  readonly folder: string;
  /** Address of the Hugging Face Hub. */
  readonly hub: string;
  /** Hugging Face ID. */
  readonly model: string;
  /** Commit, 40 hexadecimal digits. */
  readonly revision: string;
  readonly files: readonly JobFile[];
  /** LoRA adapters. @default - none */
  readonly adapters?: readonly JobAdapter[];
  /** SHA-256 of the text of SHA256SUMS, 64 hexadecimal digits. */
  readonly manifest: string;
  /** Client ID of the script's identity. */
  readonly clientId: string;
  /** Address of the Key Vault secret with the Hugging Face token, without its version. @default - no token */
  readonly tokenSecret?: string;
  /** Whether files that were verified are read back again. @default false */
  readonly force?: boolean;
  /** Factor of all pauses between attempts. The local Azure uses 0. @default 1 */
  readonly pauseScale?: number;
}

/** @param blockBytes Size of the blocks of a file. */
export function jobFiles(files: readonly WeightFile[], blockBytes: (size: number) => number): JobFile[] {
  return files.map(({ path, size, sha256 }) => [path, size, sha256, blockBytes(size)]);
}
