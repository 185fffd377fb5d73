/** Reads resources for the rules: a resource with everything of it that the rules look at. */
import type { ArmClient } from "../../azure/arm";
import type { RuleResource } from "../../rules";

export interface Observation {
  /** The resources that were read: the given ones, their children and settings, and the resources that they refer to. */
  readonly resources: readonly RuleResource[];
  /** What could not be read, and why, for example because a role is missing. A rule that needs it is not provable. */
  readonly unread: readonly { readonly id: string; readonly reason: string }[];
}

/**
 * Reads resources with what the rules look at: child resources (registry replications, outbound rules, deployments, object replication policies,
 * data exports), diagnostic settings, role assignments, and the targets of their references (sinks, private endpoint targets).
 * @param ids ARM IDs.
 * @param nameOf Name of a resource in findings. @default - the ARM ID
 */
export async function observe(
  _azure: ArmClient,
  _ids: readonly string[],
  _nameOf?: (id: string) => string | undefined,
): Promise<Observation> {
  throw new Error("not implemented");
}
