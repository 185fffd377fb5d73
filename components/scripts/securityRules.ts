/**
 * Rules of the network security group of the subnet in which deployment scripts run. Source: Azure docs, network-security-groups-overview and
 * service-tags-overview; azure-resource-manager/bicep/deployment-script-vnet-private-endpoint.
 */
import type * as network from "@pulumi/azure-native/network";

type SecurityRules = Extract<NonNullable<network.NetworkSecurityGroupArgs["securityRules"]>, readonly unknown[]>;

const anything = { protocol: "*", sourceAddressPrefix: "*", sourcePortRange: "*", destinationAddressPrefix: "*" } as const;

/** The lowest priority of a custom rule; Azure's default rules are evaluated after it. */
const lastPriority = 4096;

/**
 * A script receives no connections. It opens HTTPS connections to the internet (Microsoft Artifact Registry, Microsoft Entra ID, Hugging
 * Face) and to the private endpoints, and Azure Container Instances mounts the file share with the script by SMB, which uses port 445.
 * Source of the port: Azure docs, storage/files/storage-files-networking-overview. It asks DNS servers of the network, if the network has
 * its own. Everything else is denied. Azure DNS and the metadata service are platform addresses, which these rules don't block.
 */
export const scriptRules: SecurityRules = [
  {
    ...anything,
    name: "DenyInbound",
    description: "Scripts receive no connections.",
    priority: lastPriority,
    direction: "Inbound",
    access: "Deny",
    destinationPortRange: "*",
  },
  {
    ...anything,
    name: "AllowPrivateEndpointsOutbound",
    description: "Scripts reach the private endpoints by HTTPS, and the file share with their files by SMB.",
    priority: 100,
    direction: "Outbound",
    access: "Allow",
    protocol: "Tcp",
    destinationAddressPrefix: "VirtualNetwork",
    destinationPortRanges: ["443", "445"],
  },
  {
    ...anything,
    name: "AllowDnsOutbound",
    description: "Scripts ask the DNS servers of the network.",
    priority: 110,
    direction: "Outbound",
    access: "Allow",
    destinationAddressPrefix: "VirtualNetwork",
    destinationPortRange: "53",
  },
  {
    ...anything,
    name: "AllowInternetOutbound",
    description: "Scripts reach Microsoft Artifact Registry, Microsoft Entra ID and Hugging Face by HTTPS.",
    priority: 200,
    direction: "Outbound",
    access: "Allow",
    protocol: "Tcp",
    destinationAddressPrefix: "Internet",
    destinationPortRange: "443",
  },
  {
    ...anything,
    name: "DenyOtherOutbound",
    description: "Everything else is denied, also within the network.",
    priority: lastPriority,
    direction: "Outbound",
    access: "Deny",
    destinationPortRange: "*",
  },
];
