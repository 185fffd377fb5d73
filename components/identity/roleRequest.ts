/** Roles that others grant: what an identity lacks is named, with the command that gives it, before a deployment starts without it. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { isWithinArmId, sameArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { BUILT_IN_ROLES, type BuiltInRole } from "../../facts/roles";
import { resolved } from "../base/resolved";
import type { Grant } from "./roles";

/** A grant whose values are known. */
export interface RoleNeed {
  readonly principalId: string;
  readonly role: BuiltInRole;
  readonly scope: string;
}

/** A role assignment as Azure lists it. */
export interface Assignment {
  readonly properties: { readonly principalId: string; readonly roleDefinitionId: string; readonly scope: string };
}

/**
 * Says before a deployment is created which of its identity's roles are not granted; in the preview too, where the identity exists. It only warns: a
 * role that comes by a group, or inside a role of the owner's own, isn't seen from here, and Azure has the last word.
 */
export function askForRoles(name: string, azure: ArmClient, grants: readonly Grant[]): pulumi.ResourceHook {
  const ask = async () => {
    for (const grant of grants) {
      const need = await resolved<RoleNeed>({ ...grant });
      // An identity or a scope that this run makes is not known in a preview.
      if (pulumi.containsUnknowns(need)) continue;
      const problem = await lacks(azure, need);
      if (problem !== undefined) pulumi.log.warn(`${problem} The owner of roles grants it by:\n  ${roleCommand(need)}`);
    }
  };
  return new pulumi.ResourceHook(name, ask, { onDryRun: true });
}

async function lacks(azure: ArmClient, need: RoleNeed): Promise<string | undefined> {
  try {
    const found = await azure.list<Assignment>(`${need.scope}/providers/${armTypeOf("authorization:RoleAssignment")}`);
    return isGranted(need, found) ? undefined : `The identity ${need.principalId} has not been granted ${need.role} (roles: external).`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `Whether the identity ${need.principalId} has ${need.role} can't be read (${why}).`;
  }
}

/** Whether one of the assignments gives the role on the scope, or on something above it. */
export function isGranted({ principalId, role, scope }: RoleNeed, assignments: readonly Assignment[]): boolean {
  const roleId = BUILT_IN_ROLES[role].toLowerCase();
  return assignments.some(
    ({ properties }) =>
      sameArmId(properties.principalId, principalId) &&
      properties.roleDefinitionId.toLowerCase().endsWith(`/${roleId}`) &&
      isWithinArmId(scope, properties.scope),
  );
}

export function roleCommand({ principalId, role, scope }: RoleNeed): string {
  return `az role assignment create --assignee-object-id ${principalId} --assignee-principal-type ServicePrincipal --role "${role}" --scope ${scope}`;
}
