/** Where mirror scripts of a stack run, from its state. */

import { parseArmId } from "../../../azure/armId";
import { armTypeOf } from "../../../azure/resourceTypes";
import type { Checkpoint, StateResource } from "../../checkpoint";
import type { StackPulumi } from "../../stackPulumi";
import type { ScriptPlace } from "./body";

/** The resource group of a stack, which contains its scripts. */
export interface ScriptGroup {
  /** ARM ID. */
  readonly id: string;
  readonly location: string;
}

/** The stack's resource group. Undefined if the stack doesn't exist in Azure yet. */
export function scriptGroup(state: Checkpoint): ScriptGroup | undefined {
  const { id, outputs } = find(state, "azure-native:resources:ResourceGroup") ?? {};
  const location = outputs?.location;
  return id === undefined || typeof location !== "string" ? undefined : { id, location };
}

/**
 * The outputs `platform.scripts` of the stack.
 * @throws Error with the setting that creates the environment, if the stack has none
 */
export function scriptPlace(pulumi: Pick<StackPulumi, "stack" | "local">, state: Checkpoint): ScriptPlace {
  const platform = find(state, "pulumi:pulumi:Stack")?.outputs?.platform as { readonly scripts?: Partial<ScriptPlace> } | undefined;
  const { subnetId, identityId, storageAccount, tokenSecretId } = platform?.scripts ?? {};
  if (subnetId !== undefined && identityId !== undefined && storageAccount !== undefined) {
    return { subnetId, identityId, storageAccount, ...(tokenSecretId === undefined ? {} : { tokenSecretId }) };
  }
  throw new Error(
    `The stack ${pulumi.stack} has no subnet in which Azure can run the copy. Set \`scripts: true\` in moor:platform.network.create, or ` +
      "`scriptsSubnetId` in moor:platform.network.existing. While it is set, containers in the subnet can reach the internet, and previews say so. " +
      `Then run \`${creatingCommand(pulumi, state)}\`, which creates what the scripts need, and this command again.`,
  );
}

/**
 * The command that creates the environment of scripts. On a machine outside the network, `pulumi up` fails before the first endpoint exists,
 * because it publishes images; `npm run platform` is rejected after that.
 */
function creatingCommand({ stack, local }: Pick<StackPulumi, "stack" | "local">, state: Checkpoint): string {
  const hasEndpoints = find(state, "azure-native:machinelearningservices:OnlineEndpoint") !== undefined;
  if (!hasEndpoints) return `npm run platform -- -s ${stack}${local ? " --local" : ""}`;
  return `${local ? "npm run local -- up" : "pulumi up"} -s ${stack}`;
}

/**
 * Address of a Key Vault secret, without its version.
 * @param secretId ARM ID.
 */
export function secretAddress(secretId: string): string {
  const { type, name } = parseArmId(secretId) ?? {};
  const vault = /\/vaults\/([^/]+)\/secrets\//i.exec(secretId)?.[1];
  if (type?.toLowerCase() !== armTypeOf("keyvault:Secret").toLowerCase() || vault === undefined)
    throw new Error(`"${secretId}" is not the ID of a Key Vault secret. Run \`pulumi up\`, and run the command again.`);
  return `https://${vault}.vault.azure.net/secrets/${name}`;
}

function find(state: Checkpoint, type: string): StateResource | undefined {
  return (state.deployment.resources ?? []).find((resource) => resource.type === type);
}
