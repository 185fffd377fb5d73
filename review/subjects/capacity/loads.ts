/** The load and the capacity of the deployments of an endpoint. */
import { defaultRequestSettings } from "../../../azure/scoring";
import { capacityOf, gainingDeployments, type LoadedDeployment, type Overload, overloads } from "../../../planner/risks/overload";
import type { ServingDeployment } from "../../../planner/rollout/capacity";
import { labelOf } from "../../../planner/rollout/transition";
import type { EndpointView } from "../../endpoints";
import type { EndpointPair } from "../../shares";

/** One deployment with traffic after the run. */
export interface Load {
  readonly endpoint: string;
  readonly deployment: LoadedDeployment;
  /** Concurrent requests with the maximum number of instances. */
  readonly capacity: number;
  /** Weight, capacity and minimum number of instances of its label before the run. @default - the label had no traffic */
  readonly before?: { readonly weight: number; readonly capacity: number; readonly instances: number };
  /** Concurrent requests that it receives at the declared concurrency of the endpoint. */
  readonly requests: number;
  /** Set if the traffic exceeds the capacity. */
  readonly overload?: Overload;
  /** Whether the deployment receives more requests than before the run. */
  readonly gains: boolean;
}

export function loadsOf({ key, before, after }: EndpointPair): Load[] {
  if (after === undefined) return [];
  const [was, planned] = [before === undefined ? [] : loaded(before), loaded(after)].map(withWeight) as [
    LoadedDeployment[],
    LoadedDeployment[],
  ];
  // Before the run, the endpoint was planned for the declared concurrency of its largest deployment.
  const largest = [...was].sort((a, b) => capacityOf(b) - capacityOf(a)).slice(0, 1);
  const live = { traffic: before?.traffic ?? {}, serving: largest.map(servingOf) };
  const found = overloads(planned, was.length === 0 ? undefined : live);
  const gaining = gainingDeployments(planned, live);
  return planned.map((deployment): Load => {
    const { name } = deployment.decision;
    const own = was.filter((one) => labelOf(one.decision.name) === labelOf(name));
    const gains = gaining.includes(name);
    const overload = found.find((one) => one.name === name);
    const declared = Math.max(...(gains ? [...planned, ...largest] : planned).map(capacityOf));
    return {
      endpoint: key,
      deployment,
      capacity: capacityOf(deployment),
      ...(own.length === 0
        ? {}
        : {
            before: {
              weight: sum(own.map(({ weight }) => weight)),
              capacity: sum(own.map(capacityOf)),
              instances: sum(own.map(leastInstances)),
            },
          }),
      requests: overload?.requests ?? Math.ceil((declared * deployment.weight) / 100),
      // A preview contains declared numbers of instances, not the current ones.
      ...(overload && { overload: { ...overload, isLive: false } }),
      gains,
    };
  });
}

function loaded({ traffic, deployments }: EndpointView): LoadedDeployment[] {
  return deployments.map(({ name, instances, scale, concurrency }) => ({
    decision: {
      name,
      requestSettings: {
        maxConcurrentRequestsPerInstance: concurrency ?? defaultRequestSettings.maxConcurrentRequestsPerInstance,
      },
    },
    role: "current" as const,
    instances,
    ...(scale && { scale }),
    weight: traffic[name] ?? 0,
  }));
}

function withWeight(deployments: readonly LoadedDeployment[]): LoadedDeployment[] {
  return deployments.filter(({ weight }) => weight > 0);
}

export function leastInstances({ instances, scale }: LoadedDeployment): number {
  return scale?.min ?? instances;
}

function servingOf({ decision, weight, instances, scale }: LoadedDeployment): ServingDeployment {
  const concurrency = decision.requestSettings.maxConcurrentRequestsPerInstance;
  return { name: decision.name, weight, instances: scale?.max ?? instances, concurrency };
}

/** Whether a lower load than before the run uses the whole capacity of the deployment. */
function isWorse({ deployment, capacity, before }: Load): boolean {
  return before === undefined || capacity * before.weight < before.capacity * deployment.weight;
}

export function isOverloaded(load: Load): boolean {
  return load.overload !== undefined && load.gains && isWorse(load);
}

export function losesCapacity(load: Load): boolean {
  return load.before !== undefined && load.capacity < load.before.capacity && isWorse(load);
}

/** Whether only the minimum of autoscale is reduced. */
export function hasFewerInstances({ deployment, capacity, before }: Load): boolean {
  return before !== undefined && capacity >= before.capacity && leastInstances(deployment) < before.instances;
}

export function growsInWeight({ deployment, before }: Load): boolean {
  return deployment.weight > (before?.weight ?? 0);
}

export function severity(load: Load): number {
  return isOverloaded(load) ? 2 : losesCapacity(load) ? 1 : 0;
}

/** Concurrent requests of an endpoint at which the first deployment reaches its capacity. Undefined without traffic. */
export function endpointCapacity(endpoint: EndpointView): number | undefined {
  const serving = withWeight(loaded(endpoint));
  return serving.length === 0 ? undefined : Math.floor(Math.min(...serving.map((one) => (capacityOf(one) * 100) / one.weight)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
