import { createHash } from "node:crypto";
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { armId, subscriptionOf } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { BUILT_IN_ROLES, type BuiltInRole } from "../../facts/roles";

/** Who hands out roles: this program, or a team that is asked to. */
export type RolesOwner = "moor" | "external";

export interface Grant {
  /** Object id of the identity. */
  readonly principalId: pulumi.Input<string>;
  readonly role: BuiltInRole;
  /** ARM id that the role holds for, children included. */
  readonly scope: pulumi.Input<string>;
}

/**
 * Gives a managed identity one built-in role. The principal's type is stated, because Azure refuses the grant for a principal that its
 * directory has not replicated yet unless it is told that it is a service principal.
 */
export function grantRole(name: string, grant: Grant, opts: pulumi.CustomResourceOptions): authorization.RoleAssignment {
  const roleId = BUILT_IN_ROLES[grant.role];
  return new authorization.RoleAssignment(
    name,
    {
      roleAssignmentName: stableGuid(name),
      principalId: grant.principalId,
      principalType: "ServicePrincipal",
      roleDefinitionId: pulumi.output(grant.scope).apply((scope) => roleDefinitionId(scope, roleId)),
      scope: grant.scope,
    },
    opts,
  );
}

/**
 * Id of a role definition as Azure writes it back: with the subscription, so that a refresh shows no difference. A scope is always below a
 * subscription here.
 */
export function roleDefinitionId(scope: string, roleId: string): string {
  return armId(`/subscriptions/${subscriptionOf(scope)}`, armTypeOf("authorization:RoleDefinition"), roleId);
}

/** A GUID (version 5 in form) that depends on nothing but project, stack and logical name, so that a lost state finds its role assignments again. */
export function stableGuid(name: string): string {
  const hash = createHash("sha1").update(`${pulumi.getProject()}/${pulumi.getStack()}/${name}`).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** When role assignments were made; a deployment waits from the latest. ISO 8601. */
export type RoleTimes = pulumi.Output<string[]>;

export function roleTimes(assignments: readonly authorization.RoleAssignment[]): RoleTimes {
  return pulumi.all(assignments.map((assignment) => assignment.createdOn));
}

/** Seconds still to wait so that the latest of `createdOn` (ISO 8601) is at least `propagation` seconds old at `now` (milliseconds). */
export function remainingWait(createdOn: readonly string[], propagation: number, now: number): number {
  const latest = Math.max(...createdOn.map(Date.parse), Number.NEGATIVE_INFINITY);
  return Math.max(0, Math.ceil(latest / 1000 + propagation - now / 1000));
}

/**
 * Holds a deployment's creation back until its identity's roles are `propagation` seconds old. Azure gives no signal that a role has spread,
 * and a deployment that starts before fails and stays failed, so the wait is stated, bounded, and skipped where the roles are old. A preview
 * runs no hooks, and so never waits.
 */
export function roleWait(name: string, times: RoleTimes, propagation: number): pulumi.ResourceHook {
  return new pulumi.ResourceHook(name, async () => {
    const createdOn = await new Promise<string[]>((resolve) => times.apply(resolve));
    const wait = remainingWait(createdOn, propagation, Date.now());
    if (wait === 0) return;
    pulumi.log.info(`${name}: waiting ${wait} s, until the endpoint identity's roles are ${propagation} s old and can be relied on.`);
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  });
}
