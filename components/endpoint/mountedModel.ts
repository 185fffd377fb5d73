/** The model version that Azure mounts into the containers of a deployment. */
import * as pulumi from "@pulumi/pulumi";
import type { DeploymentDecision, RegisteredModel } from "../../planner/decision";
import { modelKey } from "../../planner/names";
import { registryModelUri } from "../../planner/weights";

/** Where model versions are. */
export interface ModelVersions {
  /** ARM ID of the workspace. */
  readonly workspaceId: pulumi.Input<string>;
  /** ARM IDs of the model versions of staged weights, by `modelKey`. */
  readonly staged: Readonly<Record<string, pulumi.Output<string>>>;
}

/**
 * Returns the ID of the mounted model version: an ARM ID, or the URI of a model of a registry. Undefined if the container downloads the
 * weights, or if the image contains the model.
 */
export function mountedModelId(
  { model, registeredModel }: DeploymentDecision,
  { workspaceId, staged }: ModelVersions,
): pulumi.Input<string> | undefined {
  if (registeredModel !== undefined) return workspaceModelId(workspaceId, registeredModel);
  switch (model?.source) {
    case "mirror":
      return staged[modelKey(model)];
    case "workspace":
      return workspaceModelId(workspaceId, model);
    case "catalogue":
      return registryModelUri(model);
    case "hub":
    case undefined:
      return undefined;
  }
}

function workspaceModelId(workspaceId: pulumi.Input<string>, { name, version }: RegisteredModel): pulumi.Output<string> {
  return pulumi.interpolate`${workspaceId}/models/${name}/versions/${version}`;
}
