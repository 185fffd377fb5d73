import { get } from "node:http";
import type { DeploymentView, Probe } from "./directory";
import { lifecycleOf } from "./lifecycle";
import type { ScoringProxyRules } from "./rules";

interface Health {
  readonly ready: boolean;
  readonly failures: number;
  readonly checkedAt: number;
}

/** The current condition of a container according to its probes. */
export type Condition = "ready" | "not ready" | "dead";

/**
 * Runs the probes of running containers. A probe runs when a request for the container arrives, not on a timer, so nothing runs while
 * there are no requests. A success is valid for the period of the probe.
 */
export class Readiness {
  private readonly health = new Map<string, Health>();

  /**
   * A container becomes ready after one success, and not ready after `failureThreshold` consecutive failures. If it is not ready, the next
   * request probes it again. It is dead after `failureThreshold` failures of its liveness probe, which runs at most once per period.
   */
  async conditionOf(url: string, { readiness, liveness }: Pick<DeploymentView, "readiness" | "liveness">): Promise<Condition> {
    const [ready, alive] = await Promise.all([
      this.probe(`readiness ${url}`, url, readiness, false),
      this.probe(`liveness ${url}`, url, liveness, true),
    ]);
    return alive ? (ready ? "ready" : "not ready") : "dead";
  }

  /** Deletes the results of a container that is restarted. */
  forget(url: string): void {
    this.health.delete(`readiness ${url}`);
    this.health.delete(`liveness ${url}`);
  }

  /** Whether a probe is successful. `initially` is its result before the first attempt. */
  private async probe(key: string, url: string, probe: Probe, initially: boolean): Promise<boolean> {
    const last = this.health.get(key) ?? { ready: initially, failures: 0, checkedAt: Number.NEGATIVE_INFINITY };
    if (last.ready && Date.now() - last.checkedAt < probe.period * 1000) return true;
    const success = await answers(url + probe.path, probe.timeout);
    const failures = success ? 0 : last.failures + 1;
    const ready = success || (last.ready && failures < probe.failureThreshold);
    this.health.set(key, { ready, failures, checkedAt: Date.now() });
    return ready;
  }
}

/**
 * Returns why the container of a deployment has not started yet, or undefined if it has. Computed from the time that the start takes in
 * Azure, without a probe.
 *
 * @param now milliseconds since 1970
 * @param speed Azure seconds per real second
 */
export function stillStarting(deployment: DeploymentView, rules: ScoringProxyRules, now: number, speed: number): string | undefined {
  if (!rules.containersTakeTimeToStart) return undefined;
  const { startUp, readiness, liveness, createdAt, name } = deployment;
  const patient = { ...liveness, failureThreshold: Number.POSITIVE_INFINITY };
  const { readyAfter, killedAfter } = lifecycleOf({ startUp, readiness, liveness: rules.livenessRestarts ? liveness : patient });
  if (readyAfter === undefined) {
    return `the liveness probe of ${name} restarts its container after ${killedAfter} s, but its start takes ${startUp} s`;
  }
  if (createdAt === undefined || speed === Number.POSITIVE_INFINITY) return undefined;
  const remaining = readyAfter - ((now - createdAt) / 1000) * speed;
  return remaining > 0 ? `${name} is loading its weights, which takes another ${Math.ceil(remaining)} s in Azure` : undefined;
}

/** As in Kubernetes, an HTTP probe succeeds with a status from 200 to 399 within the timeout. */
function answers(url: string, seconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = get(url, { agent: false, timeout: seconds * 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode! >= 200 && response.statusCode! < 400);
    });
    probe.once("timeout", () => probe.destroy());
    probe.once("error", () => resolve(false));
    probe.once("close", () => resolve(false));
  });
}
