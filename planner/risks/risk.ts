/** The risks of a change to a stack, as values; text.ts contains their texts. */
import type { EnabledLogging } from "./logging";
import type { Overload } from "./overload";

/** An image that can't be pulled, with the deployments that use it. */
export interface UnavailableImage {
  /** `repository@digest`. */
  readonly image: string;
  /** `<endpoint>/<deployment>`. */
  readonly deployments: readonly string[];
}

/** Risks by kind. Deployments have the form `<endpoint key>/<name in Azure>`. */
export interface Risks {
  /** Prompts or answers are written to the log. */
  readonly promptsLogged: { readonly deployment: string; readonly logged: readonly EnabledLogging[] };
  /** An endpoint with traffic is deleted. */
  readonly servingEndpointDeleted: { /** Name in Azure. */ readonly name: string; readonly traffic: Readonly<Record<string, number>> };
  /** The endpoints in Azure could not be compared with the stack file. */
  readonly endpointsNotRead: { readonly reason: string };
  /** Data about requests is sent to a receiver outside the deployment. */
  readonly requestsReported: { readonly deployment: string; readonly logged: readonly EnabledLogging[] };
  /** A deployment's traffic weight exceeds the capacity of its instances. */
  readonly trafficAboveCapacity: Overload & { readonly deployment: string };
  readonly placeholderImages: { readonly images: readonly UnavailableImage[] };
  /** The stack file expects images in a registry that this run creates. */
  readonly imagesNotPushed: { readonly images: readonly UnavailableImage[] };
  readonly gateOff: { /** Keys. */ readonly endpoints: readonly string[] };
  /** Tasks of the stack's registry bypass its network rules, although the stack file doesn't set that. */
  readonly networkRulesBypassed: { /** Name in Azure. */ readonly registry: string };
  /** Containers in the subnet for deployment scripts can open connections to the internet. */
  readonly scriptSubnetOpen: { /** ARM ID. Undefined if this run creates it. */ readonly subnetId?: string };
  /** Scripts that copy model weights exist: `mirror --via azure` is running, or was killed. */
  readonly mirrorScripts: { /** Names in Azure. */ readonly scripts: readonly string[] };
  /** Model weights are downloaded from outside the residency. */
  readonly weightsFromHub: { readonly deployments: readonly string[] };
}

export type RiskKind = keyof Risks;
export type RiskOf<Kind extends RiskKind> = { readonly kind: Kind } & Risks[Kind];
export type Risk = { [Kind in RiskKind]: RiskOf<Kind> }[RiskKind];
