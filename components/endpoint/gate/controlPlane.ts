/** What can be known of a deployment from outside its network: its state, and the last words of its container. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ArmClient } from "../../../azure/arm";
import { deploymentId, liveDeployment } from "../../live";
import type { Refusal } from "./ask";

const pollSeconds = 10;
/** Lines of the container's log that a report shows. */
const logLines = 20;

/** Waits until Azure says that the deployment is Succeeded, which it is once its readiness probe was. */
export async function readState(
  azure: ArmClient,
  endpointId: string,
  deploymentName: string,
  deadlineSeconds: number,
): Promise<Refusal | undefined> {
  const started = Date.now();
  for (let tries = 1; ; tries++) {
    const state = (await liveDeployment(azure, endpointId, deploymentName))?.state;
    if (state === "Succeeded") return undefined;
    const waiting = state !== undefined && !["Failed", "Canceled"].includes(state);
    const seconds = (Date.now() - started) / 1000;
    if (!waiting || seconds + pollSeconds > deadlineSeconds) {
      const cameBack = `provisioningState ${state ?? "unknown, there is no such deployment"}${await logOf(azure, deploymentId(endpointId, deploymentName))}`;
      return { what: "state", sent: `GET of the deployment, through Azure Resource Manager`, cameBack, tries, seconds };
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
    return content ? `; its log ends:\n${content.trimEnd()}` : "; its log is empty";
  } catch (error) {
    return `; its log can't be read (${(error as Error).message})`;
  }
}
