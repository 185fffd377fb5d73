/** Runs tasks in parallel, up to a number of them. */

/** Lets a number of tasks run at the same time. Further tasks wait, in the order of their calls. */
export class Slots {
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(count: number) {
    this.free = count;
  }

  /** Runs a task when a slot is free. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}

/**
 * Runs a task for each item, in their order and up to `most` of them in parallel. After the first failure, the signal of the other tasks is
 * aborted, and no further task starts.
 * @throws the error of the first task that failed, after all started tasks have ended
 */
export async function inParallel<Item>(
  items: readonly Item[],
  most: number,
  signal: AbortSignal,
  run: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const failed: unknown[] = [];
  const left = [...items];
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      if (either.aborted) return;
      try {
        await run(item, either);
      } catch (error) {
        failed.push(error);
        failure.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work));
  if (failed.length > 0) throw failed[0];
  signal.throwIfAborted();
}
