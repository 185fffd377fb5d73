/** Resources of Pulumi, from a running program, `pulumi preview --json` or a state, in ARM's form. */
import type { RuleResource } from "../resource";
import type { Body } from "../values";

/** A resource of Pulumi. Unknown values are UNKNOWN, secrets are SECRET. */
export interface PulumiResource {
  /** Type token, for example `azure-native:storage:StorageAccount`. */
  readonly token: string;
  /** Logical name. */
  readonly name: string;
  readonly inputs: Body;
  /** ARM ID, if known. @default - computed from the inputs */
  readonly id?: string;
}

/**
 * Returns the resources of ARM that a resource of Pulumi writes: usually one. An untyped resource (`azure-native:resources:Resource`) counts as its
 * ARM type. A template deployment (`azure-native:resources:Deployment`) gives itself and each resource in its template, at any depth. Resources of
 * other providers and components give none.
 * @param subscriptionId Completes the ARM IDs. @default - IDs that need it are undefined
 */
export function ruleResources(_resource: PulumiResource, _subscriptionId?: string): RuleResource[] {
  throw new Error("not implemented");
}
