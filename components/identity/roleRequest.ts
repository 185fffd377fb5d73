/**
 * `roles: external`: a warning for each missing role assignment, with the command that creates it, before a resource that requires it is
 * created.
 */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { isWithinArmId, sameArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { BUILT_IN_ROLES, type BuiltInRole } from "../../facts/roles";
import { resolved } from "../base/resolved";
import type { Grant } from "./roles";

/** A required role assignment whose values are known. */
export interface RoleNeed {
  readonly principalId: string;
  readonly role: BuiltInRole;
  readonly scope: string;
}

/** A role assignment in Azure's list. */
export interface Assignment {
  readonly properties: { readonly principalId: string; readonly roleDefinitionId: string; readonly scope: string };
}

/**
 * Returns a hook that warns of missing role assignments, even in a preview if the identity exists. It doesn't fail the run, because it
 * doesn't find roles that the identity has through a group or through a custom role.
 */
export function warnOfMissingRoles(name: string, azure: ArmClient, grants: readonly Grant[]): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, () => reportMissingRoles(azure, grants), { onDryRun: true });
}

/** Warns of missing role assignments, for roles that no resource of the run requires. It doesn't fail the run, like `warnOfMissingRoles`. */
export async function reportMissingRoles(azure: ArmClient, grants: readonly Grant[]): Promise<void> {
  for (const grant of grants) {
    const need = await resolved<RoleNeed>({ ...grant });
    // An identity or a scope that this run creates is not known in a preview.
    if (pulumi.containsUnknowns(need)) continue;
    const problem = await problemOf(azure, need);
    if (problem !== undefined) pulumi.log.warn(`${problem} The owner of the scope can grant it with:\n  ${roleCommand(need)}`);
  }
}

async function problemOf(azure: ArmClient, need: RoleNeed): Promise<string | undefined> {
  try {
    const found = await azure.list<Assignment>(`${need.scope}/providers/${armTypeOf("authorization:RoleAssignment")}`);
    return isGranted(need, found) ? undefined : `The identity ${need.principalId} doesn't have the role ${need.role} (roles: external).`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `Can't check whether the identity ${need.principalId} has the role ${need.role} (${why}).`;
  }
}

/** Whether one of the assignments grants the role on the scope or on one of its parents. */
export function isGranted({ principalId, role, scope }: RoleNeed, assignments: readonly Assignment[]): boolean {
  const roleId = BUILT_IN_ROLES[role].toLowerCase();
  return assignments.some(
    ({ properties }) =>
      sameArmId(properties.principalId, principalId) &&
      properties.roleDefinitionId.toLowerCase().endsWith(`/${roleId}`) &&
      isWithinArmId(scope, properties.scope),
  );
}

/** Azure CLI command that creates a role assignment. */
export function roleCommand({ principalId, role, scope }: RoleNeed): string {
  return `az role assignment create --assignee-object-id ${principalId} --assignee-principal-type ServicePrincipal --role "${role}" --scope ${scope}`;
}
