/** The stack whose model is changed: autoscaled, and with answers as long as Azure allows. */
import { type LoadOptions, startLoad } from "../e2e/rolloutLoad";
import { endpointOf, revision, serving } from "../e2e/rolloutSupport";
import type { Sandbox } from "../e2e/sandbox";

export const machineLearningApi = "2025-12-01";

export const scale = { min: 1, max: 3 };

/** Seconds; the most that Azure takes. */
export const requestTimeout = 180;

/** Seconds of Azure in one of the simulator's. */
export const speed = 600;

/** A stack file whose model is the commit made of one digit. */
export function stackFile(sandbox: Sandbox, digit: string): string {
  const main = ["moor:endpoints", "chat", "deployments", "main"];
  return sandbox.edit("dev", [
    revision(digit),
    [[...main, "instances"], undefined],
    [[...main, "scale"], scale],
    [[...main, "requestTimeout"], requestTimeout],
  ]);
}

/** A load on the endpoint, by one of its keys. */
export async function loadOn(sandbox: Sandbox, options: Omit<LoadOptions, "baseUrl" | "key">) {
  const id = await endpointOf(sandbox);
  const keys = (await (await sandbox.arm("POST", `${id}/listKeys`, machineLearningApi)).json()) as { primaryKey: string };
  return startLoad({ ...options, baseUrl: `${sandbox.azure.frontdoorUrl}/${id.split("/").at(-1)}`, key: keys.primaryKey });
}

/** ARM id of the deployment that has the traffic. */
export async function servingId(sandbox: Sandbox): Promise<string> {
  const { traffic } = await serving(sandbox);
  return `${await endpointOf(sandbox)}/deployments/${Object.keys(traffic).find((name) => traffic[name]! > 0)}`;
}

/** Sets a deployment's number of instances, as autoscale does. */
export async function setInstances(sandbox: Sandbox, deploymentId: string, capacity: number): Promise<void> {
  const answer = await sandbox.arm("PATCH", deploymentId, machineLearningApi, { sku: { name: "Default", capacity } });
  if (!answer.ok) throw new Error(`${deploymentId} could not get ${capacity} instances: ${await answer.text()}`);
}
