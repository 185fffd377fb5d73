/** Texts about the capacity of a deployment. */
import type { LoadedDeployment } from "../../../planner/risks/overload";
import { labelOf } from "../../../planner/rollout/transition";
import { growsInWeight, hasFewerInstances, isOverloaded, type Load, leastInstances } from "./loads";

export function summaryText(load: Load): string {
  const { endpoint, deployment, capacity, before, requests } = load;
  const name = `${endpoint}/${labelOf(deployment.decision.name)}`;
  if (isOverloaded(load)) return `${name}: ${requests} concurrent requests exceed its capacity of ${capacity}`;
  if (before !== undefined && before.capacity !== capacity)
    return `${name}: capacity ${before.capacity} to ${capacity} concurrent requests`;
  if (before !== undefined && hasFewerInstances(load) && !growsInWeight(load)) {
    return `${name}: at least ${instancesText(leastInstances(deployment))} instead of ${before.instances}`;
  }
  return `${name}: needs ${requests} concurrent requests, capacity ${capacity}`;
}

export function sumText({ endpoint, deployment, capacity, requests }: Load): string {
  return `${nameOf(endpoint, deployment)}: capacity ${capacity} concurrent requests (${product(deployment)}), ${requests} at the declared concurrency of the endpoint.`;
}

export function sameText({ endpoint, deployment, capacity, requests }: Load): string {
  return `${nameOf(endpoint, deployment)}: ${requests} concurrent requests at the declared concurrency of the endpoint exceed its capacity of ${capacity} (${product(deployment)}). This run doesn't increase its weight or reduce its capacity.`;
}

export function product({ instances, scale, decision }: LoadedDeployment): string {
  const most = scale?.max ?? instances;
  return `${instancesText(most)} × ${decision.requestSettings.maxConcurrentRequestsPerInstance}`;
}

export function instancesText(count: number): string {
  return `${count} ${count === 1 ? "instance" : "instances"}`;
}

export function nameOf(endpoint: string, { decision }: LoadedDeployment): string {
  return `${endpoint}/${decision.name}`;
}
