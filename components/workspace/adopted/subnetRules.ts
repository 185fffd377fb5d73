/** What is needed of a network and a subnet that other teams own, where the stack creates private endpoints in it. */
import { sameArmId } from "../../../azure/armId";
import { canonicalRegion } from "../../../facts/regions";
import { armIdOf } from "../../base/azure";
import { type Adopted, type Problem, problemsOf, type Shown, warningsOf } from "./rules";

export interface ShownSubnet {
  readonly id?: string;
  readonly properties: {
    readonly addressPrefix?: string;
    readonly addressPrefixes?: readonly string[];
    readonly delegations?: readonly { readonly properties?: { readonly serviceName?: string } }[];
    readonly privateEndpointNetworkPolicies?: string;
    readonly privateEndpoints?: readonly { readonly id?: string }[];
  };
}

/** How many addresses of a subnet are taken, as a network's usages have it. */
export interface SubnetUsage {
  /** Id of the subnet. */
  readonly id?: string;
  readonly currentValue: number;
  /** Addresses that the subnet can give out. */
  readonly limit: number;
}

const other = "Name a subnet of a network that is, or set `privateEndpoints: policy` and have the network's owner make them.";

/** A network that takes private endpoints. Source: Azure docs, private-link/private-endpoint-overview. */
export function networkProblems(id: string, shown: Shown, { location, subscriptionId }: Adopted): Problem[] {
  const { subscriptionId: its } = armIdOf(id);
  const region = canonicalRegion(shown.location);
  const why = "a private endpoint is in the region and the subscription of its network";
  return problemsOf(id, [
    [region !== location, `It is in ${region}; ${location} is needed: ${why}.`, other],
    [!sameArmId(its, subscriptionId), `It is in the subscription ${its}; ${subscriptionId} is needed: ${why}.`, other],
  ]);
}

/** Source: Azure docs, private-link/private-endpoint-overview and disable-private-endpoint-network-policy; virtual-network/virtual-networks-faq. */
export function subnetProblems(id: string, shown: ShownSubnet, usage: SubnetUsage | undefined, { endpoints }: Adopted): Problem[] {
  // Those that are there already have their addresses.
  const present = shown.properties.privateEndpoints ?? [];
  const planned = endpoints.filter(({ id: planned }) => !present.some(({ id: one }) => sameArmId(one, planned)));
  const addresses = planned.reduce((sum, endpoint) => sum + endpoint.addresses, 0);
  const { delegations = [], privateEndpointNetworkPolicies: policies = "Disabled", addressPrefix, addressPrefixes } = shown.properties;
  const services = delegations.map(({ properties }) => properties?.serviceName ?? "a service").join(" and ");
  const prefixes = addressPrefixes ?? (addressPrefix === undefined ? [] : [addressPrefix]);
  const size = usage?.limit ?? prefixes.map(usable).reduce((sum, count) => sum + count, 0);
  const free = size - (usage?.currentValue ?? 0);
  const range = prefixes.join(" and ");
  return [
    ...problemsOf(id, [
      [
        delegations.length > 0,
        `It is delegated to ${services}; a subnet without a delegation is needed: Azure creates no private endpoint in a delegated one.`,
        `Name another subnet, or have its owner remove the delegation: az network vnet subnet update --ids ${id} --remove delegations`,
      ],
      [
        prefixes.length > 0 && addresses > free,
        `It has ${Math.max(0, free)} free addresses of ${size} (${range}); ${addresses} are needed for the stack's private endpoints, of which a ` +
          "registry's and a workspace's take several.",
        `Name a larger subnet, or have its owner enlarge this one: az network vnet subnet update --ids ${id} --address-prefixes <range>`,
      ],
    ]),
    ...warningsOf(id, [
      [
        policies !== "Disabled",
        `privateEndpointNetworkPolicies is ${policies}: its network security group or route table applies to the stack's private endpoints, and may ` +
          "keep callers from them.",
        "Allow callers on port 443 there, or run: " +
          `az network vnet subnet update --ids ${id} --private-endpoint-network-policies Disabled`,
      ],
    ]),
  ];
}

/** Addresses of an IPv4 range that Azure gives out: it keeps five of each subnet. */
function usable(prefix: string): number {
  const bits = Number(/^[\d.]+\/(\d+)$/.exec(prefix)?.[1] ?? Number.NaN);
  return Number.isNaN(bits) ? 0 : Math.max(0, 2 ** (32 - bits) - 5);
}
