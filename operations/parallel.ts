/** Runs tasks in parallel, up to a number of them. */

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
