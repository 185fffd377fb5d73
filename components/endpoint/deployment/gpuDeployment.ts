import type * as pulumi from "@pulumi/pulumi";
import type { ModelDecision } from "../../../planner/decision";
import { manifestVariable } from "../../../planner/weights";
import { ManagedDeployment, type ManagedDeploymentArgs } from "./managedDeployment";

export interface GpuDeploymentArgs extends ManagedDeploymentArgs {
  /**
   * The model version that Azure mounts: the ARM ID of one in the workspace, or the URI of one in a registry.
   * @default - none: with `source: hub`, the container downloads the weights
   */
  readonly modelVersionId?: pulumi.Input<string>;
  /**
   * Environment variables with Key Vault references, not the secrets themselves: `${{keyvault:https://…/<version>}}`.
   * @default - none
   */
  readonly secretReferences?: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * A managed online deployment that runs vLLM on GPUs, with an OpenAI-compatible API. Azure can't pass arguments to a container, so the
 * flags of the decision are in an environment variable that the entrypoint of the image expands.
 *
 * Cost: the hourly price of the VM size for each instance, from creation to deletion, even without traffic or after a failure.
 *
 * Changing the decision changes the name, so a new deployment is created and this one is deleted. Other changes update it in place.
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

/** Returns the variables for the entrypoint of the vLLM image: the flags as a JSON array, and those of the weights. */
function vllmVariables({ decision }: GpuDeploymentArgs): Record<string, string> {
  const { flags = [], model } = decision;
  return { VLLM_ARGS: JSON.stringify(flags), ...(model === undefined ? {} : weightVariables(model)) };
}

/** With `source: hub`, the Hugging Face model ID. With staged weights, the hash of the list of files that the entrypoint verifies. */
function weightVariables(model: ModelDecision): Record<string, string> {
  switch (model.source) {
    case "mirror":
      return model.manifest === undefined ? {} : { [manifestVariable]: model.manifest };
    case "hub":
      return { MOOR_MODEL: model.id };
    case "workspace":
    case "catalogue":
      return {};
  }
}
