/**
 * Shapes of azure-native's resource types. Only differences from the default shape have a row. Source: azure-rest-api-specs; the schema of
 * azure-native 3.28.
 */
import * as network from "./networkShapes";
import type { Shape } from "./shape";

/** Properties of ARM's resources that are not in `properties`. */
const envelope = ["location", "tags", "sku", "kind", "identity", "zones", "extendedLocation", "plan", "managedBy", "eTag", "properties"];
const identity = (): Shape => ({ maps: ["userAssignedIdentities"] });
const ipRule = (): Shape => ({ renames: { iPAddressOrRange: "value" } });
const named = (): Shape => ({ outer: ["id", "name", "type", "location", "tags"] });
const odata = (): Shape => ({ renames: { odataType: "odata.type" } });
const without = (name: string): readonly string[] => envelope.filter((other) => other !== name);

const receiver = (): Shape => ({ outer: ["endpointType"] });
const delivery = (): Shape => ({ parts: { destination: receiver, deadLetterDestination: receiver } });
const eventSubscription: Shape = {
  parts: {
    destination: receiver,
    deadLetterDestination: receiver,
    deliveryWithResourceIdentity: delivery,
    deadLetterWithResourceIdentity: delivery,
  },
};

const shapes: Readonly<Record<string, Shape>> = {
  "applicationinsights:Component": {
    renames: {
      applicationType: "Application_Type",
      flowType: "Flow_Type",
      requestSource: "Request_Source",
      hockeyAppId: "HockeyAppId",
      samplingPercentage: "SamplingPercentage",
      retentionInDays: "RetentionInDays",
      disableIpMasking: "DisableIpMasking",
      immediatePurgeDataOn30Days: "ImmediatePurgeDataOn30Days",
      workspaceResourceId: "WorkspaceResourceId",
      ingestionMode: "IngestionMode",
      disableLocalAuth: "DisableLocalAuth",
      forceCustomerStorageForProfiler: "ForceCustomerStorageForProfiler",
    },
  },
  "authorization:RoleDefinition": { renames: { roleType: "type" } },
  "containerinstance:ContainerGroup": { outer: without("sku"), parts: { containers: named, initContainers: named, extensions: named } },
  "containerregistry:Registry": { parts: { networkRuleSet: () => ({ parts: { ipRules: ipRule } }) } },
  ...Object.fromEntries(
    [
      "EventSubscription",
      "DomainEventSubscription",
      "DomainTopicEventSubscription",
      "SystemTopicEventSubscription",
      "TopicEventSubscription",
    ].map((name) => [`eventgrid:${name}`, eventSubscription]),
  ),
  "keyvault:Secret": {
    parts: { properties: () => ({ parts: { attributes: () => ({ renames: { expires: "exp", notBefore: "nbf" } }) } }) },
  },
  "machinelearningservices:Registry": { parts: { registryPrivateEndpointConnections: named } },
  "machinelearningservices:Workspace": { parts: { sharedPrivateLinkResources: named } },
  "monitor:AutoscaleSetting": {
    parts: {
      profiles: () => ({ parts: { rules: () => ({ parts: { metricTrigger: () => ({ parts: { dimensions: metricDimension } }) } }) } }),
    },
  },
  "monitor:MetricAlert": { parts: { criteria: odata } },
  "network:NatGateway": network.natGateway(),
  "network:NetworkSecurityGroup": network.securityGroup(),
  "network:PrivateDnsZoneGroup": network.zoneGroup(),
  "network:PrivateEndpoint": network.privateEndpoint(),
  "network:PublicIPAddress": network.publicIpAddress(),
  "network:RouteTable": network.routeTable(),
  "network:SecurityRule": network.securityRule(),
  "network:Subnet": network.subnet(),
  "network:VirtualNetwork": network.virtualNetwork(),
  "network:VirtualNetworkPeering": network.peering(),
  "operationalinsights:DataExport": { nested: { resourceId: ["destination"], eventHubName: ["destination", "metaData"] } },
  "operationalinsights:Workspace": { outer: without("sku") },
  "storage:StorageAccountStaticWebsite": {
    nested: { indexDocument: ["staticWebsite"], error404Document: ["staticWebsite"] },
    implied: { staticWebsite: { enabled: true } },
  },
  "storage:StorageAccount": {
    renames: { networkRuleSet: "networkAcls", enableHttpsTrafficOnly: "supportsHttpsTrafficOnly", enableNfsV3: "isNfsV3Enabled" },
    parts: {
      networkRuleSet: () => ({ parts: { ipRules: ipRule, virtualNetworkRules: () => ({ renames: { virtualNetworkResourceId: "id" } }) } }),
      encryption: () => ({
        renames: { keyVaultProperties: "keyvaultproperties", encryptionIdentity: "identity" },
        parts: {
          keyVaultProperties: () => ({ renames: { keyName: "keyname", keyVersion: "keyversion", keyVaultUri: "keyvaulturi" } }),
          encryptionIdentity: () => ({
            renames: {
              encryptionUserAssignedIdentity: "userAssignedIdentity",
              encryptionFederatedIdentityClientId: "federatedIdentityClientId",
            },
          }),
        },
      }),
    },
  },
};

function metricDimension(): Shape {
  return { renames: { dimensionName: "DimensionName", operator: "Operator", values: "Values" } };
}

/**
 * The shape of a resource type. The default: everything but ARM's common properties is in `properties`. A class with an input `properties` is
 * not flattened.
 * @param name For example `storage:StorageAccount`.
 */
export function shapeOf(name: string, inputs: object): Shape {
  const shape = Object.hasOwn(shapes, name) ? shapes[name]! : {};
  const flattened = !Object.hasOwn(inputs, "properties");
  return { ...shape, outer: flattened ? (shape.outer ?? envelope) : undefined, parts: { identity, ...shape.parts } };
}
