/** Running operations of an endpoint: Azure allows one at a time, and continues the operations of a killed run. */
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { fail } from "../../program/fail";

/** Non-terminal provisioning states of a deployment. Source: Azure REST specification, mfe.json (DeploymentProvisioningState). */
const changing = ["Creating", "Updating", "Scaling", "Deleting"];

/** Longest duration of an operation, in seconds: the timeout of a deployment's creation. */
const longestSeconds = 7200;

/** A deployment in Azure's list. */
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
 * Waits until no deployment of an endpoint is being changed, for example by a killed run or autoscale. Until then, Azure rejects all other
 * operations, and a deployment that is starting can't answer requests.
 * @throws pulumi.RunError if a deployment is still being changed after `limit` seconds
 */
export async function waitForOperations(azure: ArmClient, endpointId: string, limit = longestSeconds): Promise<void> {
  const end = Date.now() + limit * 1000;
  for (let logged = false; ; logged = true) {
    const busy = (await listDeployments(azure, endpointId)).find(({ properties }) => changing.includes(properties.provisioningState));
    if (busy === undefined) return;
    const state = `${busy.name} is still ${busy.properties.provisioningState}`;
    if (Date.now() >= end)
      fail(`${state} after ${limit} s. Check the deployment in the Azure portal, and run the command again when the operation has ended.`);
    if (!logged) pulumi.log.info(`${state} because of an operation that this run did not start. Waiting for it to end.`);
    await sleep(azure.pollSeconds * 1000);
  }
}
