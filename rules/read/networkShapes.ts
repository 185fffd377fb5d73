/**
 * Shapes of network objects, which contain each other. Source: azure-rest-api-specs, network 2024-05-01; the schema of azure-native 3.28.
 */
import type { Shape } from "./shape";

/** Properties of a network object that are not in `properties`. */
const beside = ["id", "name", "type", "location", "tags", "sku", "zones", "extendedLocation", "etag"];
const flat = (): Shape => ({ beside });

export const natGateway = (): Shape => ({ beside });
export const publicIpAddress = (): Shape => ({
  beside,
  parts: { servicePublicIPAddress: publicIpAddress, linkedPublicIPAddress: publicIpAddress, natGateway },
});
export const securityRule = (): Shape => ({
  beside,
  parts: { sourceApplicationSecurityGroups: flat, destinationApplicationSecurityGroups: flat },
});
export const securityGroup = (): Shape => ({ beside, parts: { securityRules: securityRule } });
export const routeTable = (): Shape => ({ beside, parts: { routes: flat } });
export const endpointPolicy = (): Shape => ({ beside, parts: { serviceEndpointPolicyDefinitions: flat } });
export const peering = (): Shape => ({ beside });
export const subnet = (): Shape => ({
  beside,
  parts: {
    networkSecurityGroup: securityGroup,
    routeTable,
    serviceEndpointPolicies: endpointPolicy,
    delegations: flat,
    applicationGatewayIPConfigurations: () => ({ beside, parts: {} }),
  },
});
export const virtualNetwork = (): Shape => ({ beside, parts: { subnets: subnet, virtualNetworkPeerings: peering } });
export const privateEndpoint = (): Shape => ({
  beside,
  parts: {
    subnet,
    applicationSecurityGroups: flat,
    privateLinkServiceConnections: flat,
    manualPrivateLinkServiceConnections: flat,
    ipConfigurations: flat,
  },
});
export const zoneGroup = (): Shape => ({ beside, parts: { privateDnsZoneConfigs: flat } });
