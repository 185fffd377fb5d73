// Proves what the network asks the engine for and that ARM's schemas accept it. Doesn't prove that Azure accepts it, nor name resolution.
import { Subnet, VirtualNetwork } from "@pulumi/azure-native/network";
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
const make = (args: Partial<NetworkArgs> = {}, preview = false) => record(() => new Network("network", { ...base, ...args }), { preview });

test.each([false, true])("A network of our own is a network, a subnet, and six linked zones (preview %s).", async (preview) => {
  const recording = await make({}, preview);
  expect(listing(recording)).toEqual(
    [
      "network: moor:index:Network",
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
});

test("The bodies are those of private endpoints' subnets, and ARM's schemas accept them.", async () => {
  const recording = await make();
  expect(armRequest(find(recording, "network-vnet")).body).toEqual({
    location: "swedencentral",
    tags: { owner: "ml" },
    properties: { addressSpace: { addressPrefixes: ["10.40.0.0/22"] }, enableDdosProtection: false, enableVmProtection: false },
  });
  expect(armRequest(find(recording, "network-private-endpoints")).body).toEqual({
    properties: {
      addressPrefix: "10.40.0.0/26",
      privateEndpointNetworkPolicies: "Disabled",
      privateLinkServiceNetworkPolicies: "Enabled",
      defaultOutboundAccess: false,
    },
  });
  expect(recording.resources.filter(({ custom }) => custom).flatMap(schemaErrors)).toEqual([]);
});

test.each([false, true])("The created subnet never exists without a network security group (preview %s).", async (preview) => {
  const recording = await make({}, preview);
  const subnet = find(recording, "network-private-endpoints");
  expect(subnet.inputs).toHaveProperty("networkSecurityGroup");
  expect(subnet.dependsOn).toContain("network-nsg");
  // A network that is made with subnets inside would have them before the group.
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

test("Zones of the landing zone are not made.", async () => {
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
])("Of %s the first subnet is %s.", (addressSpace, subnet) => {
  expect(firstSubnet(addressSpace)).toBe(subnet);
});

test("It offers what it made, and nothing of what the landing zone made.", async () => {
  const nodesOf = async (args: Partial<NetworkArgs> = {}) => ((await make(args)).result as Network).nodes;
  const own = await nodesOf();
  expect([VirtualNetwork.isInstance(own.virtualNetwork), Subnet.isInstance(own.subnet)]).toEqual([true, true]);
  expect(Object.keys(own.dnsZones)).toEqual(DNS_ZONE_NAMES);
  const subnetId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/v/subnets/s`;
  expect(await nodesOf({ network: { existing: { subnetId } }, dns: "policy" })).toEqual({ dnsZones: {} });
});
