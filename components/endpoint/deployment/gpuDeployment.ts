import type * as pulumi from "@pulumi/pulumi";
import { ManagedDeployment, type ManagedDeploymentArgs } from "./managedDeployment";

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
export class GpuDeployment extends ManagedDeployment {
  constructor(name: string, args: GpuDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    const environmentVariables = { ...args.decision.environmentVariables, ...vllmVariables(args), ...args.secretReferences };
    super(name, { type: "moor:index:GpuDeployment", pattern: "vllm", environmentVariables, model: args.modelVersionId }, args, opts);
  }
}

/** What the entrypoint of the vLLM image reads: the flags as a JSON list, and the model's id where it is fetched from Hugging Face. */
function vllmVariables({ decision }: GpuDeploymentArgs): Record<string, string> {
  const { flags = [], model } = decision;
  return { VLLM_ARGS: JSON.stringify(flags), ...(model?.source === "hub" ? { MOOR_MODEL: model.id } : {}) };
}
