/** Which deployments a write of traffic puts to the test. */
import type { DeploymentDecision } from "../../../planner/decision";
import type { GateCheck } from "../../../planner/rollout/gateCheck";
import type { Shares } from "../../live/endpoint";

/** A deployment that the gate may ask. */
export interface GateSubject {
  readonly name: string;
  readonly decision: DeploymentDecision;
  readonly check?: GateCheck;
  /** Whether it is changed in place: then it serves already what is asked about. @default false */
  readonly inPlace?: boolean;
}

/** What one write of traffic differs from another by: the component's inputs. */
export interface TrafficFacts {
  /** Percent by deployment name. */
  readonly traffic?: Shares;
  readonly mirrorTraffic?: Shares;
  /** When Azure made each deployment. */
  readonly createdAt?: Readonly<Record<string, string>>;
  /** Hash over what each deployment is made of: one that is changed in place keeps its name. */
  readonly recipes?: Readonly<Record<string, string>>;
  /** How callers prove who they are. */
  readonly authMode?: string;
}

/** The part of a write's inputs that holds these facts. */
export interface WriteInputs {
  readonly properties?: {
    readonly template?: {
      readonly metadata?: { readonly deployments?: Pick<TrafficFacts, "createdAt" | "recipes"> };
      readonly resources?: readonly { readonly properties?: Pick<TrafficFacts, "traffic" | "mirrorTraffic" | "authMode"> }[];
    };
  };
}

export function factsOf(inputs: WriteInputs | undefined): TrafficFacts {
  const { metadata, resources = [] } = inputs?.properties?.template ?? {};
  return { ...metadata?.deployments, ...resources[0]?.properties };
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
