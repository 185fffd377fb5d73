/** Checks of the address space and the DNS servers of a virtual network. */
import type { Rule } from "../model";
import { parentIdOf } from "../path";
import { inside, overlap, type Range, readPrefix } from "../types/addresses";
import { prefixesOf, SUBNET, type SubnetProperties, VNET } from "./subnets";

const FAQ = "Azure docs, virtual-network/virtual-networks-faq";

/** Ranges that aren't allowed in an address space. */
const FORBIDDEN = ["224.0.0.0/4", "255.255.255.255/32", "127.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32"] as const;
const MOST_DNS_SERVERS = 20;

interface NetworkProperties {
  readonly addressSpace?: { readonly addressPrefixes?: readonly string[]; readonly ipamPoolPrefixAllocations?: readonly unknown[] };
  readonly dhcpOptions?: { readonly dnsServers?: readonly string[] };
  readonly subnets?: readonly unknown[];
}

function propertiesOf(body: { properties?: unknown }): NetworkProperties {
  return (body.properties ?? {}) as NetworkProperties;
}

function spaceOf(body: { properties?: unknown }): { prefix: string; range: Range }[] {
  return (propertiesOf(body).addressSpace?.addressPrefixes ?? []).flatMap((prefix) => {
    const range = readPrefix(prefix);
    return range ? [{ prefix, range }] : [];
  });
}

const common = { types: [VNET], on: ["create", "update"], status: 400 } as const;

export const virtualNetworkRules: readonly Rule[] = [
  {
    ...common,
    code: "network-space-given",
    azureCode: "InvalidRequestFormat",
    source: "Azure docs, virtual-network/manage-virtual-network: an address space is one or more prefixes",
    grade: "D",
    check: ({ body }) => {
      const { addressSpace } = propertiesOf(body);
      return addressSpace?.addressPrefixes?.length || addressSpace?.ipamPoolPrefixAllocations
        ? undefined
        : "A virtual network requires at least one prefix in 'properties.addressSpace.addressPrefixes'.";
    },
  },
  {
    ...common,
    code: "network-space-size",
    azureCode: "InvalidAddressPrefixFormat",
    source: `${FAQ}: the smallest IPv4 range is /29, the largest /2`,
    grade: "D",
    check: ({ body }) => {
      const invalid = spaceOf(body).find(({ range }) => range.last - range.first + 1 < 8 || range.last - range.first + 1 > 2 ** 30);
      return invalid && `The address prefix ${invalid.prefix} is not valid: it must be between /2 and /29.`;
    },
  },
  {
    ...common,
    code: "network-space-allowed",
    azureCode: "AddressPrefixNotAllowed",
    source: `${FAQ}: multicast, broadcast, loopback, link-local and internal DNS addresses can't be added`,
    grade: "D",
    check: ({ body }) => {
      for (const { prefix, range } of spaceOf(body)) {
        const forbidden = FORBIDDEN.find((one) => overlap(range, readPrefix(one)!));
        if (forbidden && range.last - range.first < 2 ** 30)
          return `The address prefix ${prefix} is not allowed: it overlaps with ${forbidden}, which Azure reserves.`;
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "network-space-distinct",
    azureCode: "NetcfgInvalidVirtualNetworkSite",
    source: "Azure docs, virtual-network/manage-virtual-network: address ranges of a virtual network don't overlap",
    grade: "D",
    check: ({ body }) => {
      const space = spaceOf(body);
      const clash = space.find(({ range }, index) => space.slice(0, index).some((other) => overlap(range, other.range)));
      return clash && `The address prefix ${clash.prefix} overlaps with another prefix of the virtual network.`;
    },
  },
  {
    ...common,
    code: "network-space-holds-subnets",
    on: ["update"],
    azureCode: "InUsePrefixCannotBeDeleted",
    source: "Azure docs, virtual-network/manage-virtual-network: a range can be removed only if it contains no subnet",
    grade: "D",
    check: ({ id, body, inventory }) => {
      if (propertiesOf(body).subnets) return undefined;
      const space = spaceOf(body);
      const outside = inventory.children(id, SUBNET).find((subnet) =>
        prefixesOf(subnet.body.properties as SubnetProperties).some((prefix) => {
          const range = readPrefix(prefix);
          return range && !space.some((whole) => inside(range, whole.range));
        }),
      );
      return outside && `The address space of '${parentIdOf(outside.id)}' can't be changed: subnet '${outside.name}' would be outside it.`;
    },
  },
  {
    ...common,
    code: "network-dns-servers",
    azureCode: "InvalidDnsServerFormat",
    source:
      "Azure docs, azure-resource-manager/management/azure-subscription-service-limits (networking): 20 DNS servers; they are IP addresses",
    grade: "D",
    check: ({ body }) => {
      const servers = propertiesOf(body).dhcpOptions?.dnsServers ?? [];
      if (servers.length > MOST_DNS_SERVERS) return `'dnsServers' has ${servers.length} entries: the limit is ${MOST_DNS_SERVERS}.`;
      const invalid = servers.find((server) => !server.includes(":") && !readPrefix(`${server}/32`));
      return invalid === undefined ? undefined : `The DNS server '${invalid}' is not an IP address.`;
    },
  },
];
