/** Whether each deployment whose traffic increases has the capacity for it, and which deployments lose capacity. */
import { defaultRequestSettings } from "../../azure/scoring";
import { capacityOf, gainingDeployments, type LoadedDeployment, type Overload, overloads } from "../../planner/risks/overload";
import { overloadText } from "../../planner/risks/text";
import type { ServingDeployment } from "../../planner/rollout/capacity";
import { labelOf } from "../../planner/rollout/transition";
import type { StackChange } from "../change";
import type { EndpointView } from "../endpoints";
import { type Notice, noticeLength, type Section } from "../section";
import { type EndpointPair, endpointPairs } from "../shares";
import { shortened, summaryOf } from "../summaries";

/** One deployment with traffic after the run. */
interface Load {
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

export function capacity(change: StackChange): Section {
  const pairs = endpointPairs(change);
  const loads = pairs.flatMap(loadsOf);
  const changed = loads.filter(
    (load) => isOverloaded(load) || growsInWeight(load) || load.capacity !== load.before?.capacity || hasFewerInstances(load),
  );
  const touched = new Set(loads.filter((load) => changed.includes(load) || load.gains).map(({ endpoint }) => endpoint));
  const remaining = loads.filter((load) => load.overload !== undefined && touched.has(load.endpoint) && !changed.includes(load));
  const bySeverity = [...changed].sort((a, b) => severity(b) - severity(a));
  return {
    summary: summaryOf(bySeverity.map(summaryText)),
    notices: [...bySeverity.flatMap(noticesOf), ...pairs.flatMap(unknownCapacities), ...unknownBounds(change)],
    details: [...bySeverity.map(sumText), ...remaining.map(sameText)],
    data: bySeverity.map(({ endpoint, deployment, capacity, before, requests }) => ({
      deployment: nameOf(endpoint, deployment),
      weight: deployment.weight,
      requests,
      capacity,
      ...(before && { before }),
    })),
  };
}

function loadsOf({ key, before, after }: EndpointPair): Load[] {
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

function leastInstances({ instances, scale }: LoadedDeployment): number {
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

function isOverloaded(load: Load): boolean {
  return load.overload !== undefined && load.gains && isWorse(load);
}

function losesCapacity(load: Load): boolean {
  return load.before !== undefined && load.capacity < load.before.capacity && isWorse(load);
}

/** Whether only the minimum of autoscale is reduced. */
function hasFewerInstances({ deployment, capacity, before }: Load): boolean {
  return before !== undefined && capacity >= before.capacity && leastInstances(deployment) < before.instances;
}

function growsInWeight({ deployment, before }: Load): boolean {
  return deployment.weight > (before?.weight ?? 0);
}

function severity(load: Load): number {
  return isOverloaded(load) ? 2 : losesCapacity(load) ? 1 : 0;
}

function noticesOf(load: Load): Notice[] {
  const { endpoint, deployment, capacity, before, overload } = load;
  const name = nameOf(endpoint, deployment);
  if (overload !== undefined && isOverloaded(load)) {
    return [{ severity: "danger", text: shortened(overloadText({ ...overload, deployment: name }), noticeLength) }];
  }
  if (before !== undefined && hasFewerInstances(load)) {
    const text = `${name}: autoscale keeps at least ${instancesText(leastInstances(deployment))} instead of ${before.instances}. More requests than they can process wait until further instances have started.`;
    return [{ severity: "note", text: shortened(text, noticeLength) }];
  }
  if (before === undefined || !losesCapacity(load)) return [];
  const text = `${name}: the capacity falls from ${before.capacity} to ${capacity} concurrent requests (${product(deployment)}), and it receives ${deployment.weight}% of the requests (before: ${before.weight}%).`;
  return [
    {
      severity: "look",
      text: shortened(text, noticeLength),
      rollback: "To roll back, set the previous number of instances, scale.max and concurrency.",
    },
  ];
}

/** Deployments whose traffic increases although the preview doesn't contain them. */
function unknownCapacities({ key, before, after }: EndpointPair): Notice[] {
  if (after === undefined) return [];
  const known = new Set(after.deployments.map(({ name }) => name));
  const unknown = Object.entries(after.traffic).filter(([name, weight]) => weight > (before?.traffic[name] ?? 0) && !known.has(name));
  if (unknown.length === 0) return [];
  const text = `Endpoint ${key}: the preview doesn't contain ${unknown.map(([name]) => name).join(", ")}, so the capacity for the additional traffic is unknown.`;
  return [{ severity: "look", text: shortened(text, noticeLength) }];
}

/** Changed bounds of autoscale whose deployment the preview doesn't contain, because it omits the unchanged resources. */
function unknownBounds({ preview, changes, after }: StackChange): Notice[] {
  if (preview.isComplete) return [];
  const deployments = new Set(after.map(({ name }) => name));
  const settings = changes.filter(
    ({ kind, name }) =>
      kind !== "same" && name.endsWith(autoscaleEnding) && !deployments.has(`${name.slice(0, -autoscaleEnding.length)}-deployment`),
  );
  return settings.map(({ name }) => {
    const text = `${name.slice(0, -autoscaleEnding.length)}: the autoscale setting changes. The preview omits the unchanged resources, so the capacity is unknown.`;
    return { severity: "look", text: shortened(text, noticeLength) };
  });
}

const autoscaleEnding = "-autoscale-setting";

function summaryText(load: Load): string {
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

function sumText({ endpoint, deployment, capacity, requests }: Load): string {
  return `${nameOf(endpoint, deployment)}: capacity ${capacity} concurrent requests (${product(deployment)}), ${requests} at the declared concurrency of the endpoint.`;
}

function sameText({ endpoint, deployment, capacity, requests }: Load): string {
  return `${nameOf(endpoint, deployment)}: ${requests} concurrent requests at the declared concurrency of the endpoint exceed its capacity of ${capacity} (${product(deployment)}). This run doesn't increase its weight or reduce its capacity.`;
}

function product({ instances, scale, decision }: LoadedDeployment): string {
  const most = scale?.max ?? instances;
  return `${instancesText(most)} × ${decision.requestSettings.maxConcurrentRequestsPerInstance}`;
}

function instancesText(count: number): string {
  return `${count} ${count === 1 ? "instance" : "instances"}`;
}

function nameOf(endpoint: string, { decision }: LoadedDeployment): string {
  return `${endpoint}/${decision.name}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
