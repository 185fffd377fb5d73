/** What can be known of a deployment from outside its network: its state, and the last words of its container. */
import { setTimeout as sleep } from "node:timers/promises";
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import { type EndpointAddress, liveDeployment } from "../../live/endpoint";
import type { Refusal } from "./ask";

const pollSeconds = 10;
/** Lines of the container's log that a report shows. */
const logLines = 20;

/** Waits until Azure says that the deployment is Succeeded, which it is once its readiness probe was. */
export async function readState(address: EndpointAddress, deploymentName: string, deadlineSeconds: number): Promise<Refusal | undefined> {
  const started = Date.now();
  for (let tries = 1; ; tries++) {
    const state = (await liveDeployment(address, deploymentName))?.state;
    if (state === "Succeeded") return undefined;
    const waiting = state !== undefined && !["Failed", "Canceled"].includes(state);
    const seconds = (Date.now() - started) / 1000;
    if (!waiting || seconds + pollSeconds > deadlineSeconds) {
      const cameBack = `provisioningState ${state ?? "unknown, there is no such deployment"}${await logOf(address, deploymentName)}`;
      return { what: "state", sent: `GET of the deployment, through Azure Resource Manager`, cameBack, tries, seconds };
    }
    await sleep(pollSeconds * 1000);
  }
}

async function logOf(address: EndpointAddress, deploymentName: string): Promise<string> {
  try {
    const args = { ...address, deploymentName, containerType: "InferenceServer", tail: logLines };
    const { content } = await machinelearningservices.getOnlineDeploymentLogs(args, { async: true });
    return content ? `; its log ends:\n${content.trimEnd()}` : "; its log is empty";
  } catch (error) {
    return `; its log can't be read (${(error as Error).message})`;
  }
}
