/**
 * Resource types of Azure Resource Manager: for each token of Pulumi's azure-native, the template of the resource's ID and the API version that
 * azure-native 3.28 uses. Source: azure-rest-api-specs; the schema of azure-native 3.28.
 */
import { parseArmId } from "./armId";

export interface ResourceType {
  /** Template of the ID. The parameters in braces are inputs of azure-native's class, except the subscription. */
  readonly idTemplate: string;
  readonly apiVersion: string;
}

/** By token, without `azure-native:`. */
export const resourceTypes = {
  "applicationinsights:Component": inGroup("Microsoft.Insights/components/{resourceName}", "2020-02-02"),
  "authorization:ManagementLockAtResourceGroupLevel": inGroup("Microsoft.Authorization/locks/{lockName}", "2020-05-01"),
  "authorization:ManagementLockByScope": onScope("Microsoft.Authorization/locks/{lockName}", "2020-05-01"),
  "authorization:RoleAssignment": onScope("Microsoft.Authorization/roleAssignments/{roleAssignmentName}", "2022-04-01"),
  "authorization:RoleDefinition": onScope("Microsoft.Authorization/roleDefinitions/{roleDefinitionId}", "2022-05-01-preview"),
  "consumption:Budget": onScope("Microsoft.Consumption/budgets/{budgetName}", "2024-08-01"),
  "containerinstance:ContainerGroup": inGroup("Microsoft.ContainerInstance/containerGroups/{containerGroupName}", "2024-05-01-preview"),
  "containerregistry:Registry": inGroup("Microsoft.ContainerRegistry/registries/{registryName}", "2023-01-01-preview"),
  "containerregistry:Replication": inGroup(
    "Microsoft.ContainerRegistry/registries/{registryName}/replications/{replicationName}",
    "2024-11-01-preview",
  ),
  "containerregistry:Task": inGroup("Microsoft.ContainerRegistry/registries/{registryName}/tasks/{taskName}", "2019-06-01-preview"),
  "containerregistry:TaskRun": inGroup(
    "Microsoft.ContainerRegistry/registries/{registryName}/taskRuns/{taskRunName}",
    "2019-06-01-preview",
  ),
  "keyvault:Secret": inGroup("Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}", "2024-11-01"),
  "keyvault:Vault": inGroup("Microsoft.KeyVault/vaults/{vaultName}", "2024-11-01"),
  "machinelearningservices:CodeContainer": inWorkspace("codes/{name}", "2025-12-01"),
  "machinelearningservices:CodeVersion": inWorkspace("codes/{name}/versions/{version}", "2025-12-01"),
  "machinelearningservices:Compute": inWorkspace("computes/{computeName}", "2025-12-01"),
  "machinelearningservices:Datastore": inWorkspace("datastores/{name}", "2025-12-01"),
  "machinelearningservices:EnvironmentContainer": inWorkspace("environments/{name}", "2025-12-01"),
  "machinelearningservices:EnvironmentVersion": inWorkspace("environments/{name}/versions/{version}", "2025-12-01"),
  "machinelearningservices:ManagedNetworkSettingsRule": inWorkspace("outboundRules/{ruleName}", "2025-12-01"),
  "machinelearningservices:ModelContainer": inWorkspace("models/{name}", "2025-12-01"),
  "machinelearningservices:ModelVersion": inWorkspace("models/{name}/versions/{version}", "2025-12-01"),
  "machinelearningservices:OnlineDeployment": inWorkspace("onlineEndpoints/{endpointName}/deployments/{deploymentName}", "2025-12-01"),
  "machinelearningservices:OnlineEndpoint": inWorkspace("onlineEndpoints/{endpointName}", "2025-12-01"),
  "machinelearningservices:Registry": inGroup("Microsoft.MachineLearningServices/registries/{registryName}", "2025-12-01"),
  "machinelearningservices:RegistryEnvironmentVersion": inGroup(
    "Microsoft.MachineLearningServices/registries/{registryName}/environments/{environmentName}/versions/{version}",
    "2025-12-01",
  ),
  "machinelearningservices:RegistryModelVersion": inGroup(
    "Microsoft.MachineLearningServices/registries/{registryName}/models/{modelName}/versions/{version}",
    "2025-12-01",
  ),
  "machinelearningservices:Workspace": inGroup("Microsoft.MachineLearningServices/workspaces/{workspaceName}", "2025-12-01"),
  "machinelearningservices:WorkspaceConnection": inWorkspace("connections/{connectionName}", "2025-12-01"),
  "managedidentity:FederatedIdentityCredential": inGroup(
    "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}",
    "2023-01-31",
  ),
  "managedidentity:UserAssignedIdentity": inGroup("Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}", "2023-01-31"),
  "monitor:ActionGroup": inGroup("Microsoft.Insights/actionGroups/{actionGroupName}", "2024-10-01-preview"),
  "monitor:AutoscaleSetting": inGroup("Microsoft.Insights/autoscalesettings/{autoscaleSettingName}", "2021-05-01-preview"),
  "monitor:DiagnosticSetting": onScope("Microsoft.Insights/diagnosticSettings/{name}", "2021-05-01-preview", "resourceUri"),
  "monitor:MetricAlert": inGroup("Microsoft.Insights/metricAlerts/{ruleName}", "2018-03-01"),
  "monitor:ScheduledQueryRule": inGroup("Microsoft.Insights/scheduledQueryRules/{ruleName}", "2025-01-01-preview"),
  "network:NatGateway": inGroup("Microsoft.Network/natGateways/{natGatewayName}", "2024-05-01"),
  "network:NetworkSecurityGroup": inGroup("Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}", "2024-05-01"),
  "network:PrivateDnsZoneGroup": inGroup(
    "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}",
    "2024-05-01",
  ),
  "network:PrivateEndpoint": inGroup("Microsoft.Network/privateEndpoints/{privateEndpointName}", "2024-05-01"),
  "network:PublicIPAddress": inGroup("Microsoft.Network/publicIPAddresses/{publicIpAddressName}", "2024-05-01"),
  "network:Subnet": inGroup("Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}", "2024-05-01"),
  "network:VirtualNetwork": inGroup("Microsoft.Network/virtualNetworks/{virtualNetworkName}", "2024-05-01"),
  "operationalinsights:Workspace": inGroup("Microsoft.OperationalInsights/workspaces/{workspaceName}", "2023-09-01"),
  "portal:Dashboard": inGroup("Microsoft.Portal/dashboards/{dashboardName}", "2022-12-01-preview"),
  "privatedns:PrivateRecordSet": inGroup(
    "Microsoft.Network/privateDnsZones/{privateZoneName}/{recordType}/{relativeRecordSetName}",
    "2024-06-01",
  ),
  "privatedns:PrivateZone": inGroup("Microsoft.Network/privateDnsZones/{privateZoneName}", "2024-06-01"),
  "privatedns:VirtualNetworkLink": inGroup(
    "Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}",
    "2024-06-01",
  ),
  "resources:AzureCliScript": inGroup("Microsoft.Resources/deploymentScripts/{scriptName}", "2023-08-01"),
  "resources:AzurePowerShellScript": inGroup("Microsoft.Resources/deploymentScripts/{scriptName}", "2023-08-01"),
  "resources:Deployment": inGroup("Microsoft.Resources/deployments/{deploymentName}", "2024-03-01"),
  "storage:BlobContainer": inGroup(
    "Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}",
    "2024-01-01",
  ),
  "storage:BlobServiceProperties": inGroup("Microsoft.Storage/storageAccounts/{accountName}/blobServices/{blobServicesName}", "2024-01-01"),
  "storage:StorageAccount": inGroup("Microsoft.Storage/storageAccounts/{accountName}", "2024-01-01"),
  "resources:Resource": inGroup("{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{resourceName}", ""),
  "resources:ResourceGroup": {
    idTemplate: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}",
    apiVersion: "2024-03-01",
  },
} satisfies Readonly<Record<string, ResourceType>>;

function inGroup(path: string, apiVersion: string): ResourceType {
  return { idTemplate: `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/${path}`, apiVersion };
}

function inWorkspace(path: string, apiVersion: string): ResourceType {
  return inGroup(`Microsoft.MachineLearningServices/workspaces/{workspaceName}/${path}`, apiVersion);
}

/** An extension resource. @param scope The input that contains the ID of the extended resource. */
function onScope(path: string, apiVersion: string, scope = "scope"): ResourceType {
  return { idTemplate: `/{${scope}}/providers/${path}`, apiVersion };
}

/** The row of a Pulumi token, for example `azure-native:network:Subnet`. Undefined for a type that the table doesn't contain. */
export function resourceTypeOf(token: string): ResourceType | undefined {
  const name = token.replace(/^azure-native:/, "");
  return isKnown(name) ? resourceTypes[name] : undefined;
}

function isKnown(name: string): name is ResourceTypeName {
  return Object.hasOwn(resourceTypes, name);
}

export type ResourceTypeName = keyof typeof resourceTypes;

/** Rows with exactly one ARM type: all but the untyped resource and the resource group, which has no provider in its ID. */
export type TypedResourceName = Exclude<ResourceTypeName, "resources:Resource" | "resources:ResourceGroup">;

/** The ARM type of a row, for example `Microsoft.Network/virtualNetworks/subnets`. */
export function armTypeOf(name: TypedResourceName): string {
  const { idTemplate } = resourceTypes[name];
  const [namespace, ...path] = idTemplate.slice(idTemplate.lastIndexOf("/providers/") + "/providers/".length).split("/");
  // A name follows each part of the type. It is a parameter or fixed, such as `default`.
  return [namespace, ...path.filter((_, index) => index % 2 === 0)].join("/");
}

/** API version by ARM type in lower case. */
const apiVersions: ReadonlyMap<string, string> = new Map(
  (Object.keys(resourceTypes) as ResourceTypeName[])
    .filter(isTyped)
    .map((name) => [armTypeOf(name).toLowerCase(), resourceTypes[name].apiVersion]),
);

function isTyped(name: ResourceTypeName): name is TypedResourceName {
  return name !== "resources:Resource" && name !== "resources:ResourceGroup";
}

/**
 * API version for a request to a resource or to a collection of resources.
 * @throws Error for a type that the table doesn't contain
 */
export function apiVersionOf(id: string): string {
  // The IDs of a resource group and of the collection of resource groups contain no provider.
  if (/^\/subscriptions\/[^/]+\/resourceGroups(\/[^/]+)?$/i.test(id)) return resourceTypes["resources:ResourceGroup"].apiVersion;
  const type = requestTypeOf(id);
  const version = apiVersions.get(type.toLowerCase());
  if (version === undefined) throw new Error(`The API version of ${type} (${id}) is unknown: add the type to azure/resourceTypes.ts.`);
  return version;
}

/** The API version of azure-native for an ARM type. Undefined for a type that the table doesn't contain. */
export function apiVersionOfType(type: string): string | undefined {
  return apiVersions.get(type.toLowerCase());
}

/** The resource type of a request path. The path of a resource ends with its name, the path of a collection with its type. */
function requestTypeOf(id: string): string {
  const [, inSubscription] = /^\/subscriptions\/[^/]+\/providers\/([^/]+\/[^/]+)$/i.exec(id) ?? [];
  return inSubscription ?? (parseArmId(id) ?? parseArmId(`${id}/any`))?.type ?? id;
}

// The values of these parameters are paths instead of single segments.
const paths: ReadonlySet<string> = new Set(["parentResourcePath", "resourceType", "resourceUri", "scope"]);

/** The ARM ID that a resource's inputs describe. Undefined if one of the parameters is not a string. */
export function idOfInputs(type: ResourceType, inputs: Readonly<Record<string, unknown>>, subscriptionId: string): string | undefined {
  const values: Readonly<Record<string, unknown>> = { subscriptionId, ...inputs };
  const segments = type.idTemplate.split("/").map((segment) => {
    const parameter = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (parameter === undefined) return segment;
    const value = values[parameter];
    if (typeof value !== "string") return undefined;
    return paths.has(parameter) ? value.replace(/^\/+|\/+$/g, "") : encodeURIComponent(value);
  });
  // An empty parent of the untyped resource produces an empty segment.
  return segments.includes(undefined) ? undefined : `/${segments.filter(Boolean).join("/")}`;
}
