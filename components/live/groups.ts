/** Where a stack is, by what Azure has of it: a stack without a lock has no other record of its region that a program can read. */
import { type ArmClient, ArmError } from "../../azure/arm";
import { canonicalRegion } from "../../facts/regions";
import { stackTag } from "../../planner/tags";

/** A resource group, as a list has it. */
interface ListedGroup {
  readonly name: string;
  readonly location: string;
}

export interface StackPlace {
  readonly subscriptionId: string;
  readonly stack: string;
  /** Region, as ARM writes it. */
  readonly location: string;
}

/** Name of a stack's resource group. */
export function groupName(stack: string, location: string): string {
  return `moor-${stack}-${location}`;
}

/**
 * The resource group of the stack in another region, or undefined when there is none, or when the stack is in this region too.
 * @param warn Is told when the caller may not list resource groups.
 * @throws ArmError when Azure doesn't answer
 */
export async function stackElsewhere(
  azure: ArmClient,
  { subscriptionId, stack, location }: StackPlace,
  warn: (text: string) => void,
): Promise<ListedGroup | undefined> {
  const filter = `tagName eq '${stackTag}' and tagValue eq '${stack}'`;
  const groups = await azure.list<ListedGroup>(`/subscriptions/${subscriptionId}/resourceGroups`, { filter }).catch((error: unknown) => {
    if (!(error instanceof ArmError) || !error.isAccessDenied) throw error;
    const unknown = "so it is not known whether this stack exists in another region";
    warn(`Resource groups of the subscription can't be listed (Azure answered ${error.status}), ${unknown}.`);
    return [];
  });
  const own = groups
    .map(({ name, location: region }) => ({ name, location: canonicalRegion(region) }))
    .filter(({ name, location: region }) => name.toLowerCase() === groupName(stack, region));
  return own.some((one) => one.location === location) ? undefined : own[0];
}
