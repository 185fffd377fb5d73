/** Network security groups that an update opens to the internet before their subnets are judged. */
import { sameArmId } from "../../azure/armId";
import { type Check, ResourceSet, type RuleResource } from "../../rules";
import { letsOut } from "../../rules/exposure/securityGroups";

const GROUP = "Microsoft.Network/networkSecurityGroups";

/**
 * Refuses HTTPS to the internet that a change adds to an existing group, if no subnet is known to use the group. A new group isn't used yet, and
 * its subnet is checked before it uses the group. A group of a subnet for deployment scripts was created with the rule.
 * @param before The resources before the change. Empty if they are created.
 */
export function withOpened(checks: readonly Check[], before: readonly RuleResource[]): Check[] {
  return checks.map((check) => {
    const isOpen = check.code === "MOOR451" && check.outcome === "unknown" && check.value.toLowerCase() === "internet";
    return isOpen && isAdded(check.resource, before) ? { ...check, outcome: "violated" } : check;
  });
}

function isAdded({ name, type }: RuleResource, before: readonly RuleResource[]): boolean {
  const previous = before.find((one) => one.name === name);
  // A rule that is a resource of its own is written to a group that exists.
  if (!sameArmId(type, GROUP)) return previous === undefined;
  return previous !== undefined && !letsOut(previous, new ResourceSet([previous]));
}
