/** Entries of a tar, read by tar-stream: a reader that the code under test doesn't use. */
import { text } from "node:stream/consumers";
import * as tarStream from "tar-stream";

export interface ReadEntry {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds. */
  readonly mtime: number;
  readonly content: string;
  readonly target?: string;
}

export async function entriesOf(bytes: Uint8Array): Promise<ReadEntry[]> {
  const extract = tarStream.extract();
  extract.end(Buffer.from(bytes));
  const entries: ReadEntry[] = [];
  for await (const entry of extract) {
    const content = await text(entry);
    const { name, type, mode, uid, gid, mtime, linkname } = entry.header;
    entries.push({
      name,
      type: type ?? "",
      mode: mode ?? 0,
      uid: uid ?? -1,
      gid: gid ?? -1,
      mtime: (mtime?.getTime() ?? -1) / 1000,
      content,
      ...(linkname ? { target: linkname } : {}),
    });
  }
  return entries;
}
