import type { Readable, Writable } from "node:stream";

/** The bandwidth of one endpoint: what is sent beyond it is sent later. A second's worth may pass at once. */
export class Bandwidth {
  /** When all that was sent so far would have passed at exactly the limit, in milliseconds. */
  private passedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly bytesPerSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts so many bytes. @returns milliseconds to wait before any more. */
  take(bytes: number): number {
    const now = this.now();
    this.passedAt = Math.max(this.passedAt, now - 1000) + (bytes / this.bytesPerSecond) * 1000;
    return Math.max(0, this.passedAt - now);
  }

  /** Whether so many bytes would have to wait. */
  wouldDelay(bytes: number): boolean {
    return Math.max(this.passedAt, this.now() - 1000) + (bytes / this.bytesPerSecond) * 1000 > this.now();
  }
}

/** A transfer at an endpoint's bandwidth. */
export interface Transfer {
  /** Milliseconds that it has been held up so far. */
  delay: number;
}

/**
 * Passes a stream on, chunk by chunk and each at once, and then waits as long as the bandwidth asks. Without a bandwidth it only heeds
 * the receiver. `ending` is called before the receiver's end.
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
    // The last chunk takes its time like any other.
    goOn();
  });
  to.once("close", () => clearTimeout(timer));
  return transfer;
}
