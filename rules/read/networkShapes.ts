/**
 * Shapes of network objects, which contain each other. Source: azure-rest-api-specs, network 2024-05-01; the schema of azure-native 3.28.
 */
import type { Shape } from "./shape";

/** Properties of a network object that are not in `properties`. */
const outer = ["id", "name", "type", "location", "tags", "sku", "zones", "extendedLocation", "etag"];
const flat = (): Shape => ({ outer });

export const natGateway = (): Shape => ({ outer });
export const publicIpAddress = (): Shape => ({
  outer,
  parts: { servicePublicIPAddress: publicIpAddress, linkedPublicIPAddress: publicIpAddress, natGateway },
});
export const securityRule = (): Shape => ({
  outer,
  parts: { sourceApplicationSecurityGroups: flat, destinationApplicationSecurityGroups: flat },
});
export const securityGroup = (): Shape => ({ outer, parts: { securityRules: securityRule } });
export const routeTable = (): Shape => ({ outer, parts: { routes: flat } });
const endpointPolicy = (): Shape => ({ outer, parts: { serviceEndpointPolicyDefinitions: flat } });
export const peering = (): Shape => ({ outer });
export const subnet = (): Shape => ({
  outer,
  parts: {
    networkSecurityGroup: securityGroup,
    routeTable,
    serviceEndpointPolicies: endpointPolicy,
    delegations: flat,
    applicationGatewayIPConfigurations: () => ({ outer, parts: {} }),
  },
});
export const virtualNetwork = (): Shape => ({ outer, parts: { subnets: subnet, virtualNetworkPeerings: peering } });
export const privateEndpoint = (): Shape => ({
  outer,
  parts: {
    subnet,
    applicationSecurityGroups: flat,
    privateLinkServiceConnections: flat,
    manualPrivateLinkServiceConnections: flat,
    ipConfigurations: flat,
  },
});
export const zoneGroup = (): Shape => ({ outer, parts: { privateDnsZoneConfigs: flat } });
