import type * as pulumi from "@pulumi/pulumi";
import { ManagedDeployment, type ManagedDeploymentArgs } from "./managedDeployment";

export type ScoreDeploymentArgs = ManagedDeploymentArgs;

/**
 * Any model behind a `score.py`, served by Azure's inference HTTP server; the model is in the image.
 *
 * Cost: the VM size by the hour and instance, from creation to deletion, also while it has no traffic or has failed.
 *
 * @example
 * new ScoreDeployment("fraud-main", { endpoint, decision, environmentId: image.environmentId, instances: 2 });
 */
export class ScoreDeployment extends ManagedDeployment {
  constructor(name: string, args: ScoreDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { environmentVariables } = args.decision;
    super(name, { type: "moor:index:ScoreDeployment", pattern: "score", environmentVariables }, args, opts);
  }
}
