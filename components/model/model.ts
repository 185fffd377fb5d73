import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { modelName, modelVersion } from "../../planner/names";
import { armIdOf } from "../base/azure";
import { stateInputs, type Transform, transformed } from "../base/transform";
import type { WorkspaceReference } from "../workspace";

export interface ModelArgs {
  readonly workspace: WorkspaceReference;
  /**
   * Stack name; part of the model's name, so that stacks in one workspace don't use the same name. Changing it replaces the model version.
   */
  readonly stack: string;
  /** Hugging Face model ID, such as `Qwen/Qwen2.5-7B-Instruct`. Changing it replaces the model version. */
  readonly id: string;
  /** Commit of the model repository, 40 hexadecimal digits; part of the model's name. Changing it replaces the model version. */
  readonly revision: string;
  /** Folder with the staged weights, relative to the workspace's blob datastore. The weights must already be staged. */
  readonly path: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to the model version's arguments, applied last. */
  readonly transform?: { readonly version?: Transform<machinelearningservices.ModelVersionArgs> };
}

/**
 * A model version for staged weights in the workspace's storage account, which deployments mount. Azure copies the weights to each instance
 * before the container starts, so deployments download nothing from outside the region.
 *
 * Cost: none, except for the storage. Deleting the model version doesn't delete the weights.
 *
 * @example
 * new Model("qwen", {
 *   workspace, stack: "prod", id: "Qwen/Qwen2.5-7B-Instruct", revision: "a09a35458c702b33eeacc393d103063234e8bc28",
 *   path: "models/Qwen--Qwen2.5-7B-Instruct/a09a35458c702b33eeacc393d103063234e8bc28",
 * });
 */
export class Model extends pulumi.ComponentResource {
  /** ARM ID of the model version. */
  readonly versionId: pulumi.Output<string>;
  /** The resource that this component created. */
  readonly nodes: { readonly version: machinelearningservices.ModelVersion };

  constructor(name: string, args: ModelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:Model", name, stateInputs(args), opts);
    const version = new machinelearningservices.ModelVersion(
      ...transformed(
        args.transform?.version,
        `${name}-version`,
        {
          name: modelName(args.stack, args),
          version: modelVersion,
          workspaceName: args.workspace.name,
          resourceGroupName: args.workspace.resourceGroupName,
          properties: {
            modelType: "custom_model",
            isAnonymous: false,
            isArchived: false,
            modelUri: pulumi.output(args.workspace.id).apply((id) => datastoreUri(id, args.path)),
            description: `${args.id} at ${args.revision}`,
            tags: args.tags,
          },
        },
        { parent: this },
      ),
    );
    this.versionId = version.id;
    this.nodes = { version };
    this.registerOutputs({ versionId: this.versionId });
  }
}

function datastoreUri(workspaceId: string, path: string): string {
  const { subscriptionId, resourceGroupName, name } = armIdOf(workspaceId);
  const workspace = `subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/workspaces/${name}`;
  return `azureml://${workspace}/datastores/workspaceblobstore/paths/${path}`;
}
