import type * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { recipeHash } from "../../../planner/names";
import { fail } from "../../../program/fail";
import { createManagedDeployment, deploymentState, type ManagedDeploymentArgs } from "./managedDeployment";

export type ScoreDeploymentArgs = ManagedDeploymentArgs;

/**
 * Any model behind a `score.py`, served by Azure's inference HTTP server; the model is in the image.
 *
 * Cost: the VM size by the hour and instance, from creation to deletion, also while it has no traffic or has failed.
 *
 * @example
 * new ScoreDeployment("fraud-main", { endpoint, decision, environmentId: image.environmentId, instances: 2 });
 */
export class ScoreDeployment extends pulumi.ComponentResource {
  /** ARM id. */
  readonly id: pulumi.Output<string>;
  readonly deploymentName: string;
  /** When Azure made it; tells a re-created deployment from the one before. */
  readonly createdAt: pulumi.Output<string>;
  /** Hash over everything that alters its answers. */
  readonly recipe: string;
  /** The deployment itself, to put others after it. */
  readonly resource: machinelearningservices.OnlineDeployment;
  /** Whether this run makes it, once its step has been planned or taken. */
  readonly isMade: () => boolean;

  constructor(name: string, args: ScoreDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:ScoreDeployment", name, deploymentState(args), opts);
    const { decision } = args;
    if (decision.pattern !== "score") fail(`${name}: a ScoreDeployment takes a decision of pattern "score", not "${decision.pattern}".`);
    const made = createManagedDeployment(name, this, args, { environmentVariables: decision.environmentVariables });
    this.resource = made.resource;
    this.id = made.id;
    this.createdAt = made.createdAt;
    this.isMade = made.isMade;
    this.deploymentName = decision.name;
    this.recipe = recipeHash(decision);
    this.registerOutputs({ id: this.id, deploymentName: this.deploymentName, createdAt: this.createdAt });
  }
}
