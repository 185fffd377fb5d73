import { setTimeout as sleep } from "node:timers/promises";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import { authSentence, type Moment, transitionRefusal, transitionSentence } from "../../../planner/rollout/transition";
import { pollSeconds } from "../../base/arm";
import { fail } from "../../base/fail";
import { unlessMissing } from "../../live/endpoint";
import { factsOf, type TrafficFacts } from "../gate/subjects";

/** States in which ARM is done with a deployment. Source: ARM schema of Microsoft.Resources/deployments. */
const TERMINAL_STATES = ["Succeeded", "Failed", "Canceled"];

/**
 * Waits until a write that a killed run has left behind is over: ARM refuses a second one of the same name, and two at once could land in
 * either order. A preview runs no hooks.
 * @throws pulumi.RunError when it is still active after `limit` seconds.
 */
export function waitForActiveDeployment(name: string, limit: number): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async ({ newInputs }) => {
    const { deploymentName, resourceGroupName } = newInputs as { deploymentName: string; resourceGroupName: string };
    const end = Date.now() + limit * 1000;
    for (let told = false; ; told = true) {
      const state = await deploymentState(deploymentName, resourceGroupName);
      if (state === undefined || TERMINAL_STATES.includes(state)) return;
      if (Date.now() >= end) {
        fail(
          `${deploymentName} has been ${state} for more than ${limit} s, left by an earlier run. ` +
            `Cancel it with "az deployment group cancel -g ${resourceGroupName} -n ${deploymentName}" and run again.`,
        );
      }
      if (!told) pulumi.log.info(`${deploymentName} of an earlier run is still ${state}; waiting for it to end.`);
      await sleep(pollSeconds() * 1000);
    }
  });
}

/** State of an ARM deployment, or undefined when there is none of that name. */
async function deploymentState(deploymentName: string, resourceGroupName: string): Promise<string | undefined> {
  const found = await unlessMissing(resources.getDeployment({ deploymentName, resourceGroupName }, { async: true }));
  return found?.properties.provisioningState;
}

/** What a reviewer is told of a deployment. */
export interface ReviewedDeployment {
  readonly deploymentName: string;
  /** Hash over everything that alters its answers. */
  readonly recipe: string;
  /** Whether this run makes it, once its step has been planned or taken. @default - it does if the last write didn't know it */
  readonly isMade?: () => boolean;
}

/**
 * Says where requests go, and refuses a write that would take a serving deployment or a serving endpoint away; in the preview too, so that a
 * reviewer sees both.
 * @param deployments All that the stack has now.
 */
export function reviewTransition(name: string, endpoint: string, deployments: readonly ReviewedDeployment[]): pulumi.ResourceHook {
  const recipes = Object.fromEntries(deployments.map(({ deploymentName, recipe }) => [deploymentName, recipe]));
  return new pulumi.ResourceHook(
    name,
    ({ oldInputs, newInputs }) => {
      const [before, after] = [momentOf(factsOf(oldInputs)), { ...momentOf(factsOf(newInputs)), recipes }];
      const isNew = (name: string) => !Object.hasOwn(before.recipes, name);
      const made = deployments.filter(({ deploymentName: name, isMade = () => isNew(name) }) => isMade()).map((one) => one.deploymentName);
      const refusal = transitionRefusal(endpoint, before.traffic, after.traffic, Object.keys(recipes));
      if (refusal !== undefined) fail(refusal);
      const sentence = transitionSentence(endpoint, before, { ...after, made });
      if (sentence !== undefined) pulumi.log.info(sentence);
      const change = authSentence(endpoint, before.authMode, after.authMode);
      if (change !== undefined) pulumi.log.warn(change);
    },
    { onDryRun: true },
  );
}

function momentOf({ traffic = {}, mirrorTraffic = {}, recipes = {}, authMode }: TrafficFacts): Moment & Pick<TrafficFacts, "authMode"> {
  return { traffic, mirrorTraffic, recipes, authMode };
}
