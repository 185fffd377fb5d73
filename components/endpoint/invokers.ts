/** Invokers of an endpoint with Microsoft Entra ID: a custom role that only allows calls to the endpoint, assigned to each invoker. */
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
  /** Object IDs in Microsoft Entra ID. */
  readonly invokers?: readonly string[];
  readonly roles?: RolesOwner;
  readonly transform?: { readonly invokerRole?: Transform<authorization.RoleDefinitionArgs> };
}

/** The role and its assignments. Both are empty without invokers, and with `roles: external`. */
export interface Invokers {
  readonly role?: authorization.RoleDefinition;
  readonly assignments: readonly authorization.RoleAssignment[];
}

/**
 * Creates the custom role and assigns it to each invoker.
 * @throws pulumi.RunError if `auth` is `key`, because any client with a key can call the endpoint
 */
export function admitInvokers(name: string, parent: pulumi.Resource, args: InvokersArgs): Invokers {
  const { invokers = [], auth, roles, endpointId } = args;
  if (invokers.length === 0) return { assignments: [] };
  if (auth === "key") {
    fail(
      `Endpoint "${name}": \`invokers\` is not allowed with auth "key", because any client with a key can call the endpoint. Set auth to "entra".`,
    );
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
        // A role name must be unique in the tenant; the name of an endpoint is only unique in its region.
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
      // An undefined Output, because the SDK would set "User". Azure determines whether it is a user, a group or a service principal.
      principalType: pulumi.output<string | undefined>(undefined),
      roleDefinitionId: pulumi.all([scope, role.name]).apply(([id, roleId]) => roleDefinitionId(id, roleId)),
      scope,
    },
    { parent, dependsOn: [role] },
  );
}
