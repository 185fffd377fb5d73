import type { DeploymentView, EndpointView } from "./directory";

/**
 * Counts the requests in flight of each deployment. Azure admits `2 × maxConcurrentRequestsPerInstance × instances` at once and refuses
 * the rest with 429 (Azure docs, how-to-troubleshoot-online-endpoints).
 */
export class Admission {
  private readonly inFlight = new Map<string, number>();

  /** A function that gives the place back (more than one call does nothing), or undefined when there is no place. */
  enter(endpoint: EndpointView, deployment: DeploymentView): (() => void) | undefined {
    const key = `${endpoint.region}/${endpoint.name}/${deployment.name}`;
    const count = this.inFlight.get(key) ?? 0;
    if (count >= admitted(deployment)) return undefined;
    this.inFlight.set(key, count + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const remaining = this.inFlight.get(key)! - 1;
      if (remaining === 0) this.inFlight.delete(key);
      else this.inFlight.set(key, remaining);
    };
  }
}

/** Requests that a deployment takes at once, running and waiting. */
export function admitted(deployment: Pick<DeploymentView, "maxConcurrentRequestsPerInstance" | "instances">): number {
  return 2 * deployment.maxConcurrentRequestsPerInstance * deployment.instances;
}
