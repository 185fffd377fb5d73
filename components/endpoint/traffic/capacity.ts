/** The number of instances that a deployment requires before traffic moves to it. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../../azure/arm";
import { type GainingDeployment, requiredInstances, type ServingDeployment } from "../../../planner/rollout/capacity";
import { outputValue } from "../../base/outputs";
import { deploymentId, liveDeployment, liveEndpoint, servingNow } from "../../live";
import type { EndpointReference } from "../reference";
import type { Scalable } from "../scalable";
import { factsOf } from "../trafficFacts";

/** Timeout for the start of instances, in seconds. */
const startSeconds = 3600;

/**
 * Returns a hook that scales out deployments to the current capacity of the serving deployments, before their traffic weight increases.
 * Otherwise, they can have too few instances: a new deployment has as many as its predecessor had when the new one was created, a previous
 * deployment as many as when it last had traffic, and a deployment with another label has its minimum. Autoscale would add instances one at
 * a time, and only after requests were rejected.
 */
export function matchCapacity(name: string, endpoint: EndpointReference, scalable: readonly Scalable[]): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async ({ newInputs }) => {
    const { azure } = endpoint;
    const endpointId = await outputValue(endpoint.id);
    const live = await liveEndpoint(azure, endpointId);
    if (live === undefined) return;
    const after = factsOf(newInputs).traffic ?? {};
    const gaining = scalable.filter((one) => (after[one.name] ?? 0) > (live.traffic[one.name] ?? 0));
    if (gaining.length === 0) return;
    // Read before any deployment is scaled out, so that added instances of one don't affect another.
    const serving = await servingNow(azure, endpointId, live.traffic);
    for (const one of gaining) await grow({ ...one, weight: after[one.name]! }, serving, azure, endpointId);
  });
}

async function grow(one: GainingDeployment, serving: readonly ServingDeployment[], azure: ArmClient, endpointId: string): Promise<void> {
  const own = (await liveDeployment(azure, endpointId, one.name))?.instances ?? 0;
  const required = requiredInstances(one, serving);
  if (own >= required) return;
  pulumi.log.info(`Scaling ${one.name} from ${own} to ${required} instances before its traffic increases.`);
  await azure.patch(deploymentId(endpointId, one.name), { sku: { name: "Default", capacity: required } }, startSeconds);
}
