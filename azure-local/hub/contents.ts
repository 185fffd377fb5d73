import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { Readable } from "node:stream";

/** The bytes of a file of a repository. */
export interface Contents {
  /** Bytes. */
  readonly size: number;
  /** Reads from one byte to another. Both are included. */
  read(from: number, to: number): Readable;
  /** SHA-256 of the bytes, hexadecimal. Computed at the first call. */
  sha256(): Promise<string>;
}

export function bytesContents(bytes: Buffer | string): Contents {
  const buffer = Buffer.from(bytes);
  return {
    size: buffer.length,
    read: (from, to) => Readable.from(from > to ? [] : [buffer.subarray(from, to + 1)], { objectMode: false }),
    sha256: async () => createHash("sha256").update(buffer).digest("hex"),
  };
}

export function fileContents(file: string): Contents {
  let hash: Promise<string> | undefined;
  const contents: Contents = {
    size: fs.statSync(file).size,
    read: (from, to) => (from > to ? Readable.from([]) : fs.createReadStream(file, { start: from, end: to })),
    sha256: () => {
      hash ??= hashOf(contents.read(0, contents.size - 1));
      return hash;
    },
  };
  return contents;
}

const zeros = Buffer.alloc(1024 * 1024);
const hashes = new Map<string, Promise<string>>();

/**
 * A large file that takes neither disk space nor memory: a beginning, and then zeros up to the size.
 * @param sha256 Its hash, if it is known. @default computed at the first use, and then kept for files with the same beginning and size
 */
export function sparseContents(size: number, beginning: Buffer = Buffer.alloc(0), sha256?: string): Contents {
  const read = (from: number, to: number) => Readable.from(sparseBytes(beginning, from, to), { objectMode: false });
  const key = `${size} ${createHash("sha256").update(beginning).digest("hex")}`;
  return {
    size,
    read,
    sha256: () => {
      if (sha256 !== undefined) return Promise.resolve(sha256);
      const known = hashes.get(key) ?? hashOf(read(0, size - 1));
      hashes.set(key, known);
      return known;
    },
  };
}

function* sparseBytes(beginning: Buffer, from: number, to: number): Generator<Buffer> {
  if (from < beginning.length) yield beginning.subarray(from, to + 1);
  for (let position = Math.max(from, beginning.length); position <= to; position += zeros.length)
    yield zeros.subarray(0, Math.min(zeros.length, to + 1 - position));
}

async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest("hex");
}
