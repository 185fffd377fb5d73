/** What role assignments grant: who has which role, on what. */
import { parseArmId, sameArmId } from "../../../azure/armId";
import { builtInPowers, type RolePower } from "../../../facts/roleAccess";
import { isBody, isOpaque, ResourceSet, type RuleResource, UNKNOWN, type Value } from "../../../rules";
import { builtInRole, isAboveGroups, powersOf, scopeOf } from "../../../rules/exposure";
import { ownersOf } from "../../../rules/exposure/principals";
import { definitionOf, roleIdOf, scopeTypeOf } from "../../../rules/exposure/roles/assignment";
import { at, isOfType } from "../../../rules/resource";
import type { StackChange } from "../../change";
import type { EndpointView } from "../../endpoints";
import { kindWord } from "../../kinds";
import type { ResourceState } from "../../preview";

/** `identity`: a managed identity of the stack. `other`: a person, a group or an identity outside the stack. `unknown`: not known yet. */
export type PrincipalKind = "identity" | "other" | "unknown";

export interface Grant {
  /** Object ID in full, so that a reviewer can compare it. For an identity of the stack, its logical name. */
  readonly principal: string;
  readonly principalKind: PrincipalKind;
  /** Logical name of the role assignment. */
  readonly name: string;
  /** Name of the role. */
  readonly role: string;
  /** Whether the role and the resource are known. */
  readonly isKnown: boolean;
  readonly powers: readonly RolePower[];
  /** ARM ID. Undefined if the run creates the resource. */
  readonly scope?: string;
  /** The scope in words, for example `storage account platform-storage`. */
  readonly place: string;
  /** Key of the endpoint, for a role on an endpoint that only allows calls. */
  readonly callerOf?: string;
  /** Whether the scope contains more than the resource group of the stack. */
  readonly isBroad: boolean;
}

const assignmentType = "Microsoft.Authorization/roleAssignments";
const endpointType = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";

/** The role assignments of one side of the change. */
export function grantsOf(change: StackChange, side: "before" | "after"): Grant[] {
  const resources = new ResourceSet(change[side], change.preview.isComplete);
  return change.changes.flatMap((one) => {
    const assignment = one[side];
    // An update plan contains no inputs that stay the same.
    return assignment !== undefined && isOfType(assignment, assignmentType) && at(assignment, "properties.principalId") !== undefined
      ? [grantOf(assignment, one.step[side], resources, change, side)]
      : [];
  });
}

function grantOf(
  assignment: RuleResource,
  state: ResourceState | undefined,
  resources: ResourceSet,
  change: StackChange,
  side: "before" | "after",
): Grant {
  const written = state?.inputs.scope;
  const scope = scopeOf(assignment) ?? (typeof written === "string" ? written : undefined);
  const role = roleOf(assignment, resources);
  const callerOf = callerEndpoint(assignment, role, scope, change.endpoints[side]);
  return {
    ...principalOf(assignment, resources),
    name: assignment.name,
    role: role?.name ?? "a role that is known only during the update",
    isKnown: role !== undefined && scope !== undefined,
    powers: role?.powers ?? [],
    ...(scope === undefined ? {} : { scope }),
    place: placeOf(scope, resources),
    ...(callerOf === undefined ? {} : { callerOf }),
    isBroad: scope !== undefined && isAboveGroups(scope),
  };
}

const callPowers: readonly RolePower[] = ["score"];

/** The endpoint that the role only allows to call. The role and the ID of a new endpoint are unknown, but not the name of the assignment. */
function callerEndpoint({ name }: RuleResource, role: Role | undefined, scope: string | undefined, endpoints: readonly EndpointView[]) {
  if (role === undefined || scope === undefined) return endpoints.find(({ key }) => name.startsWith(`${key}-invoker-`))?.key;
  if (!sameArmId(scopeTypeOf(scope), endpointType) || String(role.powers) !== String(callPowers)) return undefined;
  const endpointName = scope.split("/").at(-1)!;
  return endpoints.find((one) => sameArmId(one.name, endpointName))?.key ?? endpointName;
}

function principalOf(assignment: RuleResource, resources: ResourceSet): Pick<Grant, "principal" | "principalKind"> {
  const principal: Value = at(assignment, "properties.principalId");
  if (typeof principal === "string") {
    const owner = ownersOf(principal, resources)[0];
    return owner === undefined ? { principal, principalKind: "other" } : { principal: owner.name, principalKind: "identity" };
  }
  // The object ID of an identity is known once it exists, so an unknown one is usually that of a new identity of the stack.
  const created = resources.all.filter(({ principalId }) => principalId === UNKNOWN);
  const owner = created.find(({ name }) => assignment.name.startsWith(name.replace(/-identity$/, "")));
  if (owner !== undefined) return { principal: owner.name, principalKind: "identity" };
  return { principal: isOpaque(principal) ? "a principal that is known only during the update" : "no principal", principalKind: "unknown" };
}

interface Role {
  readonly name: string;
  readonly powers: readonly RolePower[];
}

/** Names of roles are text of the stack. Azure allows any characters in them. */
function roleOf(assignment: RuleResource, resources: ResourceSet): Role | undefined {
  const id = roleIdOf(assignment);
  if (id === undefined) return undefined;
  const builtIn = builtInRole(id);
  if (builtIn !== undefined) return { name: builtIn, powers: builtInPowers[builtIn] ?? [] };
  const definition = definitionOf(id, resources);
  const name = definition && at(definition, "properties.roleName");
  const permissions = definition && at(definition, "properties.permissions");
  return {
    name: typeof name === "string" ? name.slice(0, 100) : id,
    powers: Array.isArray(permissions) ? powersOf(permissions.filter(isBody)) : [],
  };
}

/** A resource of the stack has its logical name, because its name in Azure is generated. */
function placeOf(scope: string | undefined, resources: ResourceSet): string {
  if (scope === undefined) return "a resource that is known only during the update";
  const type = scopeTypeOf(scope);
  if (sameArmId(type, "Microsoft.Resources/subscriptions")) return "the whole subscription";
  if (sameArmId(type, "Microsoft.Management/managementGroups")) return `the management group ${scope.split("/").at(-1)}`;
  if (sameArmId(type, "Microsoft.Resources/tenants")) return "the whole tenant";
  const own = resources.find(scope)?.name;
  return `${kindWord(type)} ${own ?? parseArmId(scope)?.name ?? scope.split("/").filter(Boolean).at(-1)}`;
}

/** Equal for role assignments that grant the same, regardless of their names. */
export function keyOf({ principal, role, scope, place, isKnown, name }: Grant): string {
  return JSON.stringify([principal, role, scope ?? place, isKnown ? "" : name]).toLowerCase();
}
