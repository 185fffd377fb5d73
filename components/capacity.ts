/** The number of instances that a deployment must have before requests move to it. */
import * as pulumi from "@pulumi/pulumi";
import { labelOf } from "../planner/rollout/transition";
import { setInstances } from "./arm";
import { factsOf } from "./gate/subjects";
import { addressOf, type EndpointAddress, known, liveDeployment, liveEndpoint, type Shares } from "./liveEndpoint";
import type { EndpointReference } from "./onlineEndpoint";

/** Seconds that Azure may take to start instances. */
const startSeconds = 3600;

/** A deployment whose number of instances is autoscale's, and the most that it may have. */
export interface Scalable {
  readonly name: string;
  readonly max: number;
}

/**
 * Gives a deployment that gains weight as many instances as the one of its label has that serves now. A new one starts with as many, but
 * time has passed since; and one that was kept for the way back has what it had when it served last. Neither has autoscale yet.
 */
export function matchCapacity(name: string, endpoint: EndpointReference, scalable: readonly Scalable[]): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async ({ newInputs }) => {
    const address = await known(addressOf(endpoint));
    const live = await liveEndpoint(address);
    if (live === undefined) return;
    const after = factsOf(newInputs).traffic ?? {};
    const gaining = scalable.filter((one) => (after[one.name] ?? 0) > 0 && !live.traffic[one.name]);
    for (const one of gaining) await grow(one, address, live.traffic, await known(endpoint.id));
  });
}

async function grow({ name, max }: Scalable, address: EndpointAddress, traffic: Shares, endpointId: string): Promise<void> {
  const serving = Object.keys(traffic).filter((other) => other !== name && labelOf(other) === labelOf(name) && traffic[other]! > 0);
  const counts = await Promise.all([name, ...serving].map(async (one) => (await liveDeployment(address, one))?.instances ?? 0));
  const [own = 0, ...others] = counts;
  const wanted = Math.min(max, Math.max(0, ...others));
  if (own >= wanted) return;
  pulumi.log.info(`${name} has ${own} of the ${wanted} instances that serve now; starting the others before it gets traffic.`);
  await setInstances(`${endpointId}/deployments/${name}`, wanted, startSeconds);
}
