/** Networks and roles. */
import { addition, type Case, change, unwanted } from "./case";

const rule = (direction: string, access: string, source: string, destination: string) => ({
  ...{ name: "Added", priority: 200, direction, access, protocol: "Tcp", sourcePortRange: "*", destinationPortRange: "443" },
  ...{ sourceAddressPrefix: source, destinationAddressPrefix: destination },
});

const closed = { name: "DenyOutbound", priority: 4096, direction: "Outbound", access: "Deny", protocol: "*", sourcePortRange: "*" };
const denyOut = { ...closed, destinationPortRange: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*" };

const networks: readonly Case[] = [
  change(
    "a subnet without a security group",
    "MOOR452",
    "network-private-endpoints",
    "networkSecurityGroup",
    [undefined, { id: "{network-nsg:id}" }],
    "properties.networkSecurityGroup.id",
  ),
  change("a subnet with access to the internet", "MOOR453", "network-private-endpoints", "defaultOutboundAccess", [true, false]),
  change(
    "a subnet with a NAT gateway",
    "MOOR453",
    "network-private-endpoints",
    "natGateway",
    [{ id: "{hub}/Microsoft.Network/natGateways/out" }, undefined],
    "properties.natGateway.id",
  ),
  change("a subnet with service endpoints", "MOOR453", "network-private-endpoints", "serviceEndpoints", [
    [{ service: "Microsoft.Storage" }],
    [],
  ]),
  change(
    "traffic from the internet",
    "MOOR450",
    "network-nsg",
    "securityRules",
    [
      [rule("Inbound", "Allow", "Internet", "*"), denyOut],
      [rule("Inbound", "Allow", "VirtualNetwork", "*"), denyOut],
    ],
    "properties.securityRules.0.properties.sourceAddressPrefix",
  ),
  change(
    "traffic from any address",
    "MOOR450",
    "network-nsg",
    "securityRules",
    [
      [rule("Inbound", "Allow", "*", "*"), denyOut],
      [rule("Inbound", "Deny", "*", "*"), denyOut],
    ],
    "properties.securityRules.0.properties.sourceAddressPrefix",
  ),
  change(
    "traffic to an address abroad",
    "MOOR451",
    "network-nsg",
    "securityRules",
    [
      [rule("Outbound", "Allow", "*", "203.0.113.7"), denyOut],
      [rule("Outbound", "Allow", "*", "10.40.0.0/22"), denyOut],
    ],
    "properties.securityRules.0.properties.destinationAddressPrefix",
  ),
  unwanted(
    "a public IP address",
    "MOOR454",
    "network:PublicIPAddress",
    "id",
    { publicIpAddressName: "open", location: "swedencentral", sku: { name: "Standard" }, publicIPAllocationMethod: "Static" },
    {
      token: "network:NetworkSecurityGroup",
      inputs: { networkSecurityGroupName: "more", location: "swedencentral", securityRules: [denyOut] },
    },
  ),
  unwanted(
    "a NAT gateway",
    "MOOR454",
    "network:NatGateway",
    "id",
    { natGatewayName: "out", location: "swedencentral", sku: { name: "Standard" } },
    {
      token: "network:NetworkSecurityGroup",
      inputs: { networkSecurityGroupName: "more", location: "swedencentral", securityRules: [denyOut] },
    },
  ),
  change(
    "HTTPS to the internet",
    "MOOR451",
    "network-nsg",
    "securityRules",
    [
      [rule("Outbound", "Allow", "*", "Internet"), denyOut],
      [rule("Outbound", "Allow", "*", "VirtualNetwork"), denyOut],
    ],
    "properties.securityRules.0.properties.destinationAddressPrefix",
  ),
  change("outbound traffic that nothing denies", "MOOR451", "network-nsg", "securityRules", [[], [denyOut]], "properties.securityRules"),
  addition("a route to the internet", "MOOR455", "resources:Resource", "properties.routes.0.properties.nextHopType", [
    {
      ...{ apiVersion: "2024-05-01", resourceProviderNamespace: "Microsoft.Network", parentResourcePath: "" },
      ...{ resourceType: "routeTables", resourceName: "out", location: "swedencentral" },
      properties: { routes: [{ name: "all", properties: { addressPrefix: "0.0.0.0/0", nextHopType: "Internet" } }] },
    },
    {
      properties: {
        routes: [
          { name: "all", properties: { addressPrefix: "0.0.0.0/0", nextHopType: "VirtualAppliance", nextHopIpAddress: "10.0.0.4" } },
        ],
      },
    },
  ]),
  change(
    "a DNS server on the internet",
    "MOOR456",
    "network-vnet",
    "dhcpOptions",
    [{ dnsServers: ["8.8.8.8"] }, { dnsServers: ["10.40.0.4"] }],
    "properties.dhcpOptions.dnsServers.0",
  ),
  addition("a container outside the network", "MOOR457", "containerinstance:ContainerGroup", "properties.subnetIds", [
    {
      ...{ containerGroupName: "more", location: "swedencentral", osType: "Linux" },
      containers: [{ name: "one", image: "{platform-registry:name}.azurecr.io/one:1", resources: { requests: { cpu: 1, memoryInGB: 1 } } }],
    },
    { subnetIds: [{ id: "{network-private-endpoints:id}" }] },
  ]),
];

const STRANGER = "99999999-9999-4999-8999-999999999999";
const INVOKER = "3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41";
const role = (id: string) => `/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const OWNER = role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635");
const score = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action";

const roles: readonly Case[] = [
  change("a stranger who calls an endpoint", "MOOR480", "chat-invoker-*-5d1b-4f0e-9a57-2b6f0c9d7e41", "principalId", [STRANGER, INVOKER]),
  change("a stranger who reads weights", "MOOR480", "chat-blob-reader", "principalId", [STRANGER, "{chat-identity:principalId}"]),
  change("a broader role", "MOOR481", "chat-acr-pull", "roleDefinitionId", [OWNER, role("7f951dda-4ed3-4680-a7ca-43fe172d538d")]),
  change("a role that writes weights", "MOOR481", "fraud-blob-reader", "roleDefinitionId", [
    role("b7e6dc6d-f1e8-4753-8033-0f276bb0955b"),
    role("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
  ]),
  addition("a role of a stranger", "MOOR480", "authorization:RoleAssignment", "properties.principalId", [
    {
      ...{ roleAssignmentName: "88888888-8888-4888-8888-888888888888", scope: "{chat-endpoint:id}", principalId: STRANGER },
      ...{ principalType: "User", roleDefinitionId: "{chat-invoker-role:id}" },
    },
    { principalId: INVOKER },
  ]),
  change(
    "a role that can do everything",
    "MOOR483",
    "chat-invoker-role",
    "permissions",
    [[{ actions: ["*"], notActions: [] }], [{ actions: [score], notActions: [] }]],
    "properties.permissions.0.actions.0",
  ),
  change(
    "a role that reads keys",
    "MOOR483",
    "chat-invoker-role",
    "permissions",
    [
      [{ actions: [score, "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/listKeys/action"], notActions: [] }],
      [{ actions: [score], notActions: [] }],
    ],
    "properties.permissions.0.actions.1",
  ),
  change(
    "a role for the whole subscription",
    "MOOR483",
    "chat-invoker-role",
    "assignableScopes",
    [["/subscriptions/{subscription}"], ["{moor:id}"]],
    "properties.assignableScopes.0",
  ),
];

export const networkCases: readonly Case[] = [...networks, ...roles];
