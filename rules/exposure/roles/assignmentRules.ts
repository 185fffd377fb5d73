/** Every role assignment is judged: its principal, and whether the table of roles contains it. */
import type { Contract } from "../../contract";
import type { Check } from "../../finding";
import { at, type ResourceSet, type RuleResource } from "../../resource";
import { checked, type Rule, type RuleContext } from "../../rule";
import { isOpaque, type Value, valueText } from "../../values";
import { isOneOf, unknownText } from "../checks";
import { hasUntoldIdentity, holdersOf, ownersOf } from "../principals";
import { ROLE_ASSIGNMENT } from "../types";
import { actionsOf, builtInRole, definitionOf, isAboveGroups, roleIdOf, scopeOf, scopeTypeOf, tableRole } from "./assignment";
import { inheritedCheck } from "./inherited";
import { type Holder, isInTable } from "./table";

const PRINCIPAL = "properties.principalId";
const ROLE = "properties.roleDefinitionId";

const identities: readonly Holder[] = ["workspace", "endpoint", "scripts", "task"];
const named: readonly Holder[] = ["operator", "invoker"];

/** Who a principal is for the stack. */
type Standing = "named" | "identity" | "unknown" | "foreign";

function standingOf(principal: Value, { principals }: Contract, resources: ResourceSet): Standing {
  if (isOpaque(principal)) return "unknown";
  if (typeof principal !== "string") return "foreign";
  if (principals.some((one) => isOneOf(one, principal))) return "named";
  if (ownersOf(principal, resources).length > 0) return "identity";
  return hasUntoldIdentity(resources) ? "unknown" : "foreign";
}

function assignmentChecks(assignment: RuleResource, { contract, resources }: RuleContext): Check[] {
  const scope = scopeOf(assignment);
  const principal = at(assignment, PRINCIPAL);
  const standing = standingOf(principal, contract, resources);
  // Only Azure shows role assignments of others above the stack. A program that writes one is judged like any other.
  if (scope !== undefined && isAboveGroups(scope) && assignment.from === "observed" && standing !== "identity") {
    return [inheritedCheck(assignment, scope, resources)];
  }
  const who = principalCheck(assignment, principal, standing, resources);
  return standing === "foreign"
    ? [who]
    : [who, roleCheck(assignment, scope, allowedHolders(assignment, principal, standing, resources), resources)];
}

function principalCheck(assignment: RuleResource, principal: Value, standing: Standing, resources: ResourceSet): Check {
  const outcome = standing === "foreign" ? "violated" : standing === "unknown" ? "unknown" : "holds";
  const problem = isOpaque(principal)
    ? unknownText(PRINCIPAL, principal)
    : standing === "unknown"
      ? "The object IDs of the stack's identities aren't known."
      : `${valueText(principal)} has the role ${roleName(assignment, resources)} on ${scopeOf(assignment) ?? "a resource"}, and isn't in the stack.`;
  const allowed = "identities of the stack, and the operators and invokers of the stack file";
  return checked("MOOR480", outcome, assignment, PRINCIPAL, principal, { problem, allowed });
}

/** The rows of the table that apply to a principal. */
function allowedHolders(assignment: RuleResource, principal: Value, standing: Standing, resources: ResourceSet): readonly Holder[] {
  if (standing === "named") return named;
  if (standing !== "identity" || typeof principal !== "string") return [...identities, ...named];
  const holders = ownersOf(principal, resources).map((owner) => holdersOf(owner, resources));
  const isUnused = holders.some((one) => one.length === 0);
  return [...holders.flat(), ...(isUnused ? bestHolders(principal, assignment, resources) : [])];
}

/** What an identity that nothing uses yet is for: the holders to whom the table grants most of its roles. */
function bestHolders(principal: string, assignment: RuleResource, resources: ResourceSet): readonly Holder[] {
  const all = resources.ofType(ROLE_ASSIGNMENT).filter((one) => isOneOf(at(one, PRINCIPAL), principal));
  const own = all.includes(assignment) ? all : [...all, assignment];
  const counts = identities.map((holder) => own.filter((one) => outcomeOf(one, scopeOf(one), [holder], resources) === "holds").length);
  return identities.filter((_, index) => counts[index] === Math.max(...counts));
}

function outcomeOf(
  assignment: RuleResource,
  scope: string | undefined,
  holders: readonly Holder[],
  resources: ResourceSet,
): Check["outcome"] {
  if (isOpaque(at(assignment, ROLE))) return "unknown";
  const id = roleIdOf(assignment);
  const role = id === undefined ? undefined : tableRole(id, resources);
  if (role === undefined) return id !== undefined && isUnknownRole(id, resources) ? "unknown" : "violated";
  if (!isInTable(holders, role, scope === undefined ? undefined : scopeTypeOf(scope))) return "violated";
  return scope === undefined ? "unknown" : "holds";
}

/** Whether the actions of a custom role aren't all known. */
function isUnknownRole(id: string, resources: ResourceSet): boolean {
  const definition = definitionOf(id, resources);
  const actions = definition === undefined ? [] : [...actionsOf(definition, "actions"), ...actionsOf(definition, "dataActions")];
  return actions.some(isOpaque);
}

function roleCheck(assignment: RuleResource, scope: string | undefined, holders: readonly Holder[], resources: ResourceSet): Check {
  const outcome = outcomeOf(assignment, scope, holders, resources);
  const value = at(assignment, ROLE);
  const problem = isOpaque(value)
    ? unknownText(ROLE, value)
    : outcome === "unknown"
      ? "The resource on which the role is assigned is known only during the update."
      : `The role ${roleName(assignment, resources)} on ${scope ?? "a resource"} isn't in the table of roles for this principal.`;
  return checked("MOOR481", outcome, assignment, ROLE, value, { problem, allowed: "the roles of docs/roles.md" });
}

function roleName(assignment: RuleResource, resources: ResourceSet): string {
  const id = roleIdOf(assignment);
  if (id === undefined) return valueText(at(assignment, ROLE));
  return tableRole(id, resources) ?? builtInRole(id) ?? id;
}

export const assignmentRule: Rule = {
  code: "MOOR480",
  types: [ROLE_ASSIGNMENT],
  check: (resource, context) => assignmentChecks(resource, context),
};
