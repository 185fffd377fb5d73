/** Deployments of an endpoint: one component class for each pattern. */
import type * as pulumi from "@pulumi/pulumi";
import type { Pattern } from "../../../planner/pattern";
import { GpuDeployment, type GpuDeploymentArgs } from "./gpuDeployment";
import type { ManagedDeployment } from "./managedDeployment";
import { ScoreDeployment } from "./scoreDeployment";

export { GpuDeployment, type GpuDeploymentArgs } from "./gpuDeployment";
export type { DeploymentTransforms, ManagedDeployment, ManagedDeploymentArgs } from "./managedDeployment";
export { ScoreDeployment, type ScoreDeploymentArgs } from "./scoreDeployment";

/** Arguments for a deployment of any pattern. `ScoreDeployment` ignores `secretReferences`. */
export type DeploymentArgs = GpuDeploymentArgs;

type DeploymentClass = new (name: string, args: DeploymentArgs, opts?: pulumi.ComponentResourceOptions) => ManagedDeployment;

const classes: Readonly<Record<Pattern, DeploymentClass>> = { vllm: GpuDeployment, score: ScoreDeployment };

/** Creates a deployment of the pattern in the decision. */
export function createDeployment(name: string, args: DeploymentArgs, opts?: pulumi.ComponentResourceOptions): ManagedDeployment {
  return new classes[args.decision.pattern](name, args, opts);
}
