/** The stack whose model is changed: autoscaled, and with answers as long as Azure allows. */
import { type LoadOptions, startLoad } from "../e2e/rolloutLoad";
import { endpointOf, revision, serving } from "../e2e/rolloutSupport";
import type { Sandbox } from "../e2e/sandbox";

export const machineLearningApi = "2025-12-01";

export const scale = { min: 1, max: 3 };

/** Seconds; the maximum that Azure allows. */
export const requestTimeout = 180;

/** Seconds in Azure per second in the simulator. */
export const speed = 600;

/** A stack file with a model whose commit consists of one repeated digit. */
export function stackFile(sandbox: Sandbox, digit: string): string {
  const main = ["moor:endpoints", "chat", "deployments", "main"];
  return sandbox.edit("dev", [
    revision(digit),
    [[...main, "instances"], undefined],
    [[...main, "scale"], scale],
    [[...main, "requestTimeout"], requestTimeout],
  ]);
}

/** A load on the endpoint, with one of its keys. */
export async function loadOn(sandbox: Sandbox, options: Omit<LoadOptions, "baseUrl" | "key">) {
  const id = await endpointOf(sandbox);
  const keys = (await (await sandbox.arm("POST", `${id}/listKeys`, machineLearningApi)).json()) as { primaryKey: string };
  return startLoad({ ...options, baseUrl: `${sandbox.azure.frontdoorUrl}/${id.split("/").at(-1)}`, key: keys.primaryKey });
}

/** ARM ID of the deployment with the traffic. */
export async function servingId(sandbox: Sandbox): Promise<string> {
  const { traffic } = await serving(sandbox);
  return `${await endpointOf(sandbox)}/deployments/${Object.keys(traffic).find((name) => traffic[name]! > 0)}`;
}

/** Sets a deployment's number of instances, like autoscale. */
export async function setInstances(sandbox: Sandbox, deploymentId: string, capacity: number): Promise<void> {
  const answer = await sandbox.arm("PATCH", deploymentId, machineLearningApi, { sku: { name: "Default", capacity } });
  if (!answer.ok) throw new Error(`Can't scale ${deploymentId} to ${capacity} instances: ${await answer.text()}`);
}
