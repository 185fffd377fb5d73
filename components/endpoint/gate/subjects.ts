/** The deployments that the gate checks before traffic is updated. */
import type { DeploymentDecision } from "../../../planner/decision";
import type { GateCheck } from "../../../planner/rollout/gateCheck";
import type { TrafficWeights } from "../../live";
import type { TrafficFacts } from "../trafficFacts";

/** A deployment that the gate can check. */
export interface GateSubject {
  /** Name of the deployment. */
  readonly name: string;
  readonly decision: DeploymentDecision;
  /** Sample request, expected answer and latency. @default - only the checks of the pattern */
  readonly check?: GateCheck;
  /** Whether it is updated in place, so that it already has traffic when it is checked. @default false */
  readonly inPlace?: boolean;
}

/**
 * Returns the deployments that receive traffic after the write, if their weight increases or if they were re-created or updated in place.
 * @param live Current traffic weights in Azure. Increases made outside the program did not pass the gate, so the lower weight is used.
 */
export function subjectsToCheck<S extends Pick<GateSubject, "name">>(
  subjects: readonly S[],
  before: TrafficFacts,
  after: TrafficFacts,
  live: TrafficWeights,
): S[] {
  return subjects.filter(({ name }) => {
    const weight = after.traffic?.[name] ?? 0;
    if (weight === 0) return false;
    const gains = weight > Math.min(before.traffic?.[name] ?? 0, live[name] ?? 0);
    return gains || after.createdAt?.[name] !== before.createdAt?.[name] || after.recipes?.[name] !== before.recipes?.[name];
  });
}
