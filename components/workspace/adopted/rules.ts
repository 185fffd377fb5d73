/** What every rule about an adopted resource works with. */

import { canonicalRegion } from "../../../facts/regions";

/** The place that everything must fit; regions as ARM writes them. */
export interface Adopted {
  /** Subscription that the stack is made in. */
  readonly subscriptionId: string;
  /** Region of the stack. */
  readonly location: string;
  /** Regions in which data may be. */
  readonly regions: readonly string[];
  /** Whether deployments take secrets from the workspace's vault. */
  readonly vaultSecrets: boolean;
  /** Private endpoints of the stack in the adopted subnet. */
  readonly endpoints: readonly PlannedEndpoint[];
}

export interface PlannedEndpoint {
  /** Addresses that it takes in its subnet. */
  readonly addresses: number;
  /** ARM id; undefined where it isn't known, which is in the preview of its creation. */
  readonly id?: string;
}

/** One thing that is not as it should be. */
export interface Problem {
  readonly id: string;
  /** What is so, and what is needed. */
  readonly what: string;
  /** How its owner changes it. */
  readonly change: string;
  /** The stack can be created all the same. @default false */
  readonly warning?: true;
}

/** A resource as ARM shows it, as far as every rule looks at it. */
export interface Shown {
  /** As Azure spells it. */
  readonly id?: string;
  readonly location: string;
  readonly sku?: { readonly name: string };
}

/** Whatever holds data, logs or images is in the residency. */
export function residencyProblems(id: string, { location }: Shown, { regions }: Adopted): Problem[] {
  const region = canonicalRegion(location);
  const what = `It is in ${region}, outside the stack's residency; ${regions.join(" or ")} is needed.`;
  return problemsOf(id, [
    [!regions.includes(region), what, "Adopt one within the residency, or change moor:residency if its owner agrees."],
  ]);
}

/** Whether data may be in a region, however it is written. */
export function isResident(location: string, { regions }: Pick<Adopted, "regions">): boolean {
  return regions.includes(canonicalRegion(location));
}

type Found = readonly [is: boolean, what: string, change: string];

export function problemsOf(id: string, found: readonly Found[]): Problem[] {
  return found.flatMap(([is, what, change]) => (is ? [{ id, what, change }] : []));
}

export function warningsOf(id: string, found: readonly Found[]): Problem[] {
  return problemsOf(id, found).map((problem) => ({ ...problem, warning: true }));
}
