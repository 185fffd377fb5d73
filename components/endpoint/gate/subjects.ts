/** Which deployments a write of traffic puts to the test. */
import type { DeploymentDecision } from "../../../planner/decision";
import type { GateCheck } from "../../../planner/rollout/gateCheck";
import type { Shares } from "../../live";
import type { TrafficFacts } from "../trafficFacts";

/** A deployment that the gate may ask. */
export interface GateSubject {
  readonly name: string;
  readonly decision: DeploymentDecision;
  readonly check?: GateCheck;
  /** Whether it is changed in place: then it serves already what is asked about. @default false */
  readonly inPlace?: boolean;
}

/**
 * Those that have weight after the write and gain some by it, were made again, or were changed in place.
 * @param live Weights that Azure has now; what somebody else has raised was never asked.
 */
export function toBeAsked<S extends Pick<GateSubject, "name">>(
  subjects: readonly S[],
  before: TrafficFacts,
  after: TrafficFacts,
  live: Shares,
): S[] {
  return subjects.filter(({ name }) => {
    const weight = after.traffic?.[name] ?? 0;
    if (weight === 0) return false;
    const gains = weight > Math.min(before.traffic?.[name] ?? 0, live[name] ?? 0);
    return gains || after.createdAt?.[name] !== before.createdAt?.[name] || after.recipes?.[name] !== before.recipes?.[name];
  });
}
