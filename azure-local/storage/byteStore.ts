import { createHash, randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { diskError } from "./answer";
import type { Block } from "./host";

/** Bytes that were written to a file, whose record is not stored yet. */
export interface WrittenFile {
  readonly file: string;
  readonly size: number;
  /** Base64. Undefined unless it was asked for. */
  readonly md5?: string;
  /** Ends the write: from here on, the file is kept only if a record refers to it. Call it once, after the record was stored or not. */
  readonly release: () => void;
}

/** A range of bytes. Both ends are included. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const zeros = Buffer.alloc(64 * 1024);

/**
 * The bytes of blobs, in a folder with one file for each block. A file is never changed after it was written, so blobs can be read while
 * others are committed. Files to which no record refers are what an interrupted write left; `sweep` deletes them. Zeros are not written,
 * so that large test data takes no disk space.
 */
export class ByteStore {
  private readonly writing = new Set<string>();

  constructor(private readonly folder: string) {}

  /**
   * Writes a body to a file. If it can't be stored, the rest of the body is read and discarded, so that the caller gets an answer.
   * @throws StorageError 507 if the disk is full, the error of the body if it is incomplete
   */
  async write(body: AsyncIterable<Uint8Array>, options: { readonly md5: boolean }): Promise<WrittenFile> {
    fs.mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const file = randomUUID();
    const target = this.pathOf(file);
    this.writing.add(file);
    const release = () => void this.writing.delete(file);
    const hash = options.md5 ? createHash("md5") : undefined;
    let size = 0;
    let problem: unknown;
    try {
      const handle = await fs.promises.open(target, "wx", 0o600);
      try {
        for await (const chunk of body) {
          if (problem !== undefined) continue;
          hash?.update(chunk);
          problem = await writeAll(handle, chunk, size).then(
            () => undefined,
            (error: unknown) => error,
          );
          size += chunk.length;
        }
        if (problem !== undefined) throw problem;
        await handle.truncate(size);
      } finally {
        await handle.close();
      }
    } catch (error) {
      fs.rmSync(target, { force: true });
      release();
      throw diskError(error);
    }
    return { file, size, md5: hash?.digest("base64"), release };
  }

  /** Reads a range of the content that consists of these blocks. @default the whole content */
  read(blocks: readonly Block[], range: ByteRange = { from: 0, to: Number.POSITIVE_INFINITY }): Readable {
    return Readable.from(this.parts(blocks, range), { objectMode: false });
  }

  remove(files: Iterable<string>): void {
    for (const file of files) fs.rmSync(this.pathOf(file), { force: true });
  }

  /** Deletes all files except these and those that are being written. */
  sweep(kept: ReadonlySet<string>): void {
    if (!fs.existsSync(this.folder)) return;
    this.remove(fs.readdirSync(this.folder).filter((file) => !kept.has(file) && !this.writing.has(file)));
  }

  private async *parts(blocks: readonly Block[], { from, to }: ByteRange): AsyncGenerator<Buffer> {
    let start = 0;
    for (const { file, size } of blocks) {
      const [first, last] = [Math.max(from - start, 0), Math.min(to - start, size - 1)];
      start += size;
      if (first > last) continue;
      yield* fs.createReadStream(this.pathOf(file), { start: first, end: last, highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>;
    }
  }

  private pathOf(file: string): string {
    return path.join(this.folder, file);
  }
}

async function writeAll(handle: fs.promises.FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    const part = chunk.subarray(offset, offset + zeros.length);
    if (!zeros.subarray(0, part.length).equals(part)) {
      for (let written = 0; written < part.length; )
        written += (await handle.write(part, written, part.length - written, position + offset + written)).bytesWritten;
    }
    offset += part.length;
  }
}
