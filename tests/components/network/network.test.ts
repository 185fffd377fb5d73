// Proves the resources of the network, and that ARM's schemas accept them. Doesn't prove that Azure accepts them, nor name resolution.
import { NetworkSecurityGroup, Subnet, VirtualNetwork } from "@pulumi/azure-native/network";
import { firstSubnet, Network, type NetworkArgs } from "../../../components/network/network";
import { DNS_ZONE_NAMES } from "../../../components/network/privateLink";
import { armRequest, find, listing, record, SUBSCRIPTION, schemaErrors } from "../recorder";

const base: NetworkArgs = {
  stack: "dev",
  suffix: "x7k2p9",
  resourceGroupName: "rg",
  location: "swedencentral",
  network: { create: { addressSpace: "10.40.0.0/22" } },
  tags: { owner: "ml" },
};
const subnetId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/spoke/subnets/endpoints`;
const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network`;
const make = (args: Partial<NetworkArgs> = {}, preview = false) => record(() => new Network("network", { ...base, ...args }), { preview });

test.each([false, true])(
  "A created network is a virtual network, a subnet with a security group, and six linked zones (preview %s).",
  async (preview) => {
    const recording = await make({}, preview);
    expect(listing(recording)).toEqual(
      [
        "network: moor:index:Network",
        "network-nsg: network:NetworkSecurityGroup",
        "network-private-endpoints: network:Subnet",
        "network-vnet: network:VirtualNetwork",
        ...DNS_ZONE_NAMES.flatMap((zone) => [
          `network-${zone}: privatedns:PrivateZone`,
          `network-${zone}-link: privatedns:VirtualNetworkLink`,
        ]),
      ].sort(),
    );
    expect(DNS_ZONE_NAMES).toHaveLength(6);
    expect(recording.resources.filter(({ custom }) => custom).every(({ parent }) => parent === "network")).toBe(true);
  },
);

test("The bodies are suitable for private endpoints, and ARM's schemas accept them.", async () => {
  const recording = await make();
  expect(armRequest(find(recording, "network-vnet")).body).toEqual({
    location: "swedencentral",
    tags: { owner: "ml" },
    properties: { addressSpace: { addressPrefixes: ["10.40.0.0/22"] }, enableDdosProtection: false, enableVmProtection: false },
  });
  expect(armRequest(find(recording, "network-private-endpoints")).body).toEqual({
    properties: {
      addressPrefix: "10.40.0.0/26",
      networkSecurityGroup: { id: `${group}/networkSecurityGroups/nsg-dev-x7k2p9` },
      privateEndpointNetworkPolicies: "Disabled",
      privateLinkServiceNetworkPolicies: "Enabled",
      defaultOutboundAccess: false,
    },
  });
  const anything = { protocol: "*", sourceAddressPrefix: "*", sourcePortRange: "*", destinationAddressPrefix: "*" };
  const denied = { ...anything, destinationPortRange: "*", priority: 4096, access: "Deny" };
  const clients = { ...anything, protocol: "Tcp", sourceAddressPrefix: "VirtualNetwork", destinationAddressPrefix: "VirtualNetwork" };
  expect(armRequest(find(recording, "network-nsg")).body).toEqual({
    location: "swedencentral",
    tags: { owner: "ml" },
    properties: {
      securityRules: [
        {
          name: "AllowClientsInbound",
          properties: {
            ...clients,
            description: "Clients in connected networks reach the private endpoints by HTTPS and SMB.",
            destinationPortRanges: ["443", "445"],
            priority: 100,
            direction: "Inbound",
            access: "Allow",
          },
        },
        {
          name: "DenyOtherInbound",
          properties: { ...denied, description: "Everything else is denied, also within the network.", direction: "Inbound" },
        },
        { name: "DenyOutbound", properties: { ...denied, description: "Private endpoints open no connections.", direction: "Outbound" } },
      ],
    },
  });
  expect(recording.resources.filter(({ custom }) => custom).flatMap(schemaErrors)).toEqual([]);
});

test("The stack doesn't revert the DDoS protection plan that a policy sets.", async () => {
  expect(find(await make(), "network-vnet").ignoreChanges).toEqual(["subnets", "enableDdosProtection", "ddosProtectionPlan"]);
});

test("An existing security group is used as given.", async () => {
  const existing = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/networkSecurityGroups/theirs`;
  const recording = await make({ network: { create: { addressSpace: "10.40.0.0/22", securityGroup: { existing } } } });
  expect(recording.resources.filter(({ type }) => type.endsWith(":NetworkSecurityGroup"))).toEqual([]);
  expect(find(recording, "network-private-endpoints").inputs.networkSecurityGroup).toEqual({ id: existing });
});

test.each([false, true])("The created subnet never exists without a network security group (preview %s).", async (preview) => {
  const recording = await make({}, preview);
  const subnet = find(recording, "network-private-endpoints");
  expect(subnet.inputs).toHaveProperty("networkSecurityGroup");
  expect(subnet.dependsOn).toContain("network-nsg");
  // A virtual network with inline subnets would have them before the security group.
  expect(find(recording, "network-vnet").inputs).not.toHaveProperty("subnets");
});

test("An existing subnet is used as given, and its network gets the zones.", async () => {
  const recording = await make({ network: { existing: { subnetId } } });
  expect(recording.resources).toHaveLength(1 + 12);
  expect(recording.outputs.network).toMatchObject({ subnetId, virtualNetworkId: subnetId.replace("/subnets/endpoints", "") });
  expect(armRequest(find(recording, "network-privatelink.azurecr.io-link")).body).toMatchObject({
    properties: { virtualNetwork: { id: subnetId.replace("/subnets/endpoints", "") }, registrationEnabled: false },
  });
});

test("With dns: policy, no zones are created.", async () => {
  const recording = await make({ network: { existing: { subnetId } }, dns: "policy" });
  expect(listing(recording)).toEqual(["network: moor:index:Network"]);
});

test("A transform changes a child's arguments last, as values or as a function.", async () => {
  const recording = await make({
    transform: {
      virtualNetwork: { flowTimeoutInMinutes: 10 },
      subnet: (args, opts) => {
        args.defaultOutboundAccess = true;
        opts.protect = true;
      },
    },
  });
  expect(find(recording, "network-vnet").inputs.flowTimeoutInMinutes).toBe(10);
  expect(find(recording, "network-private-endpoints")).toMatchObject({ inputs: { defaultOutboundAccess: true }, protect: true });
});

test.each([
  ["10.40.0.0/22", "10.40.0.0/26"],
  ["10.40.0.0/26", "10.40.0.0/26"],
  ["10.40.0.0/28", "10.40.0.0/28"],
])("The first subnet of %s is %s.", (addressSpace, subnet) => {
  expect(firstSubnet(addressSpace)).toBe(subnet);
});

test("Its nodes are the created resources, without adopted ones.", async () => {
  const nodesOf = async (args: Partial<NetworkArgs> = {}) => ((await make(args)).result as Network).nodes;
  const own = await nodesOf();
  expect([VirtualNetwork.isInstance(own.virtualNetwork), Subnet.isInstance(own.subnet)]).toEqual([true, true]);
  expect(NetworkSecurityGroup.isInstance(own.securityGroup)).toBe(true);
  expect(Object.keys(own.dnsZones)).toEqual(DNS_ZONE_NAMES);
  const subnetId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/v/subnets/s`;
  expect(await nodesOf({ network: { existing: { subnetId } }, dns: "policy" })).toEqual({ dnsZones: {} });
});
