import { randomUUID } from "node:crypto";
import type { Inventory, Resource, ResourceType } from "../model";
import { sameId } from "../path";

export const NAT_GATEWAY = "Microsoft.Network/natGateways";
export const PUBLIC_ADDRESS = "Microsoft.Network/publicIPAddresses";

const SUBNET = "Microsoft.Network/virtualNetworks/subnets";

interface Reference {
  readonly id?: string;
}

export interface NatGatewayProperties {
  readonly idleTimeoutInMinutes?: number;
  readonly publicIpAddresses?: readonly Reference[];
  readonly publicIpPrefixes?: readonly Reference[];
}

export function natGatewayOf({ properties }: { readonly properties?: unknown }): NatGatewayProperties {
  return (properties ?? {}) as NatGatewayProperties;
}

/** The subnets whose outbound traffic uses the NAT gateway. */
export function subnetsOf(natGatewayId: string, inventory: Inventory): Resource[] {
  return inventory
    .all(SUBNET)
    .filter(({ body }) => sameId((body.properties as { natGateway?: Reference } | undefined)?.natGateway?.id, natGatewayId));
}

/** The NAT gateways that use the public IP address. */
export function gatewaysOf(addressId: string, inventory: Inventory): Resource[] {
  return inventory
    .all(NAT_GATEWAY)
    .filter(({ body }) => (natGatewayOf(body).publicIpAddresses ?? []).some(({ id }) => sameId(id, addressId)));
}

/** The lowest free address of 203.0.113.0/24, a range for documentation (RFC 5737). */
function nextPublicAddress(inventory: Inventory): string {
  const taken = new Set(
    inventory.all(PUBLIC_ADDRESS).map(({ outputs }) => (outputs.properties as { ipAddress?: string } | undefined)?.ipAddress),
  );
  let last = 20;
  while (taken.has(`203.0.113.${last}`)) last += 1;
  return `203.0.113.${last}`;
}

export const natGatewayTypes: readonly ResourceType[] = [
  {
    type: PUBLIC_ADDRESS,
    seconds: () => 3,
    defaults: () => ({ properties: { publicIPAddressVersion: "IPv4", publicIPAllocationMethod: "Dynamic", idleTimeoutInMinutes: 4 } }),
    created: (_id, _body, { inventory }) => ({
      outputs: { properties: { ipAddress: nextPublicAddress(inventory), resourceGuid: randomUUID() } },
    }),
    derived: (address, inventory) => {
      const [gateway] = gatewaysOf(address.id, inventory);
      return gateway ? { properties: { natGateway: { id: gateway.id } } } : {};
    },
  },
  {
    type: NAT_GATEWAY,
    seconds: ({ event }) => (event === "delete" ? 10 : 5),
    defaults: () => ({ properties: { idleTimeoutInMinutes: 4 } }),
    created: () => ({ outputs: { properties: { resourceGuid: randomUUID() } } }),
    derived: (gateway, inventory) => {
      const subnets = subnetsOf(gateway.id, inventory).map(({ id }) => ({ id }));
      return subnets.length > 0 ? { properties: { subnets } } : {};
    },
  },
];
