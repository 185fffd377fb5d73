// Tests the rules for networks: security groups, subnets, public IP addresses, NAT gateways, routes and DNS servers.
import { privateEndpointRules } from "../../../components/network/securityRules";
import { scriptRules } from "../../../components/scripts/securityRules";
import { type RuleResource, UNKNOWN, type Value } from "../../../rules";
import { isInside, isPrivate } from "../../../rules/exposure/addresses";
import { bodyWith, idOf, outcomes, resourceOf } from "./support";

const NSG = "Microsoft.Network/networkSecurityGroups";
const SUBNET = "Microsoft.Network/virtualNetworks/subnets";
const NETWORK = "Microsoft.Network/virtualNetworks";
const NAT = "Microsoft.Network/natGateways";
const ADDRESS = "Microsoft.Network/publicIPAddresses";
const LIST = "properties.securityRules";

const containers = [{ name: "containers", properties: { serviceName: "Microsoft.ContainerInstance/containerGroups" } }];
const allow = {
  access: "Allow",
  protocol: "Tcp",
  sourceAddressPrefix: "VirtualNetwork",
  sourcePortRange: "*",
  destinationAddressPrefix: "VirtualNetwork",
  destinationPortRange: "443",
};
const inbound = { ...allow, direction: "Inbound" };
const outbound = { ...allow, direction: "Outbound" };
const denyOutbound = {
  ...{ access: "Deny", direction: "Outbound", protocol: "*", sourceAddressPrefix: "*", sourcePortRange: "*" },
  ...{ destinationAddressPrefix: "*", destinationPortRange: "*" },
};

function group(...rules: readonly Record<string, unknown>[]): RuleResource {
  return resourceOf(NSG, { properties: { securityRules: rules.map((properties, index) => ({ name: `rule${index}`, properties })) } });
}

function subnet(properties: Record<string, unknown>, more: Partial<RuleResource> = {}): RuleResource {
  return resourceOf(SUBNET, { properties: { networkSecurityGroup: { id: idOf(NSG) }, defaultOutboundAccess: false, ...properties } }, more);
}

test("the groups of the components let nothing in, and out only from the subnet for scripts", () => {
  const of = (rules: readonly object[]) => group(...(rules as Record<string, unknown>[]));
  const endpoints = of(privateEndpointRules as readonly object[]);
  expect([...outcomes("MOOR450", endpoints), ...outcomes("MOOR451", endpoints)].filter((one) => !one.startsWith("holds"))).toEqual([]);
  const scripts = of(scriptRules as readonly object[]);
  const delegated = subnet({ delegations: containers });
  expect(
    [...outcomes("MOOR450", scripts, delegated), ...outcomes("MOOR451", scripts, delegated)].filter((one) => !one.startsWith("holds")),
  ).toEqual([]);
});

test.each<[string, Value, string]>([
  ["the network", "VirtualNetwork", "holds"],
  ["the network, in lower case", "virtualnetwork", "holds"],
  ["the load balancer's probes", "AzureLoadBalancer", "holds"],
  ["private addresses", "10.40.0.0/22", "holds"],
  ["any address", "*", "violated"],
  ["the internet", "Internet", "violated"],
  ["the internet, in lower case", "internet", "violated"],
  ["all addresses", "0.0.0.0/0", "violated"],
  ["a public block", "203.0.113.0/24", "violated"],
  ["a block that contains a private one", "10.0.0.0/7", "violated"],
  ["a service tag", "AzureCloud", "violated"],
  ["a wrong type", 10, "violated"],
  ["a text that is no address", "10.0.0.0/8 ", "holds"],
  ["a malformed block", "10.0.0.0/8/8", "violated"],
  ["unknown", UNKNOWN, "unknown"],
])("inbound traffic from %s", (_, source, outcome) => {
  const expected = [`${outcome} ${LIST}.0.properties.sourceAddressPrefix`];
  expect(outcomes("MOOR450", group({ ...inbound, sourceAddressPrefix: source }, denyOutbound))).toEqual(expected);
});

test("lists of addresses, application security groups, and rules without an address", () => {
  const rules = [
    { ...inbound, sourceAddressPrefix: undefined, sourceAddressPrefixes: ["10.0.0.0/8", "198.51.100.0/24"] },
    { ...inbound, sourceAddressPrefix: undefined, sourceApplicationSecurityGroups: [{ id: "asg" }] },
    { ...inbound, sourceAddressPrefix: undefined },
    { ...inbound, access: "Deny", sourceAddressPrefix: "*" },
    { ...inbound, access: undefined, sourceAddressPrefix: "*" },
    { ...inbound, direction: UNKNOWN },
  ];
  expect(outcomes("MOOR450", group(...rules))).toEqual([
    `holds ${LIST}.0.properties.sourceAddressPrefixes.0`,
    `violated ${LIST}.0.properties.sourceAddressPrefixes.1`,
    `violated ${LIST}.2.properties.sourceAddressPrefix`,
    `violated ${LIST}.4.properties.sourceAddressPrefix`,
    `unknown ${LIST}.5.properties`,
  ]);
});

const web = { ...outbound, destinationAddressPrefix: "Internet" };

describe("outbound traffic to the internet", () => {
  const of = (rule: Record<string, unknown>, ...subnets: readonly RuleResource[]) =>
    outcomes("MOOR451", group(rule, denyOutbound), ...subnets).find((one) => one.includes("destinationAddressPrefix"));
  const path = `${LIST}.0.properties.destinationAddressPrefix`;
  const unlinked = { networkSecurityGroup: { id: UNKNOWN } };

  test.each<[string, Record<string, unknown>, RuleResource[], string]>([
    ["HTTPS from a subnet for scripts", web, [subnet({ delegations: containers })], "holds"],
    ["HTTPS from another subnet", web, [subnet({})], "violated"],
    ["HTTPS from both", web, [subnet({ delegations: containers }), subnet({})], "violated"],
    ["HTTPS before any subnet exists", web, [], "unknown"],
    ["HTTPS, with a subnet for scripts whose group isn't known yet", web, [subnet({ ...unlinked, delegations: containers })], "unknown"],
    ["HTTPS, with only other subnets whose group isn't known yet", web, [subnet(unlinked)], "violated"],
    ["all ports", { ...web, destinationPortRange: "*" }, [subnet({ delegations: containers })], "violated"],
    ["further ports", { ...web, destinationPortRanges: ["443", "22"] }, [subnet({ delegations: containers })], "violated"],
    ["UDP", { ...web, protocol: "Udp" }, [subnet({ delegations: containers })], "violated"],
    ["any address", { ...web, destinationAddressPrefix: "*" }, [subnet({ delegations: containers })], "violated"],
    ["a service tag", { ...web, destinationAddressPrefix: "Storage" }, [subnet({ delegations: containers })], "violated"],
    ["the network", outbound, [subnet({})], "holds"],
  ])("%s", (_, rule, subnets, outcome) => expect(of(rule, ...subnets)).toBe(`${outcome} ${path}`));

  test("a subnet whose network security group allows traffic out", () => {
    const property = "properties.networkSecurityGroup.id";
    expect(outcomes("MOOR451", subnet({}), group(web, denyOutbound))).toEqual([`violated ${property}`]);
    expect(outcomes("MOOR451", subnet({}), group(outbound, denyOutbound))).toEqual([`holds ${property}`]);
    expect(outcomes("MOOR451", subnet({ delegations: containers }), group(web, denyOutbound))).toEqual([]);
  });

  test.each<[string, Value, string]>([
    ["no rules", [], "violated"],
    ["absent", undefined, "violated"],
    ["one that denies only HTTPS", [{ properties: { ...denyOutbound, destinationPortRange: "443" } }], "violated"],
    ["one that denies inbound traffic", [{ properties: { ...denyOutbound, direction: "Inbound" } }], "violated"],
    ["one that denies the internet", [{ properties: { ...denyOutbound, destinationAddressPrefix: "Internet" } }], "holds"],
    ["an unknown rule", [{ properties: UNKNOWN }], "unknown"],
    ["unknown", UNKNOWN, "unknown"],
  ])("rules that deny outbound traffic: %s", (_, rules, outcome) => {
    const checks = outcomes("MOOR451", resourceOf(NSG, { properties: { securityRules: rules } }));
    expect(checks.at(-1)).toBe(`${outcome} ${LIST}`);
  });

  test("rules that are resources of their own", () => {
    const rule = (properties: Record<string, unknown>) => resourceOf(`${NSG}/securityRules`, { properties });
    expect(outcomes("MOOR451", group(), rule(denyOutbound))).toEqual([`unknown ${LIST}`]);
    expect(outcomes("MOOR450", rule({ ...inbound, sourceAddressPrefix: "*" }))).toEqual(["violated properties.sourceAddressPrefix"]);
    expect(outcomes("MOOR451", rule(web), group(), subnet({}))).toEqual(["violated properties.destinationAddressPrefix"]);
    expect(outcomes("MOOR451", rule(web))).toEqual(["unknown properties.destinationAddressPrefix"]);
  });
});

describe("subnets", () => {
  test("the subnets of the components hold", () => {
    const nat = { natGateway: { id: idOf(NAT) } };
    for (const one of [subnet({}), subnet({ delegations: containers, ...nat })])
      expect(outcomes("MOOR453", one).filter((text) => !text.startsWith("holds"))).toEqual([]);
  });

  test.each<[string, string, Value, string]>([
    ["MOOR452", "networkSecurityGroup.id", undefined, "violated"],
    ["MOOR452", "networkSecurityGroup.id", "", "violated"],
    ["MOOR452", "networkSecurityGroup.id", 1, "violated"],
    ["MOOR452", "networkSecurityGroup.id", UNKNOWN, "holds"],
    ["MOOR453", "defaultOutboundAccess", true, "violated"],
    ["MOOR453", "defaultOutboundAccess", "false", "violated"],
    ["MOOR453", "defaultOutboundAccess", undefined, "violated"],
    ["MOOR453", "defaultOutboundAccess", UNKNOWN, "unknown"],
    ["MOOR453", "natGateway.id", idOf(NAT), "violated"],
    ["MOOR453", "natGateway.id", UNKNOWN, "violated"],
    ["MOOR453", "serviceEndpoints", [{ service: "Microsoft.Storage" }], "violated"],
    ["MOOR453", "serviceEndpoints", [], "holds"],
    ["MOOR453", "serviceEndpoints", UNKNOWN, "unknown"],
  ])("%s %s is %p: %s", (code, property, value, outcome) => {
    const properties = { networkSecurityGroup: { id: "nsg" }, defaultOutboundAccess: false };
    const { properties: changed } = bodyWith(`properties.${property}`, value, { properties }) as { properties: Record<string, unknown> };
    const expected = `${outcome} properties.${property}`;
    expect(outcomes(code, resourceOf(SUBNET, { properties: changed }))).toContain(expected);
    const inline = resourceOf(NETWORK, { properties: { subnets: [{ name: "one", properties: changed }] } });
    expect(outcomes(code, inline)).toContain(`${outcome} properties.subnets.0.properties.${property}`);
  });

  test("Azure doesn't show the default access of older subnets", () => {
    const observed = resourceOf(SUBNET, { properties: { networkSecurityGroup: { id: "nsg" } } }, { from: "observed" });
    expect(outcomes("MOOR453", observed)).toContain("unknown properties.defaultOutboundAccess");
  });

  test("a gateway's subnet has no group", () => {
    const gateway = resourceOf(SUBNET, { properties: {} }, { id: idOf(SUBNET, "vnet", "GatewaySubnet") });
    expect(outcomes("MOOR452", gateway)).toEqual(["holds properties.networkSecurityGroup.id"]);
  });

  test("a subnet that Azure returns twice is checked once", () => {
    const one = subnet({});
    const network = resourceOf(NETWORK, { properties: { subnets: [{ id: one.id, name: "one", properties: {} }] } });
    expect(outcomes("MOOR452", network, one)).toEqual([]);
  });
});

describe("public addresses", () => {
  const nat = resourceOf(NAT, { properties: { publicIpAddresses: [{ id: idOf(ADDRESS) }] } });
  const address = resourceOf(ADDRESS, { properties: {} });
  const scripts = subnet({ delegations: containers, natGateway: { id: nat.id } });
  const other = subnet({ natGateway: { id: nat.id } });

  test.each<[string, RuleResource[], string]>([
    ["of the subnet for scripts", [scripts], "holds"],
    ["of another subnet", [other], "violated"],
    ["of no subnet", [], "unknown"],
  ])("%s", (_, subnets, outcome) => {
    expect(outcomes("MOOR454", nat, address, ...subnets)).toEqual([`${outcome} id`]);
    expect(outcomes("MOOR454", address, nat, ...subnets)).toEqual([`${outcome} id`]);
  });

  test("an address that nothing is known to use, and one of a network interface", () => {
    expect(outcomes("MOOR454", address)).toEqual(["unknown id"]);
    expect(outcomes("MOOR454", resourceOf(ADDRESS, { properties: { ipConfiguration: { id: "nic" } } }))).toEqual(["violated id"]);
  });

  test.each([
    ["Microsoft.Network/loadBalancers", { frontendIPConfigurations: [{ properties: { publicIPAddress: { id: "address" } } }] }],
    ["Microsoft.Network/networkInterfaces", { ipConfigurations: [{ properties: { publicIpAddress: { id: "address" } } }] }],
    ["Microsoft.Network/bastionHosts", { ipConfigurations: [{ properties: { publicIPAddress: { id: "address" } } }] }],
  ])("%s with a public IP address", (type, properties) => {
    const [found] = outcomes("MOOR454", resourceOf(type, { properties }));
    expect(found).toMatch(/^violated properties\.\w+\.0\.properties\.publicI[pP]Address$/);
  });

  test("a template gives its resources, so it isn't searched itself", () => {
    const template = { resources: [{ properties: { publicIPAddress: { id: "address" } } }] };
    expect(outcomes("MOOR454", resourceOf("Microsoft.Resources/deployments", { properties: { template } }))).toEqual([]);
  });
});

test.each<[Value, string]>([
  ["Internet", "violated"],
  ["internet", "violated"],
  [undefined, "violated"],
  ["VirtualAppliance", "holds"],
  ["None", "holds"],
  [UNKNOWN, "unknown"],
])("a route whose next hop is %p: %s", (nextHopType, outcome) => {
  const table = resourceOf("Microsoft.Network/routeTables", { properties: { routes: [{ name: "default", properties: { nextHopType } }] } });
  expect(outcomes("MOOR455", table)).toEqual([`${outcome} properties.routes.0.properties.nextHopType`]);
  const route = resourceOf("Microsoft.Network/routeTables/routes", { properties: { nextHopType } });
  expect(outcomes("MOOR455", route)).toEqual([`${outcome} properties.nextHopType`]);
});

test.each<[Value, string[]]>([
  [undefined, ["holds properties.dhcpOptions.dnsServers"]],
  [[], ["holds properties.dhcpOptions.dnsServers"]],
  [
    ["10.1.0.4", "168.63.129.16"],
    ["holds properties.dhcpOptions.dnsServers.0", "holds properties.dhcpOptions.dnsServers.1"],
  ],
  [["8.8.8.8"], ["violated properties.dhcpOptions.dnsServers.0"]],
  [[UNKNOWN], ["unknown properties.dhcpOptions.dnsServers.0"]],
  [UNKNOWN, ["unknown properties.dhcpOptions.dnsServers"]],
])("DNS servers %p", (dnsServers, expected) => {
  expect(outcomes("MOOR456", resourceOf(NETWORK, { properties: { dhcpOptions: { dnsServers } } }))).toEqual(expected);
});

test.each<[Value, string]>([
  [[{ id: "subnet" }], "holds"],
  [[], "violated"],
  [undefined, "violated"],
  ["subnet", "violated"],
  [UNKNOWN, "unknown"],
])("containers in the subnets %p: %s", (subnets, outcome) => {
  const group = resourceOf("Microsoft.ContainerInstance/containerGroups", { properties: { subnetIds: subnets } });
  expect(outcomes("MOOR457", group)).toContain(`${outcome} properties.subnetIds`);
  const script = resourceOf("Microsoft.Resources/deploymentScripts", { properties: { containerSettings: { subnetIds: subnets } } });
  expect(outcomes("MOOR457", script)).toEqual([`${outcome} properties.containerSettings.subnetIds`]);
});

test("private addresses", () => {
  const privates = [
    "10.0.0.0/8",
    "10.1.2.3",
    "172.16.0.0/12",
    "172.31.255.255",
    "192.168.1.0/24",
    "100.64.0.0/10",
    "fd00::/8",
    "168.63.129.16",
  ];
  const publics = [
    "10.0.0.0/7",
    "172.32.0.0/16",
    "172.16.0.0/11",
    "0.0.0.0/0",
    "::/0",
    "11.0.0.1",
    "2001:db8::/32",
    "168.63.129.0/24",
    "10.0.0",
    "",
    "10.0.0.1/33",
    "10.0.0.1/x",
  ];
  expect(privates.filter((one) => !isPrivate(one))).toEqual([]);
  expect(publics.filter(isInside)).toEqual([]);
});
