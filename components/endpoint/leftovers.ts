/** Deployments that earlier runs have left behind: rejected candidates, and failed ones. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { armId, groupOf } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { trafficWriteName } from "../../planner/names";
import { stackTag } from "../../planner/tags";
import { armIdOf } from "../base/azure";
import { known } from "../base/outputs";
import { type ListedDeployment, type LiveEndpoint, listDeployments, liveEndpoint, waitForOperations } from "../live";
import type { EndpointReference } from "./reference";

/** Seconds that Azure may take to delete a deployment. */
const deletionSeconds = 3600;

export interface LeftoverArgs {
  readonly endpoint: EndpointReference;
  /** Name of the stack; only deployments that carry it in their tag are touched. */
  readonly stack: string;
  /** Names of all deployments that the stack has now. */
  readonly names: readonly string[];
  /** Seconds since the last write of traffic after which a deployment without a share has answered its last request. */
  readonly drainSeconds: number;
}

/** ARM id of that ARM deployment. */
export function trafficWriteId(endpointId: string): string {
  return armId(groupOf(endpointId), armTypeOf("resources:Deployment"), trafficWriteName(armIdOf(endpointId).name));
}

/** An ARM deployment as Azure shows it. */
export interface TrafficWrite {
  readonly properties: { readonly provisioningState: string /** ISO 8601. */; readonly timestamp?: string };
}

/**
 * Waits for what an earlier run has begun, then deletes, one after another, the stack's deployments that have no share and are not in the
 * stack any more, and those that have failed. The engine deletes last and several at once; a candidate that was rejected would hold its quota
 * until then, and Azure refuses a second operation on an endpoint while one is under way.
 */
export function removeLeftovers(name: string, args: LeftoverArgs): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async () => {
    const { azure } = args.endpoint;
    const endpointId = await known(args.endpoint.id);
    const live = await liveEndpoint(azure, endpointId);
    if (live === undefined) return;
    await waitForOperations(azure, endpointId);
    for (const { id, name: deployment, properties } of await idle(args, live)) {
      const kept = args.names.includes(deployment);
      if (kept && properties.provisioningState !== "Failed") continue;
      if (!kept) await waitUntilDrained(args);
      const why = kept ? "has failed, and Azure makes it anew only after its deletion" : "is no longer in the stack";
      pulumi.log.info(`${deployment} ${why}; deleting it first.`);
      await azure.remove(id, deletionSeconds);
    }
  });
}

/**
 * Waits, before anything is deleted, until the requests have ended that the shares of the last write had admitted, and until nothing else goes
 * on: of a run that was killed over a deletion, the deletion.
 */
export async function waitForOutgoing(args: LeftoverArgs): Promise<void> {
  const { azure } = args.endpoint;
  const endpointId = await known(args.endpoint.id);
  const live = await liveEndpoint(azure, endpointId);
  if (live === undefined) return;
  await waitForOperations(azure, endpointId);
  const outgoing = (await idle(args, live)).filter(({ name }) => !args.names.includes(name));
  if (outgoing.length > 0) await waitUntilDrained(args);
}

/** The stack's deployments without live or mirrored requests. */
async function idle({ endpoint, stack }: LeftoverArgs, { traffic, mirrorTraffic }: LiveEndpoint): Promise<ListedDeployment[]> {
  const deployments = await listDeployments(endpoint.azure, await known(endpoint.id));
  return deployments.filter(({ name, tags }) => tags?.[stackTag] === stack && !traffic[name] && !mirrorTraffic[name]);
}

async function waitUntilDrained({ endpoint, drainSeconds }: LeftoverArgs): Promise<void> {
  const endpointId = await known(endpoint.id);
  const endpointName = armIdOf(endpointId).name;
  const write = await endpoint.azure.find<TrafficWrite>(trafficWriteId(endpointId));
  const seconds = remainingDrain(write?.properties.timestamp, drainSeconds, Date.now());
  if (seconds === 0) return;
  pulumi.log.info(`${endpointName}: waiting ${seconds} s for the last requests to deployments that lost their share.`);
  await sleep(seconds * 1000);
}

/** Seconds left of `drainSeconds` since a write (ISO 8601) at `now` (milliseconds). */
export function remainingDrain(written: string | undefined, drainSeconds: number, now: number): number {
  if (written === undefined) return 0;
  return Math.min(drainSeconds, Math.max(0, Math.ceil((Date.parse(written) - now) / 1000 + drainSeconds)));
}
