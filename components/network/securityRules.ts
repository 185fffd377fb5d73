/** Rules of a network security group on a subnet that holds private endpoints and nothing else. Source: Azure docs, network-security-groups-overview. */
import type * as network from "@pulumi/azure-native/network";

type SecurityRules = Extract<NonNullable<network.NetworkSecurityGroupArgs["securityRules"]>, readonly unknown[]>;

const anything = { protocol: "*", sourceAddressPrefix: "*", sourcePortRange: "*", destinationAddressPrefix: "*" } as const;

/** The last priority that a rule can have; Azure's default rules come after it. */
const lastPriority = 4096;

/**
 * Clients in the virtual network, in peered networks and on connected premises (the service tag `VirtualNetwork`) reach the private endpoints by
 * HTTPS, and file shares by SMB. Private endpoints open no connections, so everything else is denied in both directions. Answers to clients
 * pass, because a network security group is stateful.
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
