import { get } from "node:http";
import type { ReadinessProbe } from "./directory";

interface Health {
  readonly ready: boolean;
  readonly failures: number;
  readonly checkedAt: number;
}

/**
 * Whether containers are ready. A container is asked when a request for it comes, not by a timer: nothing runs while nobody calls. A good
 * answer holds for the probe's period; one that is not ready is asked again by the next request.
 */
export class Readiness {
  private readonly known = new Map<string, Health>();

  /** A container starts not ready, becomes ready by one success, and stops being ready by `failureThreshold` failures in a row. */
  async isReady(url: string, probe: ReadinessProbe): Promise<boolean> {
    const last = this.known.get(url);
    if (last?.ready && Date.now() - last.checkedAt < probe.period * 1000) return true;
    const success = await answers(url + probe.path, probe.timeout);
    const failures = success ? 0 : (last?.failures ?? 0) + 1;
    const ready = success || (last?.ready === true && failures < probe.failureThreshold);
    this.known.set(url, { ready, failures, checkedAt: Date.now() });
    return ready;
  }
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
