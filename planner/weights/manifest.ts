/**
 * The manifest of staged weights: the list of their files with SHA-256 hashes. It is stored next to the files in the format of the command
 * `sha256sum`, so that `sha256sum --check SHA256SUMS` verifies them too. Its own hash identifies the weights.
 */
import { createHash } from "node:crypto";

/** Name of the manifest in the folder of the weights. */
export const manifestFileName = "SHA256SUMS";

/** Environment variable with the hash of the manifest. If it is set, the container verifies the mounted files before it starts vLLM. */
export const manifestVariable = "MOOR_MANIFEST";

/** A file of a model repository. */
export interface WeightFile {
  /** Path in the repository, separated by `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Format of a path in a manifest: segments of letters, digits, `.`, `_`, `-`, `+` and `=`, separated by `/`. No segment starts with a dot, so that
 * a path can't leave the folder, and no character requires an escape in the format of `sha256sum`.
 */
export const manifestPathPattern = /^[A-Za-z0-9_+=-][\w.+=-]*(\/[A-Za-z0-9_+=-][\w.+=-]*)*$/;

/** Text of the manifest: one line per file, ordered by path. The order of `files` doesn't matter. */
export function manifestText(files: readonly WeightFile[]): string {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return sorted.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join("");
}

/** Hash of the manifest: `sha256:` and 64 hexadecimal digits. */
export function manifestDigest(files: readonly WeightFile[]): string {
  return `sha256:${createHash("sha256").update(manifestText(files)).digest("hex")}`;
}
