/** Copies blocks through this machine, and hashes them on the way. No block is held in memory. */
import { createHash, type Hash } from "node:crypto";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BlobConnectionError, BlobError } from "../../../azure/blobStorage";
import { HubError } from "../../hub";
import type { FileBlock } from "../blocks";
import { locate, type OriginSource, openOrigin, type PreparedFile } from "../origin";
import type { CopyContext } from "./context";

/** Attempts of one block, and the wait before the first retry, in seconds. Each further one is twice as long. */
const attempts = { most: 5, pause: 1 } as const;

/**
 * Copies blocks of a file, one after the other.
 * @param isWhole Whether the blocks are the whole file, so that their hash is that of the file.
 * @returns the SHA-256 of the file, or undefined if the blocks are only a part of it
 */
export async function copyStreamed(
  context: CopyContext,
  file: PreparedFile,
  blocks: readonly FileBlock[],
  isWhole: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  let source = await locate(file.origin);
  let hash = isWhole ? createHash("sha256") : undefined;
  for (const block of blocks) {
    const copied = await copyBlock(context, file, source, block, hash, signal);
    hash = copied.hash;
    source = copied.source;
  }
  return hash?.digest("hex");
}

interface Copied {
  /** State of the hash after the block. */
  readonly hash: Hash | undefined;
  /** The address, which can have been renewed. */
  readonly source: OriginSource;
}

async function copyBlock(
  context: CopyContext,
  file: PreparedFile,
  source: OriginSource,
  block: FileBlock,
  hash: Hash | undefined,
  signal: AbortSignal,
): Promise<Copied> {
  const { report, clock, progress } = context.options;
  let at = source;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const next = hash?.copy();
    const sent = { bytes: 0 };
    try {
      await sendBlock(context, file, at, block, signal, (chunk) => {
        next?.update(chunk);
        sent.bytes += chunk.length;
        progress.add({ copy: chunk.length });
      });
      context.copied += block.size;
      return { hash: next, source: at };
    } catch (error) {
      progress.add({ copy: -sent.bytes });
      signal.throwIfAborted();
      if (!isRetryable(error) || attempt >= attempts.most) throw error;
      const pause = attempts.pause * 2 ** (attempt - 1);
      report(`${file.path}: the copy of a block was interrupted. Trying again in ${pause} s.`);
      await clock.sleep(pause, signal);
      // The address can have expired in the meantime.
      at = await locate(file.origin);
    }
  }
}

/** The source ended or broke before all bytes of a block were read. */
class BrokenSourceError extends Error {}

async function sendBlock(
  context: CopyContext,
  file: PreparedFile,
  source: OriginSource,
  block: FileBlock,
  signal: AbortSignal,
  seen: (chunk: Buffer) => void,
): Promise<void> {
  const broken = new AbortController();
  const from = await openOrigin(file.origin, source, block);
  const tap = tapOf(block.size, seen);
  // The SDK doesn't notice an error of the stream that it sends, so the request is canceled.
  const read = pipeline(from, tap).catch(() => broken.abort());
  try {
    const either = AbortSignal.any([signal, broken.signal]);
    await context.options.container.stageBlock(context.nameOf(file), block.id, () => tap, block.size, { signal: either });
  } catch (error) {
    throw broken.signal.aborted && !signal.aborted ? new BrokenSourceError() : error;
  } finally {
    tap.destroy();
    from.destroy();
    await read;
  }
}

/** Passes exactly `size` bytes. */
function tapOf(size: number, seen: (chunk: Buffer) => void): Transform & Readable {
  let left = size;
  return new Transform({
    // Large enough that the source isn't paused after each chunk.
    highWaterMark: 1024 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) return done(new BrokenSourceError());
      seen(chunk);
      done(null, chunk);
    },
    flush: (done) => done(left === 0 ? null : new BrokenSourceError()),
  });
}

function isRetryable(error: unknown): boolean {
  if (error instanceof BrokenSourceError || error instanceof BlobConnectionError) return true;
  return error instanceof BlobError && (error.status === 408 || error.status === 429 || error.status === 500 || error.status === 503);
}

/** The error for a source that kept breaking. */
export function brokenSource(error: unknown, { path }: PreparedFile): unknown {
  if (!(error instanceof BrokenSourceError)) return error;
  return new HubError(
    "connection",
    `The connection to the source of ${path} broke ${attempts.most} times. Check the connection, and run the command again. It continues where it stopped.`,
  );
}
