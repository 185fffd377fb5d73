/** The statements about the capacity of deployments and endpoints. */
import { overloadText } from "../../../planner/risks/text";
import type { StackChange } from "../../change";
import { type Notice, noticeLength } from "../../section";
import type { EndpointPair } from "../../shares";
import { shortened } from "../../summaries";
import { endpointCapacity, hasFewerInstances, isOverloaded, type Load, leastInstances, losesCapacity, severity } from "./loads";
import { instancesText, nameOf, product } from "./texts";

/** @param loads Deployments that change, most severe first. */
export function noticesOf(loads: readonly Load[], pairs: readonly EndpointPair[], change: StackChange): Notice[] {
  const reported = new Set(loads.filter((load) => severity(load) > 0).map(({ endpoint }) => endpoint));
  return [
    ...loads.flatMap(loadNotices),
    ...pairs.filter(({ key }) => !reported.has(key)).flatMap(smallerEndpoint),
    ...pairs.flatMap(unknownCapacities),
    ...unknownBounds(change),
  ];
}

function loadNotices(load: Load): Notice[] {
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

/**
 * A smaller loss is no concern: if a candidate's requests move back to a deployment that has the declared concurrency of the endpoint, only
 * the additional capacity of the candidate is lost.
 */
const toleratedLossPercent = 20;

/** An endpoint that can process fewer requests, although no deployment has more than before: they move away from additional ones. */
function smallerEndpoint({ key, before, after }: EndpointPair): Notice[] {
  const [was, is] = [before, after].map((endpoint) => (endpoint === undefined ? undefined : endpointCapacity(endpoint)));
  if (was === undefined || is === undefined || is * 100 >= was * (100 - toleratedLossPercent)) return [];
  const text = `Endpoint ${key}: with the new weights, a deployment reaches its capacity at ${is} concurrent requests of the endpoint (before: ${was}).`;
  return [{ severity: "look", text }];
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
