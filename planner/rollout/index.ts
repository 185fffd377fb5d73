/**
 * Plans the deployments of an endpoint. A changed recipe results in a new deployment next to the old one, which is deleted once it has no
 * more traffic. Instances, scale and weight change in place.
 */
import type { DeploymentDecision } from "../decision";
import { canonicalJson, digest } from "../names";
import type { DeploymentTraffic } from "../traffic";
import type { GateCheck } from "./gateCheck";

/** How a changed recipe is rolled out. */
export type Update = "newDeployment" | "inPlace";

/** The desired deployment of one label. */
export interface DesiredDeployment {
  readonly label: string;
  readonly decision: DeploymentDecision;
  /** The previous decision. @default - none: no rollback is possible, and the number of instances is not copied from it */
  readonly previous?: DeploymentDecision;
  /** Whether the previous deployment is kept at weight 0, for an instant rollback. @default false */
  readonly keepPrevious?: boolean;
  /** @default "newDeployment" */
  readonly update?: Update;
  /** Initial number of instances. */
  readonly instances: number;
  /** Bounds of autoscale. @default - the number of instances is fixed */
  readonly scale?: { readonly min: number; readonly max: number };
  /** Percent of the endpoint's requests; the weights of an endpoint sum to 100, or to 0. */
  readonly weight: number;
  /** Percent of the endpoint's requests that are mirrored to the deployment. */
  readonly mirror: number;
  /** Additional checks of the gate. @default - none */
  readonly check?: GateCheck;
}

/** One deployment in Azure. */
export interface PlannedDeployment {
  readonly label: string;
  /** The decision; its name is the deployment's name in Azure. */
  readonly decision: DeploymentDecision;
  /** `current`: the desired deployment. `kept`: the previous one, at weight 0. */
  readonly role: "current" | "kept";
  /** Whether a changed recipe is rolled out through the instances of the deployment. */
  readonly inPlace: boolean;
  readonly instances: number;
  readonly scale?: { readonly min: number; readonly max: number };
  /** Whether autoscale sets the number of instances. Only with traffic: an idle candidate would be scaled in. */
  readonly autoscaled: boolean;
  /** Name of the deployment whose current number of instances is the initial number. */
  readonly startsLike?: string;
  readonly weight: number;
  readonly mirror: number;
  readonly check?: GateCheck;
}

/**
 * The deployments of an endpoint in the order in which they are created, one at a time. Kept deployments come first because they already
 * exist, so the others don't wait for them.
 */
export function planRollout(desired: readonly DesiredDeployment[]): PlannedDeployment[] {
  return [...desired.flatMap(keptDeployments), ...desired.map(currentDeployment)];
}

/** Traffic of all deployments, including deployments without traffic. */
export function trafficOf(planned: readonly PlannedDeployment[]): DeploymentTraffic[] {
  return planned.map(({ decision, weight, mirror }) => ({ name: decision.name, weight, mirror }));
}

function currentDeployment(desired: DesiredDeployment): PlannedDeployment {
  const { label, decision, previous, update, instances, scale, weight, mirror, check } = desired;
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

/** The kept deployment of a label. A label with `update: inPlace` never has one. */
function keptDeployments({ label, decision, previous, keepPrevious, update, instances, scale }: DesiredDeployment): PlannedDeployment[] {
  if (!keepPrevious || update === "inPlace" || previous === undefined || previous.name === decision.name) return [];
  const bounds = scale === undefined ? {} : { scale };
  return [{ label, decision: previous, role: "kept", inPlace: false, instances, ...bounds, autoscaled: false, weight: 0, mirror: 0 }];
}

/**
 * A name that changes only with values that Azure can't update in place. Source: ARM schema of onlineEndpoints/deployments (instanceType).
 */
function inPlaceName(label: string, { instanceType, pattern }: DeploymentDecision): string {
  return `${label}-${digest(canonicalJson({ inPlace: true, instanceType, pattern }))}`;
}
