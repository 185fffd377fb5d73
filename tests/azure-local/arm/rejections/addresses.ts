import { paths } from "../platform";
import { but, differ, type RejectedRequest, type Request, type Scene } from "./rejectedRequest";
import { elsewhere, OTHER_SUBSCRIPTION } from "./workspace";

const second = `${paths.network}/subnets/second`;
const network2 = `${paths.network}-2`;
const securityGroup = "/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/endpoints";
const SUBNETS = "properties/subnets/0/properties";

const subnet = (addressPrefix: string, more: object = {}) => ({ properties: { addressPrefix, ...more } });
const plain = () => subnet("10.40.1.0/24");
const network = ({ body }: Scene) => body.network;
/** A virtual network with these prefixes and no subnets. */
const spaced = (...addressPrefixes: string[]): Request => [
  "PUT",
  network2,
  { location: "swedencentral", properties: { addressSpace: { addressPrefixes } } },
];

function delegatedTo(...serviceNames: string[]) {
  return serviceNames.map((serviceName) => ({ name: serviceName.replace("/", "."), properties: { serviceName } }));
}

function serviceEndpoint(service: string) {
  return [{ service }];
}

function rule(properties: object, name = "allow") {
  const common = { protocol: "Tcp", access: "Allow", direction: "Inbound", priority: 100 };
  const addresses = { sourceAddressPrefix: "*", destinationAddressPrefix: "*", sourcePortRange: "*", destinationPortRange: "443" };
  return { name, properties: { ...common, ...addresses, ...properties } };
}

function group(...securityRules: object[]) {
  return { location: "swedencentral", properties: { securityRules } };
}

/** A rejected and an accepted list of rules of a network security group. */
function rules(rejected: readonly object[], accepted: readonly object[]): Pick<RejectedRequest, "rejected" | "accepted"> {
  return { rejected: () => ["PUT", securityGroup, group(...rejected)], accepted: () => ["PUT", securityGroup, group(...accepted)] };
}

export const addressRejections: readonly RejectedRequest[] = [
  {
    rule: "network-space-given",
    case: "a network without an address prefix",
    answer: "400 InvalidRequestFormat",
    rejected: () => spaced(),
    accepted: () => spaced("10.50.0.0/16"),
  },
  {
    rule: "network-space-size",
    case: "a network with four addresses",
    answer: "400 InvalidAddressPrefixFormat",
    rejected: () => spaced("10.50.0.0/30"),
    accepted: () => spaced("10.50.0.0/29"),
  },
  {
    rule: "network-space-size",
    case: "a network with half of all addresses",
    answer: "400 InvalidAddressPrefixFormat",
    rejected: () => spaced("0.0.0.0/1"),
    accepted: () => spaced("10.0.0.0/8"),
  },
  ...(
    [
      ["multicast", "224.1.0.0/16"],
      ["loopback", "127.0.0.0/24"],
      ["link-local addresses", "169.254.0.0/24"],
      ["the address of Azure's DNS", "168.63.129.0/24"],
    ] as const
  ).map(
    ([what, prefix]): RejectedRequest => ({
      rule: "network-space-allowed",
      case: `a network with ${what}`,
      answer: "400 AddressPrefixNotAllowed",
      rejected: () => spaced(prefix),
      accepted: () => spaced("192.168.0.0/24"),
    }),
  ),
  {
    rule: "network-space-distinct",
    case: "two overlapping prefixes of a network",
    answer: "400 NetcfgInvalidVirtualNetworkSite",
    rejected: () => spaced("10.50.0.0/16", "10.50.4.0/22"),
    accepted: () => spaced("10.50.0.0/16", "10.51.4.0/22"),
  },
  {
    rule: "network-space-holds-subnets",
    case: "an address space that is too small for its subnets",
    answer: "400 InUsePrefixCannotBeDeleted",
    setup: ({ caller }) => caller.made(second, subnet("10.40.2.0/24")),
    rejected: ({ body }) => ["PUT", paths.network, without(but(body.network, "properties/addressSpace/addressPrefixes", ["10.40.0.0/23"]))],
    accepted: ({ body }) => ["PUT", paths.network, without(but(body.network, "properties/addressSpace/addressPrefixes", ["10.40.0.0/21"]))],
  },
  {
    rule: "network-dns-servers",
    case: "a host name as a DNS server",
    answer: "400 InvalidDnsServerFormat",
    ...differ(network2, network, "properties/dhcpOptions", { dnsServers: ["dns.example.org"] }, { dnsServers: ["10.0.0.4"] }),
  },
  {
    rule: "network-dns-servers",
    case: "more than 20 DNS servers",
    answer: "400 InvalidDnsServerFormat",
    ...differ(network2, network, "properties/dhcpOptions", { dnsServers: servers(21) }, { dnsServers: servers(20) }),
  },
  {
    rule: "subnets-distinct",
    case: "two subnets with the same name",
    answer: "400 InvalidRequestFormat",
    rejected: ({ body }) => ["PUT", network2, but(body.network, "properties/subnets", [named("a", 0), named("A", 1)])],
    accepted: ({ body }) => ["PUT", network2, but(body.network, "properties/subnets", [named("a", 0), named("b", 1)])],
  },
  {
    rule: "subnet-prefix-given",
    case: "a subnet without an address prefix",
    answer: "400 InvalidRequestFormat",
    rejected: () => ["PUT", second, { properties: {} }],
    accepted: () => ["PUT", second, { properties: { addressPrefixes: ["10.40.1.0/24"] } }],
  },
  {
    rule: "subnet-size",
    case: "a subnet with four addresses",
    answer: "400 NetcfgInvalidSubnet",
    rejected: () => ["PUT", second, subnet("10.40.1.0/30")],
    accepted: () => ["PUT", second, subnet("10.40.1.0/29")],
  },
  {
    rule: "subnet-reserved-size",
    case: "a firewall subnet that is too small",
    answer: "400 NetcfgInvalidSubnet",
    rejected: () => ["PUT", `${paths.network}/subnets/AzureFirewallSubnet`, subnet("10.40.1.0/27")],
    accepted: () => ["PUT", `${paths.network}/subnets/AzureFirewallSubnet`, subnet("10.40.1.0/26")],
  },
  {
    rule: "subnet-reserved-size",
    case: "a bastion subnet that is too small, in the body of its network",
    answer: "400 NetcfgInvalidSubnet",
    rejected: ({ body }) => ["PUT", network2, but(body.network, "properties/subnets", [named("AzureBastionSubnet", 0, 27)])],
    accepted: ({ body }) => ["PUT", network2, but(body.network, "properties/subnets", [named("AzureBastionSubnet", 0, 26)])],
  },
  {
    rule: "subnet-prefix-in-use",
    case: "a prefix change of a subnet with a private endpoint",
    answer: "400 InUseSubnetCannotBeUpdated",
    setup: ({ caller }) => caller.made(second, plain()),
    rejected: () => ["PUT", paths.subnet, subnet("10.40.0.0/25")],
    accepted: () => ["PUT", second, subnet("10.40.1.0/25")],
  },
  {
    rule: "subnet-delegation",
    case: "a delegation to an unknown service",
    answer: "400 InvalidServiceNameOnDelegation",
    ...differ(second, plain, "properties/delegations", delegatedTo("Microsoft.Web/serverfarm"), delegatedTo("Microsoft.Web/serverFarms")),
  },
  {
    rule: "subnet-delegation",
    case: "two delegations of one subnet",
    answer: "400 InvalidServiceNameOnDelegation",
    ...differ(
      second,
      plain,
      "properties/delegations",
      delegatedTo("Microsoft.Web/serverFarms", "Microsoft.App/environments"),
      delegatedTo("Microsoft.App/environments"),
    ),
  },
  {
    rule: "subnet-service-endpoints",
    case: "a service endpoint for an unsupported service",
    answer: "400 SubnetsHaveNoServiceEndpointsConfigured",
    ...differ(
      second,
      plain,
      "properties/serviceEndpoints",
      serviceEndpoint("Microsoft.MachineLearningServices"),
      serviceEndpoint("Microsoft.Storage"),
    ),
  },
  {
    rule: "subnet-service-endpoints",
    case: "a service endpoint for an unsupported service, in the body of the network",
    answer: "400 SubnetsHaveNoServiceEndpointsConfigured",
    ...differ(network2, network, `${SUBNETS}/serviceEndpoints`, serviceEndpoint("Microsoft.Blob"), serviceEndpoint("Microsoft.KeyVault")),
  },
  {
    rule: "subnet-security-group",
    case: "a network security group in another region",
    answer: "400 InvalidResourceReference",
    setup: async ({ caller }) => {
      await caller.made(securityGroup, group());
      await caller.made(`${securityGroup}-west`, { ...group(), location: "westeurope" });
    },
    rejected: ({ id }) => ["PUT", second, subnet("10.40.1.0/24", { networkSecurityGroup: { id: id(`${securityGroup}-west`) } })],
    accepted: ({ id }) => ["PUT", second, subnet("10.40.1.0/24", { networkSecurityGroup: { id: id(securityGroup) } })],
  },
  {
    rule: "subnet-security-group",
    case: "a network security group in another subscription",
    answer: "400 InvalidResourceReference",
    setup: async ({ caller, body }) => {
      await elsewhere(caller.send.bind(caller), caller, body);
      await caller.made(securityGroup, group());
      await caller.made(`/subscriptions/${OTHER_SUBSCRIPTION}${securityGroup}`, group());
    },
    rejected: () => [
      "PUT",
      second,
      subnet("10.40.1.0/24", { networkSecurityGroup: { id: `/subscriptions/${OTHER_SUBSCRIPTION}${securityGroup}` } }),
    ],
    accepted: ({ id }) => ["PUT", second, subnet("10.40.1.0/24", { networkSecurityGroup: { id: id(securityGroup) } })],
  },
  {
    rule: "subnet-security-group",
    case: "a network security group that doesn't exist, in the body of the network",
    answer: "400 InvalidResourceReference",
    setup: ({ caller }) => caller.made(securityGroup, group()),
    rejected: ({ body, id }) => [
      "PUT",
      network2,
      but(body.network, `${SUBNETS}/networkSecurityGroup`, { id: id(`${securityGroup}-gone`) }),
    ],
    accepted: ({ body, id }) => ["PUT", network2, but(body.network, `${SUBNETS}/networkSecurityGroup`, { id: id(securityGroup) })],
  },
  {
    rule: "subnet-security-group",
    case: "a network security group on a gateway subnet",
    answer: "400 InvalidResourceReference",
    setup: ({ caller }) => caller.made(securityGroup, group()),
    rejected: ({ id }) => [
      "PUT",
      `${paths.network}/subnets/GatewaySubnet`,
      subnet("10.40.1.0/24", { networkSecurityGroup: { id: id(securityGroup) } }),
    ],
    accepted: () => ["PUT", `${paths.network}/subnets/GatewaySubnet`, subnet("10.40.1.0/24")],
  },
  {
    rule: "security-rule-priority",
    case: "a priority out of range",
    answer: "400 SecurityRuleInvalidPriority",
    ...rules([rule({ priority: 99 })], [rule({ priority: 4096 })]),
  },
  {
    rule: "security-rule-priority",
    case: "the same priority for two rules of a direction",
    answer: "400 SecurityRuleInvalidPriority",
    ...rules([rule({}), rule({}, "other")], [rule({}), rule({ direction: "Outbound" }, "other")]),
  },
  {
    rule: "security-rule-ports",
    case: "a port out of range",
    answer: "400 SecurityRuleInvalidPortRange",
    ...rules([rule({ destinationPortRange: "65536" })], [rule({ destinationPortRange: "8000-8080" })]),
  },
  {
    rule: "security-rule-ports",
    case: "several ports in a property for one port",
    answer: "400 SecurityRuleInvalidPortRange",
    ...rules([rule({ destinationPortRange: "80,443" })], [rule({ destinationPortRange: undefined, destinationPortRanges: ["80", "443"] })]),
  },
];

function servers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `10.0.0.${index + 4}`);
}

function named(name: string, index: number, bits = 26) {
  return { name, properties: { addressPrefix: `10.40.${index}.0/${bits}` } };
}

/** The network without a list of subnets, so that its subnets don't change. */
function without(body: Scene["body"]["network"]) {
  return but(body, "properties/subnets", undefined);
}
