import type { Operation } from "./operations";

/** An operation of the longest chain, and the operation that it waited for. */
export interface CriticalStep {
  readonly operation: Operation;
  /** ID of the resource whose operation had to end first. Undefined for the first step. */
  readonly waitedFor?: string;
  /** Seconds between the end of that operation (or the start of the run) and the start of this one: time spent in the client. */
  readonly idleSeconds: number;
  readonly seconds: number;
}

interface Ended extends Operation {
  readonly endsAt: number;
}

/**
 * The chain of operations that determined the duration of a run, in order. Each operation began after the previous one had ended.
 * Overlapping operations are considered independent, so a template counts through its resources.
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

/** Returns the operation that ended last. Of several, returns the last to begin, because it had to wait. */
function latest(operations: readonly Ended[]): Ended | undefined {
  return operations.reduce<Ended | undefined>((last, one) => {
    if (!last || one.endsAt > last.endsAt) return one;
    return one.endsAt === last.endsAt && one.startedAt > last.startedAt ? one : last;
  }, undefined);
}
