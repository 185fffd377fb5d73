/** The resources of a statement as Azure returns them. */
import type { ArmClient } from "../../azure/arm";
import { isWithinArmId, parseArmId, resourceGroupId } from "../../azure/armId";
import { type Observation, observe } from "../../components/live";
import type { RuleResource } from "../../rules";
import { resourcesOfState } from "../../rules/read/state";
import { exportState } from "../checkpoint";
import type { StackPulumi } from "../stackPulumi";

/**
 * Reads the resource group of a stack, and the resources outside of it that the stack uses. Names are those of the state.
 * @param adopted ARM IDs of resources that the stack file names.
 * @throws Error if the stack has no resource group; Error if Azure can't be reached
 */
export async function liveResources(pulumi: StackPulumi, azure: ArmClient, adopted: readonly string[]): Promise<Observation> {
  const state = resourcesOfState(await exportState(pulumi));
  const groups = state.flatMap(({ type, id }) => (id !== undefined && /^microsoft\.resources\/resourcegroups$/i.test(type) ? [id] : []));
  if (groups.length === 0) {
    throw new Error(
      `The state of ${pulumi.stack} contains no resource group, so there is nothing to read in Azure. Run \`pulumi up\` first, or use --planned.`,
    );
  }
  const outside = state.flatMap(({ id }) => topLevel(id ?? "")).filter((id) => !groups.some((group) => isWithinArmId(id, group)));
  const names = namesOf(state);
  return observe(azure, unique([...groups, ...outside, ...adopted.flatMap(topLevel)]), (id) => names.get(id.toLowerCase()));
}

function namesOf(state: readonly RuleResource[]): ReadonlyMap<string, string> {
  // A resource that a template writes again keeps the name of the resource that created it.
  return new Map(state.toReversed().flatMap(({ id, name }) => (id === undefined ? [] : [[id.toLowerCase(), name] as const])));
}

/** The ID of the resource of which a child or an extension is a part. Empty for IDs outside of resource groups. */
function topLevel(id: string): string[] {
  const parsed = parseArmId(id);
  if (parsed === undefined) return [];
  const group = resourceGroupId(parsed.subscriptionId, parsed.resourceGroupName);
  const [, own] = /^\/providers\/([^/]+\/[^/]+\/[^/]+)/i.exec(id.slice(group.length)) ?? [];
  return own === undefined ? [] : [`${group}/providers/${own}`];
}

function unique(ids: readonly string[]): string[] {
  return [...new Map(ids.map((id) => [id.toLowerCase(), id])).values()];
}
