/**
 * From what a stack wants of an endpoint to the deployments that it has: a changed recipe is a new deployment beside the old one, which
 * goes once traffic has left it. Instances, scale and weight change in place.
 */
import type { DeploymentDecision } from "../decision";
import { canonicalJson, digest } from "../names";
import type { Share } from "../traffic";
import type { GateCheck } from "./gateCheck";

/** How a changed recipe comes into service. */
export type Update = "newDeployment" | "inPlace";

/** What is wanted under one label. */
export interface RolloutWish {
  readonly label: string;
  readonly decision: DeploymentDecision;
  /** The decision before this one. @default - none: nothing to go back to, and nothing to take the number of instances from */
  readonly previous?: DeploymentDecision;
  /** Whether the previous one stays at weight 0, for an instant way back. @default false */
  readonly keepPrevious?: boolean;
  /** @default "newDeployment" */
  readonly update?: Update;
  /** Instances to start with. */
  readonly instances: number;
  /** Bounds of autoscale. @default - the number of instances is fixed */
  readonly scale?: { readonly min: number; readonly max: number };
  /** Percent of the endpoint's requests; the weights of an endpoint sum to 100, or to 0. */
  readonly weight: number;
  /** Percent of the endpoint's requests that are copied here. */
  readonly mirror: number;
  /** What the gate asks beyond the usual. @default - nothing */
  readonly check?: GateCheck;
}

/** One deployment in Azure. */
export interface PlannedDeployment {
  readonly label: string;
  /** Its recipe, under its name in Azure. */
  readonly decision: DeploymentDecision;
  /** `current`: as wanted. `kept`: the one before it, at weight 0. */
  readonly role: "current" | "kept";
  /** Whether a changed recipe rolls through its instances. */
  readonly inPlace: boolean;
  readonly instances: number;
  readonly scale?: { readonly min: number; readonly max: number };
  /** Whether autoscale sets its number of instances: while it has traffic. An idle candidate would be scaled in. */
  readonly autoscaled: boolean;
  /** Name of the deployment whose number of live instances it starts with. */
  readonly startsLike?: string;
  readonly weight: number;
  readonly mirror: number;
  readonly check?: GateCheck;
}

/**
 * The deployments of an endpoint in the order in which they are made, one at a time. Kept ones come first: a chain then waits for what
 * exists anyway.
 */
export function planRollout(wishes: readonly RolloutWish[]): PlannedDeployment[] {
  return [...wishes.flatMap(keptOne), ...wishes.map(currentOne)];
}

/** Shares of all deployments, those without any included. */
export function sharesOf(planned: readonly PlannedDeployment[]): Share[] {
  return planned.map(({ decision, weight, mirror }) => ({ name: decision.name, weight, mirror }));
}

function currentOne(wish: RolloutWish): PlannedDeployment {
  const { label, decision, previous, update, instances, scale, weight, mirror, check } = wish;
  const inPlace = update === "inPlace";
  const startsLike = inPlace || scale === undefined || previous === undefined ? undefined : previous.name;
  return {
    label,
    decision: inPlace ? { ...decision, name: inPlaceName(label, decision) } : decision,
    role: "current",
    inPlace,
    instances,
    ...(scale === undefined ? {} : { scale }),
    autoscaled: scale !== undefined && weight > 0,
    ...(startsLike === undefined ? {} : { startsLike }),
    weight,
    mirror,
    ...(check === undefined ? {} : { check }),
  };
}

/** What is changed in place has no one before it. */
function keptOne({ label, decision, previous, keepPrevious, update, instances, scale }: RolloutWish): PlannedDeployment[] {
  if (!keepPrevious || update === "inPlace" || previous === undefined || previous.name === decision.name) return [];
  const bounds = scale === undefined ? {} : { scale };
  return [{ label, decision: previous, role: "kept", inPlace: false, instances, ...bounds, autoscaled: false, weight: 0, mirror: 0 }];
}

/** A name that changes only with what Azure can't change in place. Source: ARM schema of onlineEndpoints/deployments (instanceType). */
function inPlaceName(label: string, { instanceType, pattern }: DeploymentDecision): string {
  return `${label}-${digest(canonicalJson({ inPlace: true, instanceType, pattern }))}`;
}
