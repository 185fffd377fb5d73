import * as fs from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import type { ByteStore } from "./byteStore";
import type { BlobRecords } from "./host";

/** Writes the blobs at a path and below it to a folder. A blob at exactly this path becomes one file. @returns the number of files */
export async function mountFolder(
  records: BlobRecords,
  bytes: ByteStore,
  from: { readonly containerId: string; readonly path: string },
  folder: string,
): Promise<number> {
  const root = from.path.replace(/\/+$/, "");
  const blobs = records.blobs(from.containerId).filter((blob) => blob.path === root || blob.path.startsWith(`${root}/`));
  fs.mkdirSync(folder, { recursive: true });
  for (const blob of blobs) {
    const below = blob.path === root ? path.posix.basename(root) : blob.path.slice(root.length + 1);
    const target = path.join(folder, below);
    if (!path.resolve(target).startsWith(path.resolve(folder) + path.sep))
      throw new Error(`The blob ${blob.path} has a path outside its folder.`);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    await pipeline(bytes.read(records.blocks(from.containerId, blob.path)), fs.createWriteStream(target));
  }
  return blobs.length;
}
