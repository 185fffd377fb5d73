/** Reads the files of a LoRA adapter from a folder. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { adapterFiles, manifestDigest, type WeightFile } from "../planner/weights";

/** Bytes that one call reads, so that memory doesn't depend on the size of the file. */
const chunk = 4 * 1024 * 1024;

/** The files of an adapter that are served, with paths relative to its folder. Files that don't exist are missing. */
export function adapterFilesIn(folder: string): WeightFile[] {
  return Object.values(adapterFiles).flatMap((name) => {
    const file = path.join(folder, name);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    return stat?.isFile() ? [{ path: name, size: stat.size, sha256: hashOf(file) }] : [];
  });
}

/** The hash that identifies an adapter from a folder, 64 hexadecimal digits. */
export function adapterHash(files: readonly WeightFile[]): string {
  return manifestDigest(files).slice("sha256:".length);
}

function hashOf(file: string): string {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(chunk);
  const descriptor = fs.openSync(file, "r");
  try {
    for (;;) {
      const length = fs.readSync(descriptor, buffer, 0, chunk, null);
      if (length === 0) return hash.digest("hex");
      hash.update(buffer.subarray(0, length));
    }
  } finally {
    fs.closeSync(descriptor);
  }
}
