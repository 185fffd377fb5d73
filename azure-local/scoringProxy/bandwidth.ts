import type { Readable, Writable } from "node:stream";

/** Limits the bandwidth of one endpoint: delays what exceeds it. A burst can contain the bytes of one second. */
export class Bandwidth {
  /** The time in milliseconds at which everything sent so far would have passed at exactly the limit. */
  private passedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly bytesPerSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts bytes. @returns the milliseconds to wait before the next bytes */
  take(bytes: number): number {
    const now = this.now();
    this.passedAt = Math.max(this.passedAt, now - 1000) + (bytes / this.bytesPerSecond) * 1000;
    return Math.max(0, this.passedAt - now);
  }

  /** Whether a transfer of this many bytes would be delayed. */
  wouldDelay(bytes: number): boolean {
    return Math.max(this.passedAt, this.now() - 1000) + (bytes / this.bytesPerSecond) * 1000 > this.now();
  }
}

/** A transfer within the bandwidth of an endpoint. */
export interface Transfer {
  /** The total delay so far, in milliseconds. */
  delay: number;
}

/**
 * Forwards a stream. Each chunk is forwarded immediately; then the transfer pauses as long as the bandwidth requires. Without a bandwidth,
 * only the receiver's backpressure applies. `ending` is called before the receiver is ended.
 */
export function pass(from: Readable, to: Writable, bandwidth: Bandwidth | undefined, ending: () => void = () => {}): Transfer {
  const transfer: Transfer = { delay: 0 };
  let timer: NodeJS.Timeout | undefined;
  let isFull = false;
  let isOver = false;
  const goOn = () => {
    if (timer) return;
    if (isOver) finish();
    else if (!isFull) from.resume();
  };
  const finish = () => {
    ending();
    to.end();
  };
  to.on("drain", () => {
    isFull = false;
    if (!isOver) goOn();
  });
  from.on("data", (chunk: Buffer) => {
    const delay = bandwidth?.take(chunk.length) ?? 0;
    isFull = !to.write(chunk);
    if (delay > 0) {
      transfer.delay += delay;
      timer = setTimeout(() => {
        timer = undefined;
        goOn();
      }, delay);
    }
    if (timer || isFull) from.pause();
  });
  from.once("end", () => {
    isOver = true;
    // The last chunk is delayed like all others.
    goOn();
  });
  to.once("close", () => clearTimeout(timer));
  return transfer;
}
