import type * as pulumi from "@pulumi/pulumi";
import { ManagedDeployment, type ManagedDeploymentArgs } from "./managedDeployment";

export type ScoreDeploymentArgs = ManagedDeploymentArgs;

/**
 * A managed online deployment that serves a model through a `score.py` file and Azure's inference HTTP server. The image contains the
 * model.
 *
 * Cost: the price of the VM size per hour and instance, from creation to deletion, also without traffic and after a failure.
 *
 * A changed decision has a new name, so it creates a new deployment and deletes this one. Other changes update it in place.
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
