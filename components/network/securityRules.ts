/**
 * Rules of the network security group of a subnet that contains only private endpoints. Source: Azure docs,
 * network-security-groups-overview.
 */
import type * as network from "@pulumi/azure-native/network";

type SecurityRules = Extract<NonNullable<network.NetworkSecurityGroupArgs["securityRules"]>, readonly unknown[]>;

const anything = { protocol: "*", sourceAddressPrefix: "*", sourcePortRange: "*", destinationAddressPrefix: "*" } as const;

/** The lowest priority of a custom rule; Azure's default rules are evaluated after it. */
const lastPriority = 4096;

/**
 * Clients in the virtual network, in peered networks and in connected on-premises networks (the service tag `VirtualNetwork`) reach the
 * private endpoints over HTTPS, and file shares over SMB. Private endpoints open no connections, so all other traffic is denied in
 * both directions. Responses to clients are allowed, because a network security group is stateful.
 */
export const privateEndpointRules: SecurityRules = [
  {
    ...anything,
    name: "AllowClientsInbound",
    description: "Clients in connected networks reach the private endpoints by HTTPS and SMB.",
    priority: 100,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourceAddressPrefix: "VirtualNetwork",
    destinationAddressPrefix: "VirtualNetwork",
    destinationPortRanges: ["443", "445"],
  },
  {
    ...anything,
    name: "DenyOtherInbound",
    description: "Everything else is denied, also within the network.",
    priority: lastPriority,
    direction: "Inbound",
    access: "Deny",
    destinationPortRange: "*",
  },
  {
    ...anything,
    name: "DenyOutbound",
    description: "Private endpoints open no connections.",
    priority: lastPriority,
    direction: "Outbound",
    access: "Deny",
    destinationPortRange: "*",
  },
];
