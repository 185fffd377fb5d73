/** Deployments left by earlier runs: candidates that did not pass the gate, and failed deployments. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { armId, groupOf } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { trafficWriteName } from "../../planner/names";
import { stackTag } from "../../planner/tags";
import { armIdOf } from "../base/azure";
import { outputValue } from "../base/outputs";
import { type ListedDeployment, type LiveEndpoint, listDeployments, liveEndpoint, waitForOperations } from "../live";
import type { EndpointReference } from "./reference";

/** Timeout for the deletion of a deployment, in seconds. */
const deletionSeconds = 3600;

export interface LeftoverArgs {
  readonly endpoint: EndpointReference;
  /** Stack name. Only deployments with this name in the tag `stackTag` are deleted. */
  readonly stack: string;
  /** Names of all current deployments of the stack. */
  readonly names: readonly string[];
  /** Maximum time in seconds from the last traffic update until a deployment without traffic has answered its last request. */
  readonly drainSeconds: number;
}

/** Returns the ARM ID of the ARM template deployment that writes the traffic of an endpoint. */
export function trafficWriteId(endpointId: string): string {
  return armId(groupOf(endpointId), armTypeOf("resources:Deployment"), trafficWriteName(armIdOf(endpointId).name));
}

/** The properties of an ARM template deployment that are used here. */
export interface TrafficWrite {
  readonly properties: { readonly provisioningState: string /** ISO 8601. */; readonly timestamp?: string };
}

/**
 * Returns a hook that waits for the operations of earlier runs. It then deletes, one after another, the stack's deployments without traffic
 * that have failed or are no longer in the stack. The engine would delete them last and in parallel: a rejected candidate would use its
 * quota until then, and Azure rejects a second operation on an endpoint while one is running.
 */
export function removeLeftovers(name: string, args: LeftoverArgs): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async () => {
    const { azure } = args.endpoint;
    const endpointId = await outputValue(args.endpoint.id);
    const live = await liveEndpoint(azure, endpointId);
    if (live === undefined) return;
    await waitForOperations(azure, endpointId);
    for (const { id, name: deployment, properties } of await idle(args, live)) {
      const isInStack = args.names.includes(deployment);
      if (isInStack && properties.provisioningState !== "Failed") continue;
      if (!isInStack) await waitUntilDrained(args);
      const why = isInStack ? "has failed and must be deleted before it can be created again" : "is no longer in the stack";
      pulumi.log.info(`${deployment} ${why}. Deleting it.`);
      await azure.remove(id, deletionSeconds);
    }
  });
}

/**
 * Waits before deployments are deleted: until running operations have ended (such as a deletion of a killed run), and until the requests
 * that the deployments received before the last traffic update have ended.
 */
export async function waitForOutgoing(args: LeftoverArgs): Promise<void> {
  const { azure } = args.endpoint;
  const endpointId = await outputValue(args.endpoint.id);
  const live = await liveEndpoint(azure, endpointId);
  if (live === undefined) return;
  await waitForOperations(azure, endpointId);
  const outgoing = (await idle(args, live)).filter(({ name }) => !args.names.includes(name));
  if (outgoing.length > 0) await waitUntilDrained(args);
}

/** Returns the stack's deployments without traffic and mirrored traffic. */
async function idle({ endpoint, stack }: LeftoverArgs, { traffic, mirrorTraffic }: LiveEndpoint): Promise<ListedDeployment[]> {
  const deployments = await listDeployments(endpoint.azure, await outputValue(endpoint.id));
  return deployments.filter(({ name, tags }) => tags?.[stackTag] === stack && !traffic[name] && !mirrorTraffic[name]);
}

async function waitUntilDrained({ endpoint, drainSeconds }: LeftoverArgs): Promise<void> {
  const endpointId = await outputValue(endpoint.id);
  const endpointName = armIdOf(endpointId).name;
  const write = await endpoint.azure.find<TrafficWrite>(trafficWriteId(endpointId));
  const seconds = remainingDrain(write?.properties.timestamp, drainSeconds, Date.now());
  if (seconds === 0) return;
  pulumi.log.info(`${endpointName}: waiting ${seconds} s for in-flight requests to deployments that no longer receive traffic.`);
  await sleep(seconds * 1000);
}

/** Returns the seconds until `drainSeconds` have passed since a write (ISO 8601). `now` is in milliseconds. */
export function remainingDrain(written: string | undefined, drainSeconds: number, now: number): number {
  if (written === undefined) return 0;
  return Math.min(drainSeconds, Math.max(0, Math.ceil((Date.parse(written) - now) / 1000 + drainSeconds)));
}
