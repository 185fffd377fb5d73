import type { JsonObject } from "../json";
import type { Effects, Inventory, Resource, ResourceType } from "../model";
import { nameOf, parentIdOf, sameId } from "../path";
import { assignableAddresses, nextAddress, readPrefix } from "./addresses";
import { PRIVATE_ENDPOINT, type PrivateEndpointProperties, recordsOf, zoneNameOf } from "./privateLink";
import { privateEndpointsIn } from "./subnetUsers";

const SUBNET = "Microsoft.Network/virtualNetworks/subnets";
const A_RECORD = "Microsoft.Network/privateDnsZones/A";
const ZONE_GROUP = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups";

interface SubnetInBody {
  readonly name: string;
  readonly properties?: JsonObject;
}

interface ZoneGroupProperties {
  readonly privateDnsZoneConfigs?: readonly { readonly name?: string; readonly properties?: { readonly privateDnsZoneId?: string } }[];
}

/** Creates resources for the subnets in the body of a network, and deletes subnets that the list omits. */
function writeSubnets(network: Resource, request: JsonObject, effects: Effects): void {
  const subnets = (request.properties as { subnets?: readonly SubnetInBody[] } | undefined)?.subnets;
  if (!subnets) return;
  for (const old of effects.inventory.children(network.id, SUBNET)) {
    if (!subnets.some(({ name }) => name.toLowerCase() === old.name.toLowerCase())) effects.remove(old.id);
  }
  for (const { name, properties = {} } of subnets) effects.putChild(`${network.id}/subnets/${name}`, SUBNET, { properties });
}

function subnetView(subnet: Resource): JsonObject {
  const properties = { ...subnet.body.properties, provisioningState: subnet.state };
  return { id: subnet.id, name: subnet.name, type: SUBNET, properties };
}

/** Used and assignable addresses of each subnet. */
export function subnetUsages(network: Resource, inventory: Inventory): JsonObject[] {
  return inventory.children(network.id, SUBNET).map((subnet) => {
    const range = readPrefix(prefixOf(subnet));
    return {
      id: subnet.id,
      currentValue: privateEndpointsIn(subnet.id, inventory).flatMap(addressesOf).length,
      limit: range === undefined ? 0 : assignableAddresses(range),
      unit: "Count",
      name: { value: "SubnetSpace", localizedValue: "Subnet size and usage" },
    };
  });
}

/** Assigns a private endpoint one address for each member of its target. Assigned addresses don't change. */
export function assignAddresses(endpoint: Resource, effects: Effects): void {
  const { inventory } = effects;
  const subnet = inventory.get((endpoint.body.properties as PrivateEndpointProperties).subnet?.id);
  const taken = (subnet ? privateEndpointsIn(subnet.id, inventory) : []).flatMap(addressesOf);
  const held = new Map(dnsConfigsOf(endpoint).map(({ fqdn, ipAddresses }) => [fqdn, ipAddresses[0]]));
  const byMember = new Map<string, string>();
  const configs = recordsOf(endpoint, inventory).map(({ fqdn, member }) => {
    const address = held.get(fqdn) ?? byMember.get(member) ?? nextAddress(prefixOf(subnet), taken);
    byMember.set(member, address);
    taken.push(address);
    return { fqdn, ipAddresses: [address] };
  });
  const networkInterfaces = [{ id: `${parentIdOf(endpoint.id)}/providers/Microsoft.Network/networkInterfaces/${endpoint.name}.nic` }];
  effects.put({ ...endpoint, outputs: { properties: { customDnsConfigs: configs, networkInterfaces } } });
}

function prefixOf(subnet: Resource | undefined): string {
  const properties = (subnet?.body.properties ?? {}) as { addressPrefix?: string; addressPrefixes?: readonly string[] };
  return properties.addressPrefix ?? properties.addressPrefixes?.[0] ?? "10.0.0.0/24";
}

function dnsConfigsOf(endpoint: Resource): readonly { fqdn: string; ipAddresses: readonly string[] }[] {
  const outputs = endpoint.outputs.properties as
    | { customDnsConfigs?: readonly { fqdn: string; ipAddresses: readonly string[] }[] }
    | undefined;
  return outputs?.customDnsConfigs ?? [];
}

/** The addresses of a private endpoint. */
export function addressesOf(endpoint: Resource): string[] {
  return [...new Set(dnsConfigsOf(endpoint).flatMap((config) => config.ipAddresses))];
}

/** Writes the A records of the private endpoint to the zones of its zone group. */
function writeRecords(group: Resource, effects: Effects): void {
  removeRecords(group, effects);
  const endpoint = effects.inventory.get(parentIdOf(group.id))!;
  const addresses = new Map(dnsConfigsOf(endpoint).map(({ fqdn, ipAddresses }) => [fqdn, ipAddresses]));
  for (const { properties } of (group.body.properties as ZoneGroupProperties | undefined)?.privateDnsZoneConfigs ?? []) {
    const zone = effects.inventory.get(properties?.privateDnsZoneId);
    if (!zone) continue;
    for (const { record, fqdn } of recordsOf(endpoint, effects.inventory).filter((one) => one.zone === zoneNameOf(zone.id))) {
      const aRecords = (addresses.get(fqdn) ?? []).map((ipv4Address) => ({ ipv4Address }));
      const body = { properties: { ttl: 10, aRecords, metadata: { creator: `created by private endpoint ${endpoint.name}` } } };
      effects.putChild(
        `${zone.id}/A/${record}`,
        A_RECORD,
        body,
        { properties: { fqdn: `${record}.${zone.name}.` } },
        { zoneGroup: group.id },
      );
    }
  }
}

function removeRecords(group: Resource, effects: Effects): void {
  for (const record of effects.inventory.all(A_RECORD)) {
    if (sameId(record.facts.zoneGroup as string | undefined, group.id)) effects.remove(record.id);
  }
}

export const networkTypes: readonly ResourceType[] = [
  {
    type: "Microsoft.Network/virtualNetworks",
    seconds: ({ event }) => (event === "delete" ? 10 : 5),
    omit: ["properties.subnets"],
    written: writeSubnets,
    derived: (network, inventory) => ({ properties: { subnets: inventory.children(network.id, SUBNET).map(subnetView) } }),
  },
  {
    type: SUBNET,
    seconds: () => 5,
    defaults: () => ({ properties: { privateEndpointNetworkPolicies: "Disabled", privateLinkServiceNetworkPolicies: "Enabled" } }),
    derived: (subnet, inventory) => {
      const endpoints = privateEndpointsIn(subnet.id, inventory);
      return endpoints.length > 0 ? { properties: { privateEndpoints: endpoints.map(({ id }) => ({ id })) } } : {};
    },
  },
  { type: "Microsoft.Network/networkSecurityGroups", seconds: () => 5 },
  {
    type: PRIVATE_ENDPOINT,
    seconds: ({ event }) => (event === "create" ? 45 : 15),
    written: (endpoint, _request, effects) => assignAddresses(endpoint, effects),
    deleted: (endpoint, effects) => {
      for (const group of effects.inventory.children(endpoint.id, ZONE_GROUP)) removeRecords(group, effects);
    },
  },
  {
    type: ZONE_GROUP,
    seconds: () => 10,
    written: (group, _request, effects) => writeRecords(group, effects),
    deleted: removeRecords,
  },
  {
    type: "Microsoft.Network/privateDnsZones",
    seconds: () => 30,
    derived: (zone, inventory) => ({
      properties: {
        maxNumberOfRecordSets: 25_000,
        // Every zone has a SOA record.
        numberOfRecordSets: 1 + inventory.children(zone.id, A_RECORD).length,
        maxNumberOfVirtualNetworkLinks: 1_000,
        numberOfVirtualNetworkLinks: inventory.children(zone.id, "Microsoft.Network/privateDnsZones/virtualNetworkLinks").length,
      },
    }),
  },
  {
    type: "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    seconds: () => 30,
    derived: (link) => ({ properties: { virtualNetworkLinkState: link.state === "Succeeded" ? "Completed" : "InProgress" } }),
  },
  { type: A_RECORD, created: (id) => ({ outputs: { properties: { fqdn: `${nameOf(id)}.${nameOf(parentIdOf(id))}.` } } }) },
];
