/**
 * The resource types of azure-native that this stand-in supports, with the metadata that neither the SDK nor the ARM schemas contain.
 * The parameters in braces are inputs of the SDK's class. All other inputs are derived by rules (see resourceSchema.ts).
 */

export interface ResourceTypeRow {
  /** ARM path with parameters. Without them, it contains the resource type. */
  readonly path: string;
  /** ARM type of the schema, if it differs from the path. */
  readonly schemaType?: string;
  /** Inputs whose change replaces the resource, in addition to the path parameters and the location. `a.b` is `b` in `a`. */
  readonly createOnly?: readonly string[];
  /**
   * Lists whose items can also be separate resources. If the inputs omit them, they are empty at creation and unchanged by updates
   * (azure-native's "MaintainSubResourceIfUnset").
   */
  readonly subResources?: readonly string[];
  /** Created with its parent, so it exists before its creation. Its deletion writes this body. */
  readonly singleton?: { readonly [property: string]: unknown };
  /** SDK names that differ from the names in the body, by schema definition. */
  readonly renames?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Properties that are writable in the schema but are not inputs of the SDK, by schema definition. */
  readonly outputsOnly?: Readonly<Record<string, readonly string[]>>;
  /** The stack's location is not used as the default. */
  readonly noDefaultLocation?: true;
}

const inGroup = (path: string): string => `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/${path}`;
const ml = (path: string): string => inGroup(`Microsoft.MachineLearningServices/${path}`);
const workspace = (path: string): string => ml(`workspaces/{workspaceName}/${path}`);
const scoped = (path: string, scope = "scope"): string => `/{${scope}}/providers/${path}`;

// Marked create-and-read in azure-rest-api-specs (x-ms-mutability). The parts of an environment version are immutable (MFE spec).
const ENVIRONMENT_VERSION = ["autoRebuild", "build", "condaFile", "image", "inferenceConfig", "osType"].map((name) => `properties.${name}`);
const IP_RULE = { IPRule: { value: "iPAddressOrRange" } };

export const resourceTypes: Readonly<Record<string, ResourceTypeRow>> = {
  "applicationinsights:Component": { path: inGroup("Microsoft.Insights/components/{resourceName}") },
  "authorization:ManagementLockAtResourceGroupLevel": { path: inGroup("Microsoft.Authorization/locks/{lockName}") },
  "authorization:ManagementLockByScope": { path: scoped("Microsoft.Authorization/locks/{lockName}") },
  "authorization:RoleAssignment": {
    path: scoped("Microsoft.Authorization/roleAssignments/{roleAssignmentName}"),
    createOnly: ["principalId"],
  },
  "authorization:RoleDefinition": {
    path: scoped("Microsoft.Authorization/roleDefinitions/{roleDefinitionId}"),
    renames: { RoleDefinitionProperties: { type: "roleType" } },
  },
  "consumption:Budget": { path: scoped("Microsoft.Consumption/budgets/{budgetName}") },
  "containerinstance:ContainerGroup": { path: inGroup("Microsoft.ContainerInstance/containerGroups/{containerGroupName}") },
  "containerregistry:Registry": { path: inGroup("Microsoft.ContainerRegistry/registries/{registryName}"), renames: IP_RULE },
  "containerregistry:Replication": {
    path: inGroup("Microsoft.ContainerRegistry/registries/{registryName}/replications/{replicationName}"),
  },
  "containerregistry:Task": { path: inGroup("Microsoft.ContainerRegistry/registries/{registryName}/tasks/{taskName}") },
  "containerregistry:TaskRun": { path: inGroup("Microsoft.ContainerRegistry/registries/{registryName}/taskRuns/{taskRunName}") },
  "keyvault:Secret": {
    path: inGroup("Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}"),
    renames: { SecretAttributes: { exp: "expires", nbf: "notBefore" } },
  },
  "keyvault:Vault": {
    path: inGroup("Microsoft.KeyVault/vaults/{vaultName}"),
    subResources: ["properties.accessPolicies"],
    outputsOnly: { VaultProperties: ["provisioningState", "vaultUri"] },
  },
  "machinelearningservices:CodeContainer": { path: workspace("codes/{name}") },
  "machinelearningservices:CodeVersion": { path: workspace("codes/{name}/versions/{version}") },
  "machinelearningservices:Compute": { path: workspace("computes/{computeName}") },
  "machinelearningservices:Datastore": { path: workspace("datastores/{name}") },
  "machinelearningservices:EnvironmentContainer": { path: workspace("environments/{name}") },
  "machinelearningservices:EnvironmentVersion": {
    path: workspace("environments/{name}/versions/{version}"),
    createOnly: ENVIRONMENT_VERSION,
  },
  "machinelearningservices:ManagedNetworkSettingsRule": { path: workspace("outboundRules/{ruleName}") },
  "machinelearningservices:ModelContainer": { path: workspace("models/{name}") },
  "machinelearningservices:ModelVersion": { path: workspace("models/{name}/versions/{version}") },
  "machinelearningservices:OnlineDeployment": {
    path: workspace("onlineEndpoints/{endpointName}/deployments/{deploymentName}"),
    createOnly: ["properties.instanceType"],
  },
  "machinelearningservices:OnlineEndpoint": { path: workspace("onlineEndpoints/{endpointName}"), createOnly: ["properties.keys"] },
  "machinelearningservices:Registry": { path: ml("registries/{registryName}") },
  "machinelearningservices:RegistryEnvironmentVersion": {
    path: ml("registries/{registryName}/environments/{environmentName}/versions/{version}"),
    createOnly: ENVIRONMENT_VERSION,
  },
  "machinelearningservices:RegistryModelVersion": { path: ml("registries/{registryName}/models/{modelName}/versions/{version}") },
  "machinelearningservices:Workspace": { path: ml("workspaces/{workspaceName}") },
  "machinelearningservices:WorkspaceConnection": { path: workspace("connections/{connectionName}") },
  "managedidentity:FederatedIdentityCredential": {
    path: inGroup(
      "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}",
    ),
  },
  "managedidentity:UserAssignedIdentity": { path: inGroup("Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}") },
  "monitor:ActionGroup": { path: inGroup("Microsoft.Insights/actionGroups/{actionGroupName}") },
  "monitor:AutoscaleSetting": { path: inGroup("Microsoft.Insights/autoscalesettings/{autoscaleSettingName}") },
  "monitor:DiagnosticSetting": { path: scoped("Microsoft.Insights/diagnosticSettings/{name}", "resourceUri") },
  "monitor:MetricAlert": { path: inGroup("Microsoft.Insights/metricAlerts/{ruleName}") },
  "monitor:ScheduledQueryRule": { path: inGroup("Microsoft.Insights/scheduledQueryRules/{ruleName}") },
  "network:NatGateway": { path: inGroup("Microsoft.Network/natGateways/{natGatewayName}") },
  "network:NetworkSecurityGroup": {
    path: inGroup("Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}"),
    subResources: ["securityRules"],
  },
  "network:PrivateDnsZoneGroup": {
    path: inGroup("Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}"),
  },
  "network:PrivateEndpoint": { path: inGroup("Microsoft.Network/privateEndpoints/{privateEndpointName}"), createOnly: ["subnet"] },
  "network:PublicIPAddress": { path: inGroup("Microsoft.Network/publicIPAddresses/{publicIpAddressName}") },
  "network:Subnet": { path: inGroup("Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}") },
  "network:VirtualNetwork": {
    path: inGroup("Microsoft.Network/virtualNetworks/{virtualNetworkName}"),
    subResources: ["subnets", "virtualNetworkPeerings"],
  },
  "operationalinsights:Workspace": { path: inGroup("Microsoft.OperationalInsights/workspaces/{workspaceName}") },
  "portal:Dashboard": { path: inGroup("Microsoft.Portal/dashboards/{dashboardName}") },
  "privatedns:PrivateRecordSet": {
    path: inGroup("Microsoft.Network/privateDnsZones/{privateZoneName}/{recordType}/{relativeRecordSetName}"),
    schemaType: "Microsoft.Network/privateDnsZones/A",
  },
  "privatedns:PrivateZone": { path: inGroup("Microsoft.Network/privateDnsZones/{privateZoneName}") },
  "privatedns:VirtualNetworkLink": {
    path: inGroup("Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}"),
  },
  "resources:AzureCliScript": { path: inGroup("Microsoft.Resources/deploymentScripts/{scriptName}") },
  "resources:AzurePowerShellScript": { path: inGroup("Microsoft.Resources/deploymentScripts/{scriptName}") },
  "resources:Deployment": { path: inGroup("Microsoft.Resources/deployments/{deploymentName}"), noDefaultLocation: true },
  "resources:Resource": {
    path: inGroup("{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{resourceName}"),
    schemaType: "*",
  },
  "resources:ResourceGroup": {
    path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}",
    schemaType: "Microsoft.Resources/resourceGroups",
  },
  "storage:BlobContainer": {
    path: inGroup("Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}"),
    schemaType: "Microsoft.Storage/storageAccounts/blobServices/containers",
  },
  "storage:BlobServiceProperties": {
    path: inGroup("Microsoft.Storage/storageAccounts/{accountName}/blobServices/{blobServicesName}"),
    singleton: { properties: { deleteRetentionPolicy: { enabled: false }, isVersioningEnabled: false } },
  },
  "storage:StorageAccount": {
    path: inGroup("Microsoft.Storage/storageAccounts/{accountName}"),
    createOnly: ["isHnsEnabled"],
    renames: {
      ...IP_RULE,
      StorageAccountPropertiesCreateParametersOrStorageAccountProperties: {
        isNfsV3Enabled: "enableNfsV3",
        networkAcls: "networkRuleSet",
        supportsHttpsTrafficOnly: "enableHttpsTrafficOnly",
      },
      Encryption: { identity: "encryptionIdentity", keyvaultproperties: "keyVaultProperties" },
      EncryptionIdentity: {
        federatedIdentityClientId: "encryptionFederatedIdentityClientId",
        userAssignedIdentity: "encryptionUserAssignedIdentity",
      },
      KeyVaultProperties: { keyname: "keyName", keyvaulturi: "keyVaultUri", keyversion: "keyVersion" },
      VirtualNetworkRule: { id: "virtualNetworkResourceId" },
    },
  },
};
