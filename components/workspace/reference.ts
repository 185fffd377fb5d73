import type * as pulumi from "@pulumi/pulumi";

/** What other components need to know of a workspace, whether this program made it or not. A `Workspace` is one. */
export interface WorkspaceReference {
  /** ARM id. */
  readonly id: pulumi.Input<string>;
  readonly name: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** Region; endpoints and deployments are always in their workspace's. */
  readonly location: pulumi.Input<string>;
}
