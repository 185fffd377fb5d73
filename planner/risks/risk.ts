/** What can go wrong by a change of a stack, as values; text.ts words them. */
import type { Logged } from "./logging";
import type { Overload } from "./share";

/** An image that can't be pulled, with the deployments that need it. */
export interface PlaceholderImage {
  /** `repository@digest`. */
  readonly image: string;
  /** `<endpoint>/<deployment>`. */
  readonly deployments: readonly string[];
}

/** By kind. Deployments are named `<endpoint key>/<name in Azure>`. */
export interface Risks {
  /** Prompts or answers are written to the log. */
  readonly promptsLogged: { readonly deployment: string; readonly logged: readonly Logged[] };
  /** An endpoint that has requests is deleted. */
  readonly servingEndpointDeleted: { /** Name in Azure. */ readonly name: string; readonly traffic: Readonly<Record<string, number>> };
  /** Azure's endpoints could not be compared with the stack file. */
  readonly endpointsNotRead: { readonly reason: string };
  /** Requests are reported to a receiver outside the deployment. */
  readonly requestsReported: { readonly deployment: string; readonly logged: readonly Logged[] };
  /** A deployment gets more requests than its instances take. */
  readonly shareBeyondInstances: Overload & { readonly deployment: string };
  readonly placeholderImages: { readonly images: readonly PlaceholderImage[] };
  readonly gateOff: { /** Keys. */ readonly endpoints: readonly string[] };
  /** Weights come from outside the residency. */
  readonly weightsFromHub: { readonly deployments: readonly string[] };
}

export type RiskKind = keyof Risks;
export type RiskOf<Kind extends RiskKind> = { readonly kind: Kind } & Risks[Kind];
export type Risk = { [Kind in RiskKind]: RiskOf<Kind> }[RiskKind];
