import type { DeploymentDecision } from "../../planner/decision";
import type { GainingDeployment } from "../../planner/rollout/capacity";

/** A deployment with autoscale. */
export type Scalable = Pick<GainingDeployment, "name" | "concurrency" | "max">;

export function scalableOf({ name, requestSettings }: DeploymentDecision, { max }: { readonly max: number }): Scalable {
  return { name, max, concurrency: requestSettings.maxConcurrentRequestsPerInstance };
}
