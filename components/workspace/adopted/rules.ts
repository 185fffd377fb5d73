/** What is needed of registries, stores, vaults and networks that others made. */

import { sameArmId } from "../../../azure/armId";
import { canonicalRegion } from "../../../facts/regions";
import { armIdOf } from "../../base/azure";

/** The place that everything must fit; regions as ARM writes them. */
export interface Adopted {
  /** Subscription that the stack is made in. */
  readonly subscriptionId: string;
  /** Region of the stack. */
  readonly location: string;
  /** Regions in which data may be. */
  readonly regions: readonly string[];
}

/** One thing that is not as it must be. */
export interface Problem {
  readonly id: string;
  /** What is so, and what is needed. */
  readonly what: string;
  /** How its owner changes it. */
  readonly change: string;
}

/** A resource as ARM shows it, as far as anything here looks at it. */
export interface Shown {
  /** As Azure spells it. */
  readonly id?: string;
  readonly location: string;
  readonly sku?: { readonly name: string };
  readonly properties: {
    readonly loginServer?: string;
    readonly networkAcls?: { readonly bypass?: string };
  };
}

/** A registry. Source: Azure docs, how-to-secure-workspace-vnet. */
export function registryProblems(id: string, shown: Shown, place: Adopted): Problem[] {
  const tier = shown.sku?.name;
  const why = "deployments reach the registry by private endpoint, which no other tier takes";
  const premium = problemsOf(id, [
    [tier !== "Premium", `Its tier is ${tier}; Premium is needed: ${why}.`, `az acr update -n ${armIdOf(id).name} --sku Premium`],
  ]);
  return [...premium, ...storeProblems(id, shown, place)];
}

/** A vault. Source: Azure docs, how-to-troubleshoot-online-endpoints. */
export function vaultProblems(id: string, shown: Shown, place: Adopted): Problem[] {
  const bypass = shown.properties.networkAcls?.bypass;
  const what = "networkAcls.bypass is None; AzureServices is needed: Azure can't make an endpoint with keys without it.";
  const open = problemsOf(id, [[bypass === "None", what, `az keyvault update -n ${armIdOf(id).name} --bypass AzureServices`]]);
  return [...open, ...storeProblems(id, shown, place)];
}

/** Whatever holds data, logs or images is in the residency. */
export function storeProblems(id: string, { location }: Shown, { regions }: Adopted): Problem[] {
  const region = canonicalRegion(location);
  const what = `It is in ${region}, outside the stack's residency; ${regions.join(" or ")} is needed.`;
  return problemsOf(id, [
    [!regions.includes(region), what, "Adopt one within the residency, or change moor:residency if its owner agrees."],
  ]);
}

/** A network that takes private endpoints. Source: Azure docs, private-link/private-endpoint-overview. */
export function networkProblems(id: string, shown: Shown, { location, subscriptionId }: Adopted): Problem[] {
  const { subscriptionId: its } = armIdOf(id);
  const region = canonicalRegion(shown.location);
  const change = "Name a subnet of a network that is, or set `privateEndpoints: policy` and have the network's owner make them.";
  const why = "a private endpoint is in the region and the subscription of its network";
  return problemsOf(id, [
    [region !== location, `It is in ${region}; ${location} is needed: ${why}.`, change],
    [!sameArmId(its, subscriptionId), `It is in the subscription ${its}; ${subscriptionId} is needed: ${why}.`, change],
  ]);
}

export function problemsOf(id: string, found: readonly [is: boolean, what: string, change: string][]): Problem[] {
  return found.flatMap(([is, what, change]) => (is ? [{ id, what, change }] : []));
}
