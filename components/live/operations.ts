/** What is going on on an endpoint: Azure runs one operation at a time there, and goes on with those of a run that was killed. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { fail } from "../../program/fail";

/** States of a deployment that Azure is changing. Source: Azure REST specification, mfe.json (DeploymentProvisioningState). */
const changing = ["Creating", "Updating", "Scaling", "Deleting"];

/** Seconds that a deployment may take: that of its creation, the longest. */
const longestSeconds = 7200;

/** A deployment as a list has it. */
export interface ListedDeployment {
  readonly id: string;
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties: { readonly provisioningState: string };
}

export function listDeployments(azure: ArmClient, endpointId: string): Promise<ListedDeployment[]> {
  return azure.list<ListedDeployment>(`${endpointId}/deployments`);
}

/**
 * Waits until no deployment of an endpoint is being changed: by a killed run that Azure goes on with, or by autoscale. Until then Azure
 * refuses every other operation, and a deployment that starts answers nobody.
 * @throws pulumi.RunError when one is still being changed after `limit` seconds.
 */
export async function waitForOperations(azure: ArmClient, endpointId: string, limit = longestSeconds): Promise<void> {
  const end = Date.now() + limit * 1000;
  for (let told = false; ; told = true) {
    const busy = (await listDeployments(azure, endpointId)).find(({ properties }) => changing.includes(properties.provisioningState));
    if (busy === undefined) return;
    const state = `${busy.name} is still ${busy.properties.provisioningState}`;
    if (Date.now() >= end) fail(`${state} after ${limit} s. Look at it in the portal, and run again when it has ended.`);
    if (!told) pulumi.log.info(`${state}, which this run has not asked for; waiting for it to end.`);
    await sleep(azure.pollSeconds * 1000);
  }
}
