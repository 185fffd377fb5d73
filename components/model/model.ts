import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { modelName, modelVersion } from "../../planner/names";
import { armIdOf } from "../base/azure";
import { stateInputs, type Transform, transformed } from "../base/transform";
import type { WorkspaceReference } from "../workspace";

export interface ModelArgs {
  readonly workspace: WorkspaceReference;
  /** Stack name; part of the model's name, so that stacks in one workspace don't use the same name. */
  readonly stack: string;
  /** Hugging Face id, for instance `Qwen/Qwen2.5-7B-Instruct`. */
  readonly id: string;
  /** Commit of the model repository, 40 hexadecimal digits; part of the model's name. Changing it makes another model. */
  readonly revision: string;
  /** Folder below the workspace's blob datastore that holds the weights; they must be there already. */
  readonly path: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Last changes to the child's arguments. */
  readonly transform?: { readonly version?: Transform<machinelearningservices.ModelVersionArgs> };
}

/**
 * Weights that are staged in the workspace's storage, as a model version that deployments mount. Azure copies them to each instance before
 * the container starts, so nothing is fetched from outside the region.
 *
 * Cost: none, besides the storage. Deleting it leaves the weights where they are.
 *
 * @example
 * new Model("qwen", {
 *   workspace, stack: "prod", id: "Qwen/Qwen2.5-7B-Instruct", revision: "a09a35458c702b33eeacc393d103063234e8bc28",
 *   path: "models/Qwen--Qwen2.5-7B-Instruct/a09a35458c702b33eeacc393d103063234e8bc28",
 * });
 */
export class Model extends pulumi.ComponentResource {
  /** ARM id of the model version. */
  readonly versionId: pulumi.Output<string>;
  /** The resource that this component made. */
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
