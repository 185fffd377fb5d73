/** What a role assignment says: who, which role, on what. */
import { parseArmId, sameArmId } from "../../../azure/armId";
import { BUILT_IN_ROLES, type BuiltInRole, SCORE_ACTION } from "../../../facts/roles";
import { at, type ResourceSet, type RuleResource } from "../../resource";
import { isOpaque, type Value, valueAt } from "../../values";
import { itemsOf, lastOf } from "../checks";
import { ROLE_DEFINITION } from "../types";
import { RESOURCE_GROUP, SCORE_ROLE } from "./table";

const EXTENSION = /\/providers\/Microsoft\.Authorization\/roleAssignments\/[^/]+$/i;

/** The scope of a role assignment. Undefined if it isn't known. */
export function scopeOf(assignment: RuleResource): string | undefined {
  const { id } = assignment;
  if (id !== undefined && EXTENSION.test(id)) return id.replace(EXTENSION, "") || "/";
  const scope = at(assignment, "properties.scope");
  return typeof scope === "string" ? scope : undefined;
}

/** The ARM type of a scope; for scopes above resource groups, the type that Azure shows for them. */
export function scopeTypeOf(scope: string): string {
  if (/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/?$/i.test(scope)) return RESOURCE_GROUP;
  if (/^\/subscriptions\/[^/]+\/?$/i.test(scope)) return "Microsoft.Resources/subscriptions";
  if (/^\/providers\/Microsoft\.Management\/managementGroups\//i.test(scope)) return "Microsoft.Management/managementGroups";
  return parseArmId(scope)?.type ?? "Microsoft.Resources/tenants";
}

/** Whether a scope is above resource groups. */
export function isAboveGroups(scope: string): boolean {
  return !/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]/i.test(scope);
}

/** GUID of the role definition, in lower case. Undefined if it isn't known. */
export function roleIdOf(assignment: RuleResource): string | undefined {
  const id = at(assignment, "properties.roleDefinitionId");
  return typeof id === "string" ? lastOf(id).toLowerCase() : undefined;
}

const builtIn = new Map(Object.entries(BUILT_IN_ROLES).map(([name, id]) => [id as string, name as BuiltInRole]));

/** The built-in role of a GUID, if Moor knows it. */
export function builtInRole(id: string): BuiltInRole | undefined {
  return builtIn.get(id);
}

/** The definition of a custom role. */
export function definitionOf(roleId: string, resources: ResourceSet): RuleResource | undefined {
  return resources.ofType(ROLE_DEFINITION).find(({ id }) => id !== undefined && sameArmId(lastOf(id), roleId));
}

/** Actions of a role definition. UNKNOWN or SECRET if not all are known. */
export function actionsOf(definition: RuleResource, kind: "actions" | "dataActions"): readonly Value[] {
  const permissions = at(definition, "properties.permissions");
  if (isOpaque(permissions)) return [permissions];
  return itemsOf(permissions).flatMap((permission) => {
    const actions = valueAt(permission, kind);
    return isOpaque(actions) ? [actions] : itemsOf(actions);
  });
}

/** Whether a role definition allows calls to endpoints and nothing else. */
function isScoreRole(definition: RuleResource): boolean {
  const actions = actionsOf(definition, "actions");
  const isScore = (action: Value) => typeof action === "string" && action.toLowerCase() === SCORE_ACTION.toLowerCase();
  return actions.length > 0 && actions.every(isScore) && actionsOf(definition, "dataActions").length === 0;
}

/** Whether a role assignment is one of an invoker. */
export function isScoreAssignment(assignment: RuleResource, resources: ResourceSet): boolean {
  const roleId = roleIdOf(assignment);
  return roleId !== undefined && tableRole(roleId, resources) === SCORE_ROLE;
}

/** The role as the table names it. Undefined for any other role. */
export function tableRole(roleId: string, resources: ResourceSet): BuiltInRole | typeof SCORE_ROLE | undefined {
  const definition = definitionOf(roleId, resources);
  // A role that the stack defines has a rule of its own.
  if (definition !== undefined && (definition.from === "planned" || isScoreRole(definition))) return SCORE_ROLE;
  return builtInRole(roleId);
}
