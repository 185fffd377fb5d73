/** The region of a stack, from its resource group in Azure: without a lock file, the group is the only source of the region. */
import { type ArmClient, ArmError } from "../../azure/arm";
import { canonicalRegion } from "../../facts/regions";
import { stackTag } from "../../planner/tags";

/** A resource group in Azure's list. */
interface ListedGroup {
  readonly name: string;
  readonly location: string;
}

export interface StackPlace {
  readonly subscriptionId: string;
  readonly stack: string;
  /** Region, in ARM's form, such as `swedencentral`. */
  readonly location: string;
}

/** Returns the name of a stack's resource group. */
export function groupName(stack: string, location: string): string {
  return `moor-${stack}-${location}`;
}

/**
 * Returns the resource group of the stack in another region. Returns undefined if there is none, or if the stack exists in this region too.
 * @param warn Called with a warning if the caller has no permission to list resource groups.
 * @throws ArmError if the request fails for another reason
 */
export async function stackElsewhere(
  azure: ArmClient,
  { subscriptionId, stack, location }: StackPlace,
  warn: (text: string) => void,
): Promise<ListedGroup | undefined> {
  const filter = `tagName eq '${stackTag}' and tagValue eq '${stack}'`;
  const groups = await azure.list<ListedGroup>(`/subscriptions/${subscriptionId}/resourceGroups`, { filter }).catch((error: unknown) => {
    if (!(error instanceof ArmError) || !error.isAccessDenied) throw error;
    const consequence = "so Moor can't check whether this stack exists in another region";
    warn(
      `Can't list the resource groups of the subscription (Azure returned ${error.status}), ${consequence}. To check it, assign the role Reader on the subscription to the identity of this run.`,
    );
    return [];
  });
  const own = groups
    .map(({ name, location: region }) => ({ name, location: canonicalRegion(region) }))
    .filter(({ name, location: region }) => name.toLowerCase() === groupName(stack, region));
  return own.some((one) => one.location === location) ? undefined : own[0];
}
