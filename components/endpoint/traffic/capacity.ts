/** The number of instances that a deployment must have before requests move to it. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../../azure/arm";
import { type GainingDeployment, requiredInstances, type ServingDeployment } from "../../../planner/rollout/capacity";
import { known } from "../../base/outputs";
import { deploymentId, liveDeployment, liveEndpoint, servingNow } from "../../live";
import type { EndpointReference } from "../reference";
import type { Scalable } from "../scalable";
import { factsOf } from "../trafficFacts";

/** Seconds that Azure may take to start instances. */
const startSeconds = 3600;

/**
 * Gives a deployment that gains weight the instances that this takes, from what serves now. A new one starts with as many as the one before
 * it, but time has passed since; one that was kept for the way back has what it had when it served last; and one of another label has its
 * minimum. Autoscale would add them one at a time, after requests have been refused.
 */
export function matchCapacity(name: string, endpoint: EndpointReference, scalable: readonly Scalable[]): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async ({ newInputs }) => {
    const { azure } = endpoint;
    const endpointId = await known(endpoint.id);
    const live = await liveEndpoint(azure, endpointId);
    if (live === undefined) return;
    const after = factsOf(newInputs).traffic ?? {};
    const gaining = scalable.filter((one) => (after[one.name] ?? 0) > (live.traffic[one.name] ?? 0));
    if (gaining.length === 0) return;
    // Read before anything grows, so that what one gains is no reason for another to grow.
    const serving = await servingNow(azure, endpointId, live.traffic);
    for (const one of gaining) await grow({ ...one, weight: after[one.name]! }, serving, azure, endpointId);
  });
}

async function grow(one: GainingDeployment, serving: readonly ServingDeployment[], azure: ArmClient, endpointId: string): Promise<void> {
  const own = (await liveDeployment(azure, endpointId, one.name))?.instances ?? 0;
  const wanted = requiredInstances(one, serving);
  if (own >= wanted) return;
  pulumi.log.info(`${one.name} has ${own} of the ${wanted} instances that its requests need now; starting the others before it gets them.`);
  await azure.patch(deploymentId(endpointId, one.name), { sku: { name: "Default", capacity: wanted } }, startSeconds);
}
