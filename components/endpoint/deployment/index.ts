/** Deployments of an endpoint: one kind of component for each pattern. */
import type * as pulumi from "@pulumi/pulumi";
import type { Pattern } from "../../../planner/pattern";
import { GpuDeployment, type GpuDeploymentArgs } from "./gpuDeployment";
import type { ManagedDeployment } from "./managedDeployment";
import { ScoreDeployment } from "./scoreDeployment";

export { GpuDeployment, type GpuDeploymentArgs } from "./gpuDeployment";
export type { DeploymentTransforms, ManagedDeployment, ManagedDeploymentArgs } from "./managedDeployment";
export { ScoreDeployment, type ScoreDeploymentArgs } from "./scoreDeployment";

/** What a deployment of any pattern takes. A kind whose model is in its image has no use for weights and tokens. */
export type DeploymentArgs = GpuDeploymentArgs;

type DeploymentClass = new (name: string, args: DeploymentArgs, opts?: pulumi.ComponentResourceOptions) => ManagedDeployment;

const classes: Readonly<Record<Pattern, DeploymentClass>> = { vllm: GpuDeployment, score: ScoreDeployment };

/** The deployment that a decision asks for. */
export function createDeployment(name: string, args: DeploymentArgs, opts?: pulumi.ComponentResourceOptions): ManagedDeployment {
  return new classes[args.decision.pattern](name, args, opts);
}
