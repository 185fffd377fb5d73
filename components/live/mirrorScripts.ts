/**
 * Deployment scripts that copy model weights (`mirror --via azure`). Their command removes them. A script that exists otherwise was
 * left by a killed run.
 */
import type { ArmClient } from "../../azure/arm";
import { ArmError } from "../../azure/arm";
import { armId, groupOf } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { stackTag } from "../../planner/tags";

/** Start of the names of all mirror scripts. */
export const mirrorScriptPrefix = "moor-mirror-";

/** States in which the execution of a script has ended. Source: ARM schema of deploymentScripts, `provisioningState`. */
const ended = ["Succeeded", "Failed", "Canceled"];

/** Timeout for the removal of a script, in seconds. */
const removalSeconds = 900;

/** Requests to delete a script, until its container is deleted again. */
const polls = 6;

/** A deployment script as Azure returns it. */
export interface LiveScript {
  readonly id: string;
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>> | null;
  readonly properties: {
    readonly provisioningState: string;
    readonly outputs?: Readonly<Record<string, unknown>> | null;
    readonly status?: {
      readonly error?: { readonly code?: string; readonly message?: string } | null;
    } | null;
  };
}

export function hasEnded({ properties }: Pick<LiveScript, "properties">): boolean {
  return ended.includes(properties.provisioningState);
}

/** ID of a mirror script in a resource group. */
export function mirrorScriptId(resourceGroupId: string, name: string): string {
  return armId(resourceGroupId, armTypeOf("resources:AzureCliScript"), name);
}

/** The mirror scripts of a stack. Empty if the resource group doesn't exist. @param resourceGroupId The stack's resource group. */
export async function listMirrorScripts(azure: ArmClient, resourceGroupId: string, stack: string): Promise<LiveScript[]> {
  const collection = `${resourceGroupId}/providers/${armTypeOf("resources:AzureCliScript")}`;
  const all = await azure.list<LiveScript>(collection);
  return all.filter(({ name, tags }) => name.startsWith(mirrorScriptPrefix) && tags?.[stackTag] === stack);
}

/**
 * Removes a script and the container that runs it. Azure refuses to delete a script while it runs (DeploymentScriptResourceConflict), so its
 * container group is deleted first, which ends the script. Both requests are repeated, because the container group of a script that Azure is
 * creating can appear after the first one. Nothing happens if the script doesn't exist.
 * Source: Azure docs, deployment-script-bicep, "Deployment script error codes".
 * @throws ArmError or Error if the script still exists after 15 minutes
 */
export async function removeMirrorScript(azure: ArmClient, id: string): Promise<void> {
  const end = Date.now() + removalSeconds * 1000;
  for (;;) {
    const script = await azure.find<LiveScript>(id);
    if (script === undefined) return;
    if (!hasEnded(script)) await removeContainers(azure, id, script.name);
    try {
      return await azure.remove(id, polls * azure.pollSeconds);
    } catch (error) {
      if (!(error instanceof ArmError) || error.status !== 409 || Date.now() > end) throw error;
    }
  }
}

/** The body of a script sets the name of its container group to its own name. */
async function removeContainers(azure: ArmClient, id: string, name: string): Promise<void> {
  try {
    await azure.remove(armId(groupOf(id), armTypeOf("containerinstance:ContainerGroup"), name), removalSeconds);
  } catch (error) {
    // The removal of the script still succeeds once it has ended.
    if (!(error instanceof ArmError)) throw error;
  }
}
