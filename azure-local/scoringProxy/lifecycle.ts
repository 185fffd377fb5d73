import type { Probe } from "./directory";

/** The start of a container, in seconds from its beginning. */
export interface Lifecycle {
  /** Seconds until its readiness probe succeeds. Undefined if it never does. */
  readonly readyAfter?: number;
  /** Seconds until its liveness probe restarts it before it has started; this repeats at each start. */
  readonly killedAfter?: number;
}

export interface LifecycleInput {
  /** Seconds until the server listens. Until then, probes fail immediately. */
  readonly startUp: number;
  readonly liveness: Probe;
  readonly readiness: Probe;
}

/** As in Kubernetes: one attempt after `initialDelay`, then one per `period`; action after `failureThreshold` consecutive failures. */
export function lifecycleOf({ startUp, liveness, readiness }: LifecycleInput): Lifecycle {
  const killedAfter = liveness.initialDelay + (liveness.failureThreshold - 1) * liveness.period;
  if (killedAfter < startUp) return { killedAfter };
  const tries = Math.max(0, Math.ceil((startUp - readiness.initialDelay) / readiness.period));
  return { readyAfter: readiness.initialDelay + tries * readiness.period };
}
