/** Requirements for an adopted subnet and its virtual network, if the stack creates private endpoints in it. */
import { sameArmId } from "../../../azure/armId";
import { canonicalRegion } from "../../../facts/regions";
import { armIdOf } from "../../base/azure";
import { type AdoptionRequirements, type Problem, problemsOf, type Shown, warningsOf } from "./rules";

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

/** Usage of a subnet's IP addresses, from the usages of its virtual network. */
export interface SubnetUsage {
  /** ARM ID of the subnet. */
  readonly id?: string;
  readonly currentValue: number;
  /** Number of usable addresses in the subnet. */
  readonly limit: number;
}

const other =
  "Adopt a subnet of a network in the required region and subscription, or set `privateEndpoints: policy` and have the network's owner create the private endpoints.";

/** Requirements for a virtual network with private endpoints. Source: Azure docs, private-link/private-endpoint-overview. */
export function networkProblems(id: string, shown: Shown, { location, subscriptionId }: AdoptionRequirements): Problem[] {
  const { subscriptionId: actual } = armIdOf(id);
  const region = canonicalRegion(shown.location);
  const why = "because a private endpoint must be in the region and the subscription of its network";
  return problemsOf(id, [
    [region !== location, `It is in ${region}. Required: ${location}, ${why}.`, other],
    [!sameArmId(actual, subscriptionId), `It is in subscription ${actual}. Required: ${subscriptionId}, ${why}.`, other],
  ]);
}

/**
 * Source: Azure docs, private-link/private-endpoint-overview and disable-private-endpoint-network-policy;
 * virtual-network/virtual-networks-faq.
 */
export function subnetProblems(
  id: string,
  shown: ShownSubnet,
  usage: SubnetUsage | undefined,
  { endpoints }: AdoptionRequirements,
): Problem[] {
  // Existing private endpoints already have their addresses.
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
        `It is delegated to ${services}. Required: no delegation, because Azure can't create private endpoints in a delegated subnet.`,
        `Adopt another subnet, or have its owner remove the delegation: az network vnet subnet update --ids ${id} --remove delegations`,
      ],
      [
        prefixes.length > 0 && addresses > free,
        `It has ${Math.max(0, free)} free addresses of ${size} (${range}). Required: ${addresses} for the private endpoints of the stack; those of a ` +
          "registry and a workspace use several addresses each.",
        `Adopt a larger subnet, or have its owner enlarge this one: az network vnet subnet update --ids ${id} --address-prefixes <range>`,
      ],
    ]),
    ...warningsOf(id, [
      [
        policies !== "Disabled",
        `privateEndpointNetworkPolicies is ${policies}: the network security group or route table of the subnet applies to the stack's private ` +
          "endpoints and can block callers.",
        `Allow callers on port 443, or run: az network vnet subnet update --ids ${id} --private-endpoint-network-policies Disabled`,
      ],
    ]),
  ];
}

/** Returns the number of usable addresses of an IPv4 range: Azure reserves five in each subnet. */
function usable(prefix: string): number {
  const bits = Number(/^[\d.]+\/(\d+)$/.exec(prefix)?.[1] ?? Number.NaN);
  return Number.isNaN(bits) ? 0 : Math.max(0, 2 ** (32 - bits) - 5);
}
