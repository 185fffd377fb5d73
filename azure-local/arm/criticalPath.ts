import type { Operation } from "./operations";

/** One operation of the longest chain, and what held it up. */
export interface CriticalStep {
  readonly operation: Operation;
  /** Id of the resource whose operation had to end first; none for the first of the chain. */
  readonly waitedFor?: string;
  /** Seconds of the clock between the end of that operation (or the beginning of all) and the start of this one: the client's own time. */
  readonly idleSeconds: number;
  readonly seconds: number;
}

interface Ended extends Operation {
  readonly endsAt: number;
}

/**
 * The chain of operations that decided how long a run took, first to last: each began when the one before it had ended.
 * What overlaps is taken to be independent, so a template counts by its resources and not by itself.
 */
export function criticalPath(operations: readonly Operation[]): CriticalStep[] {
  const ended = operations.filter(
    (one): one is Ended => one.status !== "InProgress" && one.endsAt !== undefined && one.kind !== "template",
  );
  if (ended.length === 0) return [];
  const begin = Math.min(...ended.map(({ startedAt }) => startedAt));
  const steps: CriticalStep[] = [];
  for (let step = latest(ended); step; ) {
    const { startedAt, endsAt } = step;
    const current = step;
    const before = latest(ended.filter((other) => other !== current && other.endsAt <= startedAt));
    steps.unshift({
      operation: current,
      ...(before ? { waitedFor: before.resourceId } : {}),
      idleSeconds: (startedAt - (before?.endsAt ?? begin)) / 1000,
      seconds: (endsAt - startedAt) / 1000,
    });
    step = before;
  }
  return steps;
}

/** The one that ended last; of several the one that began last, which is the one that had to wait. */
function latest(operations: readonly Ended[]): Ended | undefined {
  return operations.reduce<Ended | undefined>((last, one) => {
    if (!last || one.endsAt > last.endsAt) return one;
    return one.endsAt === last.endsAt && one.startedAt > last.startedAt ? one : last;
  }, undefined);
}
