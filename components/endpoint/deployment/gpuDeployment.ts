import type * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { recipeHash } from "../../../planner/names";
import { fail } from "../../../program/fail";
import { createManagedDeployment, deploymentState, type ManagedDeploymentArgs } from "./managedDeployment";

export interface GpuDeploymentArgs extends ManagedDeploymentArgs {
  /** ARM id of the model version with the staged weights; with `source: hub` there is none. */
  readonly modelVersionId?: pulumi.Input<string>;
  /**
   * Environment variables whose values are Key Vault references, never the secrets themselves: `${{keyvault:https://…/<version>}}`.
   * @default - none
   */
  readonly secretReferences?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * A vLLM server on GPUs, OpenAI-compatible. Azure can't give a container arguments, so the decided flags travel in an environment variable
 * that the image's entrypoint expands.
 *
 * Cost: the VM size by the hour and instance, from creation to deletion, also while it has no traffic or has failed.
 *
 * @example
 * new GpuDeployment("chat-main", { endpoint, decision, environmentId: image.environmentId, instances: 2, modelVersionId: model.versionId });
 */
export class GpuDeployment extends pulumi.ComponentResource {
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

  constructor(name: string, args: GpuDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:GpuDeployment", name, deploymentState(args), opts);
    const { decision } = args;
    if (decision.pattern !== "vllm") fail(`${name}: a GpuDeployment takes a decision of pattern "vllm", not "${decision.pattern}".`);
    const made = createManagedDeployment(name, this, args, {
      environmentVariables: { ...decision.environmentVariables, ...vllmVariables(args), ...args.secretReferences },
      model: args.modelVersionId,
    });
    this.resource = made.resource;
    this.id = made.id;
    this.createdAt = made.createdAt;
    this.isMade = made.isMade;
    this.deploymentName = decision.name;
    this.recipe = recipeHash(decision);
    this.registerOutputs({ id: this.id, deploymentName: this.deploymentName, createdAt: this.createdAt });
  }
}

/** What the entrypoint of the vLLM image reads: the flags as a JSON list, and the model's id where it is fetched from Hugging Face. */
function vllmVariables({ decision }: GpuDeploymentArgs): Record<string, string> {
  const { flags = [], model } = decision;
  return { VLLM_ARGS: JSON.stringify(flags), ...(model?.source === "hub" ? { MOOR_MODEL: model.id } : {}) };
}
