/** Checks that work from outside the deployment's network: its provisioning state, and the log of its container. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ArmClient } from "../../../azure/arm";
import { deploymentId, liveDeployment } from "../../live";
import type { CheckFailure } from "../../scoring";

const pollSeconds = 10;
/** Number of log lines in a report. */
const logLines = 20;

/**
 * Waits until the deployment's provisioning state is Succeeded, which requires a successful readiness probe. Returns the failure otherwise.
 */
export async function readState(
  azure: ArmClient,
  endpointId: string,
  deploymentName: string,
  deadlineSeconds: number,
): Promise<CheckFailure | undefined> {
  const started = Date.now();
  for (let attempts = 1; ; attempts++) {
    const state = (await liveDeployment(azure, endpointId, deploymentName))?.state;
    if (state === "Succeeded") return undefined;
    const waiting = state !== undefined && !["Failed", "Canceled"].includes(state);
    const seconds = (Date.now() - started) / 1000;
    if (!waiting || seconds + pollSeconds > deadlineSeconds) {
      const response = `provisioningState ${state ?? "unknown (the deployment doesn't exist)"}${await logOf(azure, deploymentId(endpointId, deploymentName))}`;
      return { what: "state", request: "GET deployment (Azure Resource Manager)", response, attempts, seconds };
    }
    await sleep(pollSeconds * 1000);
  }
}

async function logOf(azure: ArmClient, id: string): Promise<string> {
  try {
    const { content } = await azure.post<{ readonly content?: string }>(id, "getLogs", {
      containerType: "InferenceServer",
      tail: logLines,
    });
    return content ? `; end of its log:\n${content.trimEnd()}` : "; its log is empty";
  } catch (error) {
    return `; its log can't be read (${(error as Error).message})`;
  }
}
