import type * as pulumi from "@pulumi/pulumi";

/** A created or existing workspace, for components that create resources in it. `Workspace` implements it. */
export interface WorkspaceReference {
  /** ARM ID. */
  readonly id: pulumi.Input<string>;
  readonly name: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** Azure region. Endpoints and deployments are always in the region of their workspace. */
  readonly location: pulumi.Input<string>;
}
