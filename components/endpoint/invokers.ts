/** Who may call an endpoint with Entra ID and do nothing else with it: a role of the endpoint's own, assigned to each of them. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { groupOf } from "../../azure/armId";
import { SCORE_ACTION } from "../../facts/roles";
import { fail } from "../../program/fail";
import { type Transform, transformed } from "../base/transform";
import { type RolesOwner, roleDefinitionId, stableGuid } from "../identity";
import type { WorkspaceReference } from "../workspace";
import { invokerRolePrivacy } from "./privacy";

export interface InvokersArgs {
  readonly endpointId: pulumi.Output<string>;
  readonly endpointName: pulumi.Input<string>;
  readonly workspace: WorkspaceReference;
  readonly auth: "key" | "entra";
  /** Object ids. */
  readonly invokers?: readonly string[];
  readonly roles?: RolesOwner;
  readonly transform?: { readonly invokerRole?: Transform<authorization.RoleDefinitionArgs> };
}

/** The role and its assignments. Empty without invokers, and with `roles: external`. */
export interface Invokers {
  readonly role?: authorization.RoleDefinition;
  readonly assignments: readonly authorization.RoleAssignment[];
}

/** @throws pulumi.RunError for callers by key, because a key admits everyone who holds it */
export function admitInvokers(name: string, parent: pulumi.Resource, args: InvokersArgs): Invokers {
  const { invokers = [], auth, roles, endpointId } = args;
  if (invokers.length === 0) return { assignments: [] };
  if (auth === "key") {
    fail(`Endpoint "${name}" has invokers but auth "key": a key admits whoever holds it; set auth "entra".`);
  }
  if (roles === "external") return { assignments: [] };
  const role = createRole(name, parent, args);
  const assignments = invokers.map((invoker) => assign(`${name}-invoker-${invoker}`, parent, invoker, role, endpointId));
  return { role, assignments };
}

function createRole(name: string, parent: pulumi.Resource, { endpointId, endpointName, workspace, transform }: InvokersArgs) {
  const groupId = endpointId.apply(groupOf);
  return new authorization.RoleDefinition(
    ...transformed(
      transform?.invokerRole,
      `${name}-invoker-role`,
      {
        roleDefinitionId: stableGuid(`${name}-invoker-role`),
        scope: groupId,
        // Unique in the tenant, where an endpoint's name is unique in its region only.
        roleName: pulumi.interpolate`Score ${endpointName} in ${workspace.location}`,
        roleType: "CustomRole",
        description: "May call one online endpoint, and nothing else.",
        permissions: [{ actions: [SCORE_ACTION], notActions: [] }],
        assignableScopes: [groupId],
      },
      { parent },
      invokerRolePrivacy,
    ),
  );
}

function assign(
  name: string,
  parent: pulumi.Resource,
  invoker: string,
  role: authorization.RoleDefinition,
  scope: pulumi.Output<string>,
): authorization.RoleAssignment {
  return new authorization.RoleAssignment(
    name,
    {
      roleAssignmentName: stableGuid(name),
      principalId: invoker,
      // A user, a group or a service principal: left out, Azure looks it up; left to the SDK, it would be "User".
      principalType: pulumi.output<string | undefined>(undefined),
      roleDefinitionId: pulumi.all([scope, role.name]).apply(([id, roleId]) => roleDefinitionId(id, roleId)),
      scope,
    },
    { parent, dependsOn: [role] },
  );
}
