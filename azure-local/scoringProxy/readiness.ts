import { get } from "node:http";
import type { DeploymentView, Probe } from "./directory";
import { lifeOf } from "./life";
import type { ScoringProxyRules } from "./rules";

interface Health {
  readonly ready: boolean;
  readonly failures: number;
  readonly checkedAt: number;
}

/** What a container's probes come to now. */
export type Condition = "ready" | "not ready" | "dead";

/**
 * What the probes of running containers say. A container is asked when a request for it comes, not by a timer: nothing runs while nobody
 * calls. A good answer holds for the probe's period.
 */
export class Readiness {
  private readonly known = new Map<string, Health>();

  /**
   * A container is ready by one success, and stops being ready by `failureThreshold` failures in a row; one that is not ready is asked
   * again by the next request. It is dead by as many failures of its liveness probe, which is asked no more than once a period.
   */
  async conditionOf(url: string, { readiness, liveness }: Pick<DeploymentView, "readiness" | "liveness">): Promise<Condition> {
    const [ready, alive] = await Promise.all([
      this.ask(`readiness ${url}`, url, readiness, false),
      this.ask(`liveness ${url}`, url, liveness, true),
    ]);
    return alive ? (ready ? "ready" : "not ready") : "dead";
  }

  /** A container that is started anew has no past. */
  forget(url: string): void {
    this.known.delete(`readiness ${url}`);
    this.known.delete(`liveness ${url}`);
  }

  /** Whether a probe stands at success; `from` is where it stands before it was ever asked. */
  private async ask(key: string, url: string, probe: Probe, from: boolean): Promise<boolean> {
    const last = this.known.get(key) ?? { ready: from, failures: 0, checkedAt: Number.NEGATIVE_INFINITY };
    if (last.ready && Date.now() - last.checkedAt < probe.period * 1000) return true;
    const success = await answers(url + probe.path, probe.timeout);
    const failures = success ? 0 : last.failures + 1;
    const ready = success || (last.ready && failures < probe.failureThreshold);
    this.known.set(key, { ready, failures, checkedAt: Date.now() });
    return ready;
  }
}

/**
 * Why a container that a deployment began to start is not up yet, or undefined when it is: by the time that its start takes in Azure, not
 * by asking it.
 *
 * @param now milliseconds since 1970
 * @param speed seconds of Azure in one second
 */
export function stillStarting(deployment: DeploymentView, rules: ScoringProxyRules, now: number, speed: number): string | undefined {
  if (!rules.containersTakeTimeToStart) return undefined;
  const { startUp, readiness, liveness, createdAt, name } = deployment;
  const patient = { ...liveness, failureThreshold: Number.POSITIVE_INFINITY };
  const { readyAfter, killedAfter } = lifeOf({ startUp, readiness, liveness: rules.livenessRestarts ? liveness : patient });
  if (readyAfter === undefined) {
    return `${name} is restarted for ever: it needs ${startUp} s to start, and its liveness probe gives up after ${killedAfter} s`;
  }
  if (createdAt === undefined || speed === Number.POSITIVE_INFINITY) return undefined;
  const left = readyAfter - ((now - createdAt) / 1000) * speed;
  return left > 0 ? `${name} is loading its weights, for ${Math.ceil(left)} s of Azure more` : undefined;
}

/** Kubernetes' rule for HTTP probes: 200 to 399 within the time. */
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
