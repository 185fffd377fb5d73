import { ROLES, type RoleName } from "./builtInRoles";
import type { Inventory, ManagedIdentity, Resource } from "./model";
import { isWithin, nameOf } from "./path";

interface RoleAssignmentProperties {
  readonly principalId: string;
  readonly roleDefinitionId: string;
}

export const ROLE_ASSIGNMENT = "Microsoft.Authorization/roleAssignments";

/** The scope of a role assignment: its ID up to `/providers/Microsoft.Authorization/`. */
function scopeOf(assignment: Resource): string {
  return assignment.id.slice(0, assignment.id.toLowerCase().lastIndexOf("/providers/microsoft.authorization/"));
}

/** Whether a principal has one of the roles on the resource, by a propagated role assignment at its scope or a parent scope. */
export function holdsRole(inventory: Inventory, principalId: string | undefined, roles: readonly RoleName[], resourceId: string): boolean {
  const guids = roles.map((role) => ROLES[role] as string);
  const propagatedUntil = inventory.now() - inventory.settings.rolePropagation;
  return inventory.all(ROLE_ASSIGNMENT).some((assignment) => {
    const properties = assignment.body.properties as unknown as RoleAssignmentProperties;
    return (
      assignment.createdAt <= propagatedUntil &&
      properties.principalId.toLowerCase() === principalId?.toLowerCase() &&
      guids.includes(nameOf(properties.roleDefinitionId).toLowerCase()) &&
      isWithin(resourceId, scopeOf(assignment))
    );
  });
}

/** Returns the principal of a user-assigned identity. */
export function principalOf(inventory: Inventory, identityId: string | undefined): string | undefined {
  const properties = inventory.get(identityId)?.outputs.properties as { principalId?: string } | undefined;
  return properties?.principalId;
}

export function userAssignedIds(identity: ManagedIdentity | undefined): string[] {
  return Object.keys(identity?.userAssignedIdentities ?? {});
}

export function isUserAssigned(identity: ManagedIdentity | undefined): boolean {
  return identity?.type?.includes("UserAssigned") ?? false;
}
