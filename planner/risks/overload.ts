/** Checks whether each deployment of an endpoint has the capacity for its traffic weight. */
import type { RequestSettings } from "../decision";
import type { PlannedDeployment } from "../rollout";
import type { ServingDeployment } from "../rollout/capacity";

/** The values of a planned deployment that affect its capacity. */
export interface LoadedDeployment extends Pick<PlannedDeployment, "role" | "instances" | "scale" | "weight"> {
  readonly decision: {
    /** Name in Azure. */
    readonly name: string;
    readonly requestSettings: Pick<RequestSettings, "maxConcurrentRequestsPerInstance">;
  };
}

/** A deployment whose traffic exceeds its capacity. */
export interface Overload {
  readonly name: string;
  /** Percent of the endpoint's requests. */
  readonly weight: number;
  /** Concurrent requests that the endpoint is planned for. */
  readonly load: number;
  /** Whether `load` is the endpoint's current capacity; otherwise, it is the declared concurrency. */
  readonly isLive: boolean;
  /** Concurrent requests that the deployment receives at this load. */
  readonly requests: number;
  /** Maximum number of instances. */
  readonly instances: number;
  /** Concurrent requests per instance. */
  readonly concurrency: number;
}

/** The traffic of an endpoint in Azure. */
export interface LiveTraffic {
  /** Percent by deployment name. */
  readonly traffic: Readonly<Record<string, number>>;
  /** The deployments that receive requests. @default - they were not read */
  readonly serving?: readonly ServingDeployment[];
}

/** Names of the deployments whose traffic weight increases. */
export function gainingDeployments(planned: readonly LoadedDeployment[], { traffic }: LiveTraffic): string[] {
  return planned.filter(({ decision, weight }) => weight > (traffic[decision.name] ?? 0)).map(({ decision }) => decision.name);
}

/**
 * Deployments whose part of the endpoint's load exceeds their capacity with the maximum number of instances. The load is the declared
 * concurrency of the largest deployment with a traffic weight, or the current capacity if a deployment takes over traffic from it. For an
 * endpoint that doesn't serve yet, deployments without a weight count too: a candidate that replaces a larger, idle one must carry its
 * load.
 */
export function overloads(planned: readonly LoadedDeployment[], live?: LiveTraffic): Overload[] {
  const current = planned.filter(({ role }) => role === "current");
  const declared = Math.max(0, ...current.filter(({ weight }) => live === undefined || weight > 0).map(capacityOf));
  const liveCapacity = sum((live?.serving ?? []).map(({ instances, concurrency }) => instances * concurrency));
  const gains = live === undefined ? [] : gainingDeployments(current, live);
  return current.flatMap((deployment) => {
    const { decision, weight } = deployment;
    const isLive = gains.includes(decision.name) && liveCapacity > declared;
    const load = isLive ? liveCapacity : declared;
    if ((load * weight) / 100 <= capacityOf(deployment)) return [];
    const requests = Math.ceil((load * weight) / 100);
    return [
      { name: decision.name, weight, load, isLive, requests, instances: mostInstances(deployment), concurrency: concurrencyOf(deployment) },
    ];
  });
}

/** Concurrent requests that a deployment can process with the maximum number of instances. */
export function capacityOf(deployment: LoadedDeployment): number {
  return mostInstances(deployment) * concurrencyOf(deployment);
}

function mostInstances({ instances, scale }: LoadedDeployment): number {
  return scale?.max ?? instances;
}

function concurrencyOf({ decision }: LoadedDeployment): number {
  return decision.requestSettings.maxConcurrentRequestsPerInstance;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
