import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { fail } from "./fail";

/** States in which ARM is done with a deployment. Source: ARM schema of Microsoft.Resources/deployments. */
const TERMINAL_STATES = ["Succeeded", "Failed", "Canceled"];
const POLL_SECONDS = 10;

/**
 * Waits until a write that a killed run has left behind is over: ARM refuses a second one of the same name, and two at once could land in
 * either order. A preview runs no hooks.
 * @throws pulumi.RunError when it is still active after `limit` seconds.
 */
export function waitForActiveDeployment(name: string, limit: number): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async ({ newInputs }) => {
    const { deploymentName, resourceGroupName } = newInputs as { deploymentName: string; resourceGroupName: string };
    const end = Date.now() + limit * 1000;
    for (;;) {
      const state = await deploymentState(deploymentName, resourceGroupName);
      if (state === undefined || TERMINAL_STATES.includes(state)) return;
      if (Date.now() >= end) {
        fail(
          `${deploymentName} has been ${state} for more than ${limit} s, left by an earlier run. ` +
            `Cancel it with "az deployment group cancel -g ${resourceGroupName} -n ${deploymentName}" and run again.`,
        );
      }
      pulumi.log.info(`${deploymentName} of an earlier run is still ${state}; waiting for it to end.`);
      await sleep(POLL_SECONDS);
    }
  });
}

/** State of an ARM deployment, or undefined when there is none of that name. */
async function deploymentState(deploymentName: string, resourceGroupName: string): Promise<string | undefined> {
  try {
    const { properties } = await resources.getDeployment({ deploymentName, resourceGroupName }, { async: true });
    return properties.provisioningState;
  } catch (error) {
    if (/NotFound|not found|404/i.test(String(error))) return undefined;
    throw error;
  }
}

/**
 * Waits after a shift until the requests that the old shares had admitted have ended. Deletions come after everything else in an update, so
 * a deployment that lost its share outlives its last request.
 */
export function drain(name: string, drainSeconds: number): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async ({ oldInputs, newInputs }) => {
    const [before, now] = [weights(oldInputs), weights(newInputs)];
    const losers = Object.keys(before).filter((deployment) => before[deployment]! > 0 && (now[deployment] ?? 0) === 0);
    if (losers.length === 0 || drainSeconds === 0) return;
    pulumi.log.info(`${name}: ${losers.join(", ")} lost its traffic; waiting ${drainSeconds} s for its last requests.`);
    await sleep(drainSeconds);
  });
}

interface WriteInputs {
  readonly properties?: {
    readonly template?: { readonly resources?: readonly { readonly properties?: { readonly traffic?: Record<string, number> } }[] };
  };
}

/** The traffic that a write's template holds. */
function weights(inputs: WriteInputs | undefined): Record<string, number> {
  return inputs?.properties?.template?.resources?.[0]?.properties?.traffic ?? {};
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
