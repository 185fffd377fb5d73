import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { authChangeSummary, type TrafficSnapshot, transitionProblem, transitionSummary } from "../../../planner/rollout/transition";
import { fail } from "../../../program/fail";
import { armIdOf } from "../../base/azure";
import { isPlainObject } from "../../base/merge";
import { outputValue } from "../../base/outputs";
import { rejectLoosenedWrite, settledAt } from "../../base/privacy";
import { type TrafficWrite, trafficWriteId } from "../leftovers";
import type { EndpointReference } from "../reference";
import { factsOf, type TrafficFacts } from "../trafficFacts";

/** Terminal states of an ARM template deployment. Source: ARM schema of Microsoft.Resources/deployments. */
const TERMINAL_STATES = ["Succeeded", "Failed", "Canceled"];

/**
 * Returns a hook that waits until the write of a killed run has ended. ARM rejects a second template deployment with the same name, and two
 * concurrent writes could take effect in any order. A preview doesn't run the hook.
 * @throws pulumi.RunError if the write is still active after `limit` seconds
 */
export function waitForActiveWrite(name: string, endpoint: EndpointReference, limit: number): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async () => {
    const id = trafficWriteId(await outputValue(endpoint.id));
    const { name: deploymentName, resourceGroupName } = armIdOf(id);
    const end = Date.now() + limit * 1000;
    for (let logged = false; ; logged = true) {
      const state = (await endpoint.azure.find<TrafficWrite>(id))?.properties.provisioningState;
      if (state === undefined || TERMINAL_STATES.includes(state)) return;
      if (Date.now() >= end) {
        fail(
          `The traffic write ${deploymentName} of an earlier run is still ${state} after ${limit} s. ` +
            `Cancel it with "az deployment group cancel -g ${resourceGroupName} -n ${deploymentName}" and run the command again.`,
        );
      }
      if (!logged) pulumi.log.info(`The traffic write ${deploymentName} of an earlier run is still ${state}. Waiting for it to end.`);
      await sleep(endpoint.azure.pollSeconds * 1000);
    }
  });
}

/**
 * Returns a hook that rejects a write if a transform of the endpoint or of the write has loosened a property, even in a preview if the
 * values are known. The endpoint's resource ignores changes of these properties, so only this write changes them.
 */
export function guardWrite(name: string, { privacy: { requirements, before } }: Pick<EndpointReference, "privacy">): pulumi.ResourceHook {
  const guard = async ({ newInputs = {}, name: write }: pulumi.ResourceHookArgs) => {
    const written = await writtenEndpoint(newInputs);
    if (!pulumi.isUnknown(written)) await rejectLoosenedWrite(write, requirements, before, endpointInputs(written));
  };
  return new pulumi.ResourceHook(name, guard, { onDryRun: true });
}

/** Returns the endpoint in the template of a write. In a preview, it can be unknown. */
async function writtenEndpoint(inputs: object): Promise<unknown> {
  const written = await settledAt(inputs, "properties.template.resources");
  return Array.isArray(written) ? written[0] : written;
}

/** Converts the endpoint in a template to inputs of the endpoint: a template contains the identities as the keys of a map. */
function endpointInputs(endpoint: unknown): object {
  const { identity, properties } = (endpoint ?? {}) as { readonly identity?: unknown; readonly properties?: unknown };
  if (!isPlainObject(identity) || !isPlainObject(identity.userAssignedIdentities)) return { identity, properties };
  return { identity: { ...identity, userAssignedIdentities: Object.keys(identity.userAssignedIdentities) }, properties };
}

/** A deployment in the preview's description of a write. */
export interface ReviewedDeployment {
  readonly deploymentName: string;
  /** Hash of all values that affect the deployment's answers. */
  readonly recipe: string;
  /** Whether this run creates the deployment. @default - true if the last write didn't contain it */
  readonly isCreated?: () => boolean;
}

/**
 * Returns a hook that logs how the write changes traffic, and rejects a write that would remove a serving deployment or stop a serving
 * endpoint. It also runs in the preview.
 * @param deployments All deployments of the stack.
 */
export function reviewTransition(name: string, endpoint: string, deployments: readonly ReviewedDeployment[]): pulumi.ResourceHook {
  const recipes = Object.fromEntries(deployments.map(({ deploymentName, recipe }) => [deploymentName, recipe]));
  return new pulumi.ResourceHook(
    name,
    async ({ oldInputs, newInputs = {} }) => {
      // Traffic that is unknown in a preview is checked before the write.
      if (pulumi.containsUnknowns(await trafficOf(newInputs))) return;
      const [before, after] = [momentOf(factsOf(oldInputs)), { ...momentOf(factsOf(newInputs)), recipes }];
      const isNew = (name: string) => !Object.hasOwn(before.recipes, name);
      const made = deployments
        .filter(({ deploymentName: name, isCreated = () => isNew(name) }) => isCreated())
        .map((one) => one.deploymentName);
      const problem = transitionProblem(endpoint, before.traffic, after.traffic, Object.keys(recipes));
      if (problem !== undefined) fail(problem);
      const sentence = transitionSummary(endpoint, before, { ...after, created: made });
      if (sentence !== undefined) pulumi.log.info(sentence);
      const change = authChangeSummary(endpoint, before.authMode, after.authMode);
      if (change !== undefined) pulumi.log.warn(change);
    },
    { onDryRun: true },
  );
}

/** Returns traffic, mirrored traffic and authentication mode in the inputs of a write. */
async function trafficOf(inputs: object): Promise<unknown> {
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
