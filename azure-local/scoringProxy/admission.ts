import type { DeploymentView, EndpointView } from "./directory";

/**
 * Counts the in-flight requests of each deployment. Azure admits `2 × maxConcurrentRequestsPerInstance × instances` concurrent requests
 * and answers further requests with 429 (Azure docs, how-to-troubleshoot-online-endpoints).
 */
export class Admission {
  private readonly inFlight = new Map<string, number>();

  /** Admits a request. Returns a function that ends it (further calls have no effect), or undefined if the limit is reached. */
  enter(endpoint: EndpointView, deployment: DeploymentView): (() => void) | undefined {
    const key = `${endpoint.region}/${endpoint.name}/${deployment.name}`;
    const count = this.inFlight.get(key) ?? 0;
    if (count >= admitted(deployment)) return undefined;
    this.inFlight.set(key, count + 1);
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      const remaining = this.inFlight.get(key)! - 1;
      if (remaining === 0) this.inFlight.delete(key);
      else this.inFlight.set(key, remaining);
    };
  }
}

/** The number of concurrent requests, running or queued, that a deployment accepts. */
export function admitted(deployment: Pick<DeploymentView, "maxConcurrentRequestsPerInstance" | "instances">): number {
  return 2 * deployment.maxConcurrentRequestsPerInstance * deployment.instances;
}
