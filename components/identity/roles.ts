import { createHash } from "node:crypto";
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { armId, subscriptionOf } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { BUILT_IN_ROLES, type BuiltInRole } from "../../facts/roles";

/**
 * Who creates role assignments: this program (`moor`) or another team (`external`). With `external`, missing assignments are reported as
 * warnings.
 */
export type RolesOwner = "moor" | "external";

/** A required role assignment. */
export interface Grant {
  /** Object ID of the identity. */
  readonly principalId: pulumi.Input<string>;
  readonly role: BuiltInRole;
  /** ARM ID of the resource or resource group on which the role is granted; child resources are included. */
  readonly scope: pulumi.Input<string>;
}

/**
 * Grants a built-in role to a managed identity. `principalType` is set, because otherwise Azure rejects the assignment for a new identity
 * that Microsoft Entra ID has not replicated yet.
 */
export function grantRole(name: string, grant: Grant, opts: pulumi.CustomResourceOptions): authorization.RoleAssignment {
  return assignRole(name, grant, "ServicePrincipal", opts);
}

/** Grants a built-in role to a user, a group or a service principal that exists. */
export function grantRoleToAny(name: string, grant: Grant, opts: pulumi.CustomResourceOptions): authorization.RoleAssignment {
  // An undefined Output, because the SDK would set "User". Azure determines the type of the principal.
  return assignRole(name, grant, pulumi.output<string | undefined>(undefined), opts);
}

function assignRole(
  name: string,
  grant: Grant,
  principalType: pulumi.Input<string | undefined>,
  opts: pulumi.CustomResourceOptions,
): authorization.RoleAssignment {
  const roleId = BUILT_IN_ROLES[grant.role];
  return new authorization.RoleAssignment(
    name,
    {
      roleAssignmentName: stableGuid(name),
      principalId: grant.principalId,
      principalType,
      roleDefinitionId: pulumi.output(grant.scope).apply((scope) => roleDefinitionId(scope, roleId)),
      scope: grant.scope,
    },
    opts,
  );
}

/**
 * Returns the ID of a role definition in the form that Azure returns, with the subscription, so that a refresh shows no difference. `scope`
 * must be in a subscription.
 */
export function roleDefinitionId(scope: string, roleId: string): string {
  return armId(`/subscriptions/${subscriptionOf(scope)}`, armTypeOf("authorization:RoleDefinition"), roleId);
}

/**
 * Returns a GUID (in the form of version 5) that depends only on project, stack and logical name, so that a role assignment keeps its ID if
 * the state is lost.
 */
export function stableGuid(name: string): string {
  const hash = createHash("sha1").update(`${pulumi.getProject()}/${pulumi.getStack()}/${name}`).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** Creation times of role assignments, ISO 8601. */
export type RoleTimes = pulumi.Output<string[]>;

export function roleTimes(assignments: readonly authorization.RoleAssignment[]): RoleTimes {
  return pulumi.all(assignments.map((assignment) => assignment.createdOn));
}

/** Returns the seconds until the latest of `createdOn` (ISO 8601) is `propagation` seconds old. `now` is in milliseconds. */
export function remainingWait(createdOn: readonly string[], propagation: number, now: number): number {
  const latest = Math.max(...createdOn.map(Date.parse), Number.NEGATIVE_INFINITY);
  return Math.max(0, Math.ceil(latest / 1000 + propagation - now / 1000));
}

/**
 * Returns a hook that waits until role assignments are `propagation` seconds old. Azure doesn't report when an assignment is effective, and
 * a deployment that starts before that fails permanently. The hook doesn't wait for older assignments, and a preview doesn't run it.
 */
export function roleWait(name: string, times: RoleTimes, propagation: number): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async () => {
    const createdOn = await new Promise<string[]>((resolve) => times.apply(resolve));
    const wait = remainingWait(createdOn, propagation, Date.now());
    if (wait === 0) return;
    pulumi.log.info(`${name}: waiting ${wait} s until the role assignments are ${propagation} s old, so that they are effective.`);
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  });
}
