/** Principals of role assignments: the managed identities of the stack, and who uses them. */
import { sameArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { at, isOfType, type ResourceSet, type RuleResource } from "../resource";
import { isBody, isOpaque, type Value, valueAt } from "../values";
import { isOneOf, itemsOf } from "./checks";
import type { Holder } from "./roles/table";
import { ENDPOINT, IDENTITY, WORKSPACE } from "./types";

const TASK = armTypeOf("containerregistry:Task");

/** ARM IDs of the user-assigned identities of a resource. ARM has a map, Pulumi's SDK has a list. */
export function userAssignedIds(resource: RuleResource): readonly Value[] {
  const value = at(resource, "identity.userAssignedIdentities");
  return isBody(value) ? Object.keys(value) : itemsOf(value);
}

function hasSystemAssigned(resource: RuleResource): boolean {
  const type = at(resource, "identity.type");
  return typeof type === "string" && /systemassigned/i.test(type);
}

/** Whether a resource is or has a managed identity of its own. */
function hasIdentity(resource: RuleResource): boolean {
  return isOfType(resource, IDENTITY) || hasSystemAssigned(resource);
}

/** Object ID of the managed identity that a resource is or has. */
function principalOf(resource: RuleResource): Value {
  if (resource.principalId !== undefined) return resource.principalId;
  return at(resource, isOfType(resource, IDENTITY) ? "properties.principalId" : "identity.principalId");
}

/** Resources that are, have or use an identity. A stack has few of them, and each role assignment is compared with all. */
function withIdentity(resources: ResourceSet): readonly RuleResource[] {
  const known = identified.get(resources);
  if (known !== undefined) return known;
  const paths = ["identity", "properties.primaryUserAssignedIdentity"];
  const found = resources.all.filter(
    (one) => one.principalId !== undefined || isOfType(one, IDENTITY) || paths.some((path) => at(one, path) !== undefined),
  );
  identified.set(resources, found);
  return found;
}

const identified = new WeakMap<ResourceSet, readonly RuleResource[]>();

/** Resources whose managed identity has an object ID. For a user-assigned identity, Azure also shows it in the resources that use it. */
export function ownersOf(principalId: string, resources: ResourceSet): readonly RuleResource[] {
  return withIdentity(resources).filter((resource) => isOneOf(principalOf(resource), principalId) || usesPrincipal(resource, principalId));
}

function usesPrincipal(resource: RuleResource, principalId: string): boolean {
  const map = at(resource, "identity.userAssignedIdentities");
  return isBody(map) && Object.values(map).some((one) => isOneOf(valueAt(one, "principalId"), principalId));
}

/**
 * Whether an identity can exist whose object ID is not told, so that any principal could be it. An identity whose ARM ID is known only during the
 * update doesn't exist yet, and a template can write an identity a second time.
 */
export function hasUntoldIdentity(resources: ResourceSet): boolean {
  const identities = resources.all.filter(hasIdentity);
  const told = identities.filter((one) => principalOf(one) !== undefined);
  return identities.some((one) => one.id !== undefined && principalOf(one) === undefined && !told.some(({ id }) => sameArmId(id, one.id)));
}

/** What an identity is for, by the resources that use it. Empty if no such resource is known: roles are often assigned before. */
export function holdersOf(owner: RuleResource, resources: ResourceSet): readonly Holder[] {
  const users = [owner, ...withIdentity(resources).filter((resource) => uses(resource, owner))];
  const holders = users.flatMap((user): Holder[] => {
    if (isOfType(user, WORKSPACE)) return ["workspace"];
    if (isOfType(user, ENDPOINT)) return ["endpoint"];
    return isOfType(user, TASK) ? ["task"] : [];
  });
  return [...new Set(holders)];
}

function uses(resource: RuleResource, { id }: RuleResource): boolean {
  const ids: readonly Value[] = [...userAssignedIds(resource), at(resource, "properties.primaryUserAssignedIdentity")];
  return ids.some((one) => !isOpaque(one) && typeof one === "string" && sameArmId(one, id));
}
