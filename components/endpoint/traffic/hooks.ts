import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { authChangeSummary, type TrafficSnapshot, transitionProblem, transitionSummary } from "../../../planner/rollout/transition";
import { fail } from "../../../program/fail";
import { armIdOf } from "../../base/azure";
import { isPlainObject } from "../../base/merge";
import { known } from "../../base/outputs";
import { refuseLoosenedWrite, settledAt } from "../../base/privacy";
import { type TrafficWrite, trafficWriteId } from "../leftovers";
import type { EndpointReference } from "../reference";
import { factsOf, type TrafficFacts } from "../trafficFacts";

/** States in which ARM is done with a deployment. Source: ARM schema of Microsoft.Resources/deployments. */
const TERMINAL_STATES = ["Succeeded", "Failed", "Canceled"];

/**
 * Waits until a write that a killed run has left behind is over: ARM refuses a second one of the same name, and two at once could land in
 * either order. A preview runs no hooks.
 * @throws pulumi.RunError when it is still active after `limit` seconds.
 */
export function waitForActiveWrite(name: string, endpoint: EndpointReference, limit: number): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async () => {
    const id = trafficWriteId(await known(endpoint.id));
    const { name: deploymentName, resourceGroupName } = armIdOf(id);
    const end = Date.now() + limit * 1000;
    for (let told = false; ; told = true) {
      const state = (await endpoint.azure.find<TrafficWrite>(id))?.properties.provisioningState;
      if (state === undefined || TERMINAL_STATES.includes(state)) return;
      if (Date.now() >= end) {
        fail(
          `${deploymentName} has been ${state} for more than ${limit} s, left by an earlier run. ` +
            `Cancel it with "az deployment group cancel -g ${resourceGroupName} -n ${deploymentName}" and run again.`,
        );
      }
      if (!told) pulumi.log.info(`${deploymentName} of an earlier run is still ${state}; waiting for it to end.`);
      await sleep(endpoint.azure.pollSeconds * 1000);
    }
  });
}

/**
 * Refuses a write that a transform of the endpoint, or of the write itself, has made less private; in the preview too, where the values are
 * known. The endpoint's own resource ignores changes of these properties, so this write is what changes them.
 */
export function guardWrite(name: string, { privacy: { requirements, before } }: Pick<EndpointReference, "privacy">): pulumi.ResourceHook {
  const guard = async ({ newInputs = {}, name: write }: pulumi.ResourceHookArgs) => {
    const written = await writtenEndpoint(newInputs);
    if (!pulumi.isUnknown(written)) await refuseLoosenedWrite(write, requirements, before, endpointInputs(written));
  };
  return new pulumi.ResourceHook(name, guard, { onDryRun: true });
}

/** The endpoint in the template of a write; unknown where a preview doesn't know it. */
async function writtenEndpoint(inputs: object): Promise<unknown> {
  const written = await settledAt(inputs, "properties.template.resources");
  return Array.isArray(written) ? written[0] : written;
}

/** The inputs of the endpoint that a template writes: a template has the identities as the keys of a map. */
function endpointInputs(endpoint: unknown): object {
  const { identity, properties } = (endpoint ?? {}) as { readonly identity?: unknown; readonly properties?: unknown };
  if (!isPlainObject(identity) || !isPlainObject(identity.userAssignedIdentities)) return { identity, properties };
  return { identity: { ...identity, userAssignedIdentities: Object.keys(identity.userAssignedIdentities) }, properties };
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
    async ({ oldInputs, newInputs = {} }) => {
      // Shares that a preview doesn't know are reviewed before the write.
      if (pulumi.containsUnknowns(await sharesOf(newInputs))) return;
      const [before, after] = [momentOf(factsOf(oldInputs)), { ...momentOf(factsOf(newInputs)), recipes }];
      const isNew = (name: string) => !Object.hasOwn(before.recipes, name);
      const made = deployments.filter(({ deploymentName: name, isMade = () => isNew(name) }) => isMade()).map((one) => one.deploymentName);
      const refusal = transitionProblem(endpoint, before.traffic, after.traffic, Object.keys(recipes));
      if (refusal !== undefined) fail(refusal);
      const sentence = transitionSummary(endpoint, before, { ...after, created: made });
      if (sentence !== undefined) pulumi.log.info(sentence);
      const change = authChangeSummary(endpoint, before.authMode, after.authMode);
      if (change !== undefined) pulumi.log.warn(change);
    },
    { onDryRun: true },
  );
}

/** The part of a write's inputs that says where requests go, and who may send them. */
async function sharesOf(inputs: object): Promise<unknown> {
  const properties = await settledAt(await writtenEndpoint(inputs), "properties");
  if (!isPlainObject(properties)) return properties;
  const { traffic, mirrorTraffic, authMode } = properties;
  return { traffic, mirrorTraffic, authMode };
}

function momentOf({
  traffic = {},
  mirrorTraffic = {},
  recipes = {},
  authMode,
}: TrafficFacts): TrafficSnapshot & Pick<TrafficFacts, "authMode"> {
  return { traffic, mirrorTraffic, recipes, authMode };
}
