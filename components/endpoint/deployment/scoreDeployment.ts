import type * as pulumi from "@pulumi/pulumi";
import { ManagedDeployment, type ManagedDeploymentArgs } from "./managedDeployment";

export interface ScoreDeploymentArgs extends ManagedDeploymentArgs {
  /**
   * ARM ID of a registered model version. Azure mounts the model and sets `AZUREML_MODEL_DIR` to its folder.
   * @default - the image contains the model
   */
  readonly modelVersionId?: pulumi.Input<string>;
}

/**
 * A managed online deployment that serves a model through a `score.py` file and Azure's inference HTTP server. The image contains the
 * model, or Azure mounts a registered one.
 *
 * Cost: the hourly price of the VM size for each instance, from creation to deletion, even without traffic or after a failure.
 *
 * Changing the decision changes the name, so a new deployment is created and this one is deleted. Other changes update it in place.
 *
 * @example
 * new ScoreDeployment("fraud-main", { endpoint, decision, environmentId: image.environmentId, instances: 2 });
 */
export class ScoreDeployment extends ManagedDeployment {
  constructor(name: string, args: ScoreDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { environmentVariables } = args.decision;
    super(name, { type: "moor:index:ScoreDeployment", pattern: "score", environmentVariables, model: args.modelVersionId }, args, opts);
  }
}
