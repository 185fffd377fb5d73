/** Types and helpers of the rules for adopted resources. */

import { canonicalRegion } from "../../../facts/regions";

/** Requirements of the stack. Regions are in ARM's form, such as `swedencentral`. */
export interface AdoptionRequirements {
  /** Subscription of the stack. */
  readonly subscriptionId: string;
  /** Region of the stack. */
  readonly location: string;
  /** Regions in which data must stay. */
  readonly regions: readonly string[];
  /** Whether deployments read secrets from the workspace's Key Vault. */
  readonly vaultSecrets: boolean;
  /** Whether tasks publish images in the registry. */
  readonly registryTasks: boolean;
  /** Private endpoints of the stack in the adopted subnet. */
  readonly endpoints: readonly PlannedEndpoint[];
}

export interface PlannedEndpoint {
  /** Number of IP addresses that it uses in its subnet. */
  readonly addresses: number;
  /** ARM ID. Undefined in the preview of its creation. */
  readonly id?: string;
}

/** A requirement that an adopted resource doesn't meet. */
export interface Problem {
  readonly id: string;
  /** The current and the required value. */
  readonly what: string;
  /** How the owner of the resource fixes it. */
  readonly fix: string;
  /** Whether the stack can be created despite the problem. @default false */
  readonly warning?: true;
}

/** The properties in ARM's response that all rules use. */
export interface Shown {
  /** ARM ID, with the case that Azure returns. */
  readonly id?: string;
  readonly location: string;
  readonly sku?: { readonly name: string };
}

/** Checks that a resource with data, logs or images is in the residency. */
export function residencyProblems(id: string, { location }: Shown, { regions }: AdoptionRequirements): Problem[] {
  const region = canonicalRegion(location);
  const what = `It is in ${region}, outside the stack's residency. Allowed: ${regions.join(" or ")}.`;
  return problemsOf(id, [
    [!regions.includes(region), what, "Adopt one within the residency, or change moor:residency if its owner agrees."],
  ]);
}

/** Whether a region, in any form of its name, is in the residency. */
export function isResident(location: string, { regions }: Pick<AdoptionRequirements, "regions">): boolean {
  return regions.includes(canonicalRegion(location));
}

type Rule = readonly [applies: boolean, what: string, fix: string];

/** Returns the problems of the rules that apply. */
export function problemsOf(id: string, rules: readonly Rule[]): Problem[] {
  return rules.flatMap(([applies, what, fix]) => (applies ? [{ id, what, fix }] : []));
}

/** Returns the problems of the rules that apply, as warnings. */
export function warningsOf(id: string, rules: readonly Rule[]): Problem[] {
  return problemsOf(id, rules).map((problem) => ({ ...problem, warning: true }));
}
