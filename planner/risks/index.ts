/** Finds the risks of a change to a stack, from the plan and from the current endpoints in Azure. */
import { imageText, isPlaceholderDigest } from "../image";
import { type DesiredDeployment, type PlannedDeployment, planRollout } from "../rollout";
import type { GateMode } from "../rollout/gateMode";
import { enabledLogging } from "./logging";
import { type LiveTraffic, overloads } from "./overload";
import type { Risk, UnavailableImage } from "./risk";

export { gainingDeployments, type LiveTraffic } from "./overload";
export type { Risk, RiskKind } from "./risk";
export { bySeverity, riskText } from "./text";

/** An endpoint of the stack file. */
export interface EndpointPlan {
  readonly key: string;
  readonly gate: GateMode;
  readonly deployments: readonly DesiredDeployment[];
}

/** An endpoint of the stack in Azure. */
export interface LiveEndpointTraffic extends LiveTraffic {
  /** Name in Azure. */
  readonly name: string;
  /** Key in the stack file. Absent if the stack file doesn't contain the endpoint. */
  readonly key?: string;
}

/** The stack's endpoints in Azure, or the reason why they are unknown. */
export type Live = { readonly endpoints: readonly LiveEndpointTraffic[] } | { readonly notRead: string };

export interface RiskInput {
  readonly endpoints: readonly EndpointPlan[];
  /** @default - nothing exists yet */
  readonly live?: Live;
  /** Name of the stack's container registry whose tasks bypass its network rules, although the stack file doesn't set that. @default - none */
  readonly bypassedRegistry?: string;
  /** Images that the stack file expects in a registry that this run creates, by `imageText`. @default - none */
  readonly notPushed?: readonly string[];
  /** The subnet in which deployment scripts run. Its ID is absent if this run creates it. @default - none */
  readonly scriptSubnet?: { readonly id?: string };
  /** Names of the stack's mirror scripts that exist in Azure. @default - none */
  readonly mirrorScripts?: readonly string[];
  /** Whether model stand-ins answer instead of containers, so that no image is pulled. @default false */
  readonly standIns?: boolean;
}

/** All risks, unsorted. */
export function findRisks(input: RiskInput): Risk[] {
  const { endpoints, live = { endpoints: [] }, bypassedRegistry, notPushed = [], standIns = false } = input;
  const planned = endpoints.map(({ key, gate, deployments }) => ({ key, gate, deployments: planRollout(deployments) }));
  return [
    ...planned.flatMap(logging),
    ...("notRead" in live ? [{ kind: "endpointsNotRead" as const, reason: live.notRead }] : deletions(live.endpoints)),
    ...planned.flatMap((endpoint) => trafficAboveCapacity(endpoint, live)),
    ...(standIns ? [] : unavailableImages(planned, notPushed)),
    ...withoutGate(planned),
    ...(bypassedRegistry === undefined ? [] : [{ kind: "networkRulesBypassed" as const, registry: bypassedRegistry }]),
    ...scriptRisks(input),
    ...fromHub(planned),
  ];
}

interface Planned {
  readonly key: string;
  readonly gate: EndpointPlan["gate"];
  readonly deployments: readonly PlannedDeployment[];
}

function logging({ key, deployments }: Planned): Risk[] {
  return deployments.flatMap(({ decision }) => {
    const deployment = `${key}/${decision.name}`;
    const logged = enabledLogging(decision);
    const [toLog, toReceiver] = [logged.filter(({ target }) => target === "log"), logged.filter(({ target }) => target === "receiver")];
    return [
      ...(toLog.length === 0 ? [] : [{ kind: "promptsLogged" as const, deployment, logged: toLog }]),
      ...(toReceiver.length === 0 ? [] : [{ kind: "requestsReported" as const, deployment, logged: toReceiver }]),
    ];
  });
}

function deletions(live: readonly LiveEndpointTraffic[]): Risk[] {
  return live
    .filter(({ key, traffic }) => key === undefined && Object.values(traffic).some((weight) => weight > 0))
    .map(({ name, traffic }) => ({ kind: "servingEndpointDeleted", name, traffic }));
}

function trafficAboveCapacity({ key, deployments }: Planned, live: Live): Risk[] {
  const endpoint = "notRead" in live ? undefined : live.endpoints.find((one) => one.key === key);
  return overloads(deployments, endpoint).map((overload) => ({
    kind: "trafficAboveCapacity",
    deployment: `${key}/${overload.name}`,
    ...overload,
  }));
}

function unavailableImages(endpoints: readonly Planned[], notPushed: readonly string[]): Risk[] {
  const byImage = new Map<string, { readonly isPlaceholder: boolean; readonly deployments: string[] }>();
  for (const { key, deployments } of endpoints) {
    for (const { decision } of deployments) {
      const image = imageText(decision.image);
      const isPlaceholder = isPlaceholderDigest(decision.image.digest ?? "");
      if (!isPlaceholder && !notPushed.includes(image)) continue;
      const found = byImage.get(image) ?? { isPlaceholder, deployments: [] };
      found.deployments.push(`${key}/${decision.name}`);
      byImage.set(image, found);
    }
  }
  const all = [...byImage].map(([image, { isPlaceholder, deployments }]) => ({ image, isPlaceholder, deployments }));
  return [
    ...imageRisk(
      "placeholderImages",
      all.filter(({ isPlaceholder }) => isPlaceholder),
    ),
    ...imageRisk(
      "imagesNotPushed",
      all.filter(({ isPlaceholder }) => !isPlaceholder),
    ),
  ];
}

function imageRisk(kind: "placeholderImages" | "imagesNotPushed", found: readonly UnavailableImage[]): Risk[] {
  const images = found.map(({ image, deployments }) => ({ image, deployments }));
  return images.length === 0 ? [] : [{ kind, images }];
}

function withoutGate(endpoints: readonly Planned[]): Risk[] {
  const keys = endpoints.filter(({ gate, deployments }) => gate === "off" && deployments.length > 0).map(({ key }) => key);
  return keys.length === 0 ? [] : [{ kind: "gateOff", endpoints: keys }];
}

function scriptRisks({ scriptSubnet, mirrorScripts = [] }: RiskInput): Risk[] {
  const subnetId = scriptSubnet?.id;
  return [
    ...(scriptSubnet === undefined ? [] : [{ kind: "scriptSubnetOpen" as const, ...(subnetId === undefined ? {} : { subnetId }) }]),
    ...(mirrorScripts.length === 0 ? [] : [{ kind: "mirrorScripts" as const, scripts: mirrorScripts }]),
  ];
}

function fromHub(endpoints: readonly Planned[]): Risk[] {
  const deployments = endpoints.flatMap(({ key, deployments }) =>
    deployments.filter(({ decision }) => decision.model?.source === "hub").map(({ decision }) => `${key}/${decision.name}`),
  );
  return deployments.length === 0 ? [] : [{ kind: "weightsFromHub", deployments }];
}
