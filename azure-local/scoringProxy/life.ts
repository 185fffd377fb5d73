import type { Probe } from "./directory";

/** What becomes of a container that begins to start at second 0. */
export interface Life {
  /** Seconds after which its readiness probe succeeds; undefined if it never does. */
  readonly readyAfter?: number;
  /** Seconds after which its liveness probe has it restarted in the middle of its start, each time anew. */
  readonly killedAfter?: number;
}

export interface LifeInput {
  /** Seconds until the server listens; before that a probe fails at once. */
  readonly startUp: number;
  readonly liveness: Probe;
  readonly readiness: Probe;
}

/** Kubernetes' rule: the first try after the initial delay, then one each period, and the failureThreshold-th failure in a row acts. */
export function lifeOf({ startUp, liveness, readiness }: LifeInput): Life {
  const givesUp = liveness.initialDelay + (liveness.failureThreshold - 1) * liveness.period;
  if (givesUp < startUp) return { killedAfter: givesUp };
  const tries = Math.max(0, Math.ceil((startUp - readiness.initialDelay) / readiness.period));
  return { readyAfter: readiness.initialDelay + tries * readiness.period };
}
