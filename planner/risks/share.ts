/** Whether each deployment of an endpoint carries its share of the requests. */
import type { PlannedDeployment } from "../rollout";
import type { Serving } from "../rollout/capacity";

/** A share that is larger than what the deployment's instances take. */
export interface Overload {
  readonly name: string;
  /** Percent of the endpoint's requests. */
  readonly weight: number;
  /** Concurrent requests that the endpoint is planned for. */
  readonly load: number;
  /** Whether `load` is what serves now; otherwise it is what the stack file declares. */
  readonly isLive: boolean;
  /** Concurrent requests that are the deployment's share of the load. */
  readonly gets: number;
  /** Most instances that the deployment may have. */
  readonly instances: number;
  /** Concurrent requests that one instance takes. */
  readonly concurrency: number;
}

/** What an endpoint has in Azure. */
export interface LiveShares {
  /** Percent by deployment name. */
  readonly traffic: Readonly<Record<string, number>>;
  /** Its deployments that have requests, where they were read. */
  readonly serving?: readonly Serving[];
}

/** Names of the deployments that get a larger share than they have. */
export function gaining(planned: readonly PlannedDeployment[], { traffic }: LiveShares): string[] {
  return planned.filter(({ decision, weight }) => weight > (traffic[decision.name] ?? 0)).map(({ decision }) => decision.name);
}

/**
 * Deployments whose share of the endpoint's load is larger than what they carry with the most instances that they may have. The load is what
 * the largest deployment with a share is declared for, or what serves now where the deployment takes over from it. Of an endpoint that doesn't
 * serve yet, deployments without a share count too: a candidate that has all requests beside an idle, larger one takes its place.
 */
export function overloads(planned: readonly PlannedDeployment[], live?: LiveShares): Overload[] {
  const current = planned.filter(({ role }) => role === "current");
  const declared = Math.max(0, ...current.filter(({ weight }) => live === undefined || weight > 0).map(carries));
  const now = sum((live?.serving ?? []).map(({ instances, concurrency }) => instances * concurrency));
  const gains = live === undefined ? [] : gaining(current, live);
  return current.flatMap((deployment) => {
    const { decision, weight } = deployment;
    const isLive = gains.includes(decision.name) && now > declared;
    const load = isLive ? now : declared;
    if ((load * weight) / 100 <= carries(deployment)) return [];
    const gets = Math.ceil((load * weight) / 100);
    return [
      { name: decision.name, weight, load, isLive, gets, instances: mostInstances(deployment), concurrency: concurrencyOf(deployment) },
    ];
  });
}

function carries(deployment: PlannedDeployment): number {
  return mostInstances(deployment) * concurrencyOf(deployment);
}

function mostInstances({ instances, scale }: PlannedDeployment): number {
  return scale?.max ?? instances;
}

function concurrencyOf({ decision }: PlannedDeployment): number {
  return decision.requestSettings.maxConcurrentRequestsPerInstance;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
