/** Public access, authentication, encryption and isolation. */
import { addition, type Case, change, unwanted } from "./case";

const network = {
  ireland: "{hub}/Microsoft.Network/virtualNetworks/vnet-ireland",
  sweden: "{hub}/Microsoft.Network/virtualNetworks/vnet-sweden",
};

const storage: readonly Case[] = [
  change("public storage", "MOOR440", "platform-storage", "publicNetworkAccess", ["Enabled", "Disabled"]),
  change("storage without a statement about public access", "MOOR440", "platform-storage", "publicNetworkAccess", [undefined, "Disabled"]),
  change(
    "storage open by default",
    "MOOR441",
    "platform-storage",
    "networkRuleSet.defaultAction",
    ["Allow", "Deny"],
    "properties.networkAcls.defaultAction",
  ),
  change(
    "storage open to an address",
    "MOOR442",
    "platform-storage",
    "networkRuleSet.ipRules",
    [[{ iPAddressOrRange: "203.0.113.7", action: "Allow" }], []],
    "properties.networkAcls.ipRules.0",
  ),
  change(
    "storage open to a subnet",
    "MOOR442",
    "platform-storage",
    "networkRuleSet.virtualNetworkRules",
    [[{ virtualNetworkResourceId: `${network.sweden}/subnets/a`, action: "Allow" }], []],
    "properties.networkAcls.virtualNetworkRules.0",
  ),
  change(
    "storage open to a resource of others",
    "MOOR443",
    "platform-storage",
    "networkRuleSet.resourceAccessRules",
    [[{ resourceId: "/subscriptions/{tenant}/resourceGroups/x/providers/Microsoft.Synapse/workspaces/x", tenantId: "{tenant}" }], []],
    "properties.networkAcls.resourceAccessRules.0",
  ),
  change(
    "storage whose logs bypass the firewall",
    "MOOR443",
    "platform-storage",
    "networkRuleSet.bypass",
    ["Logging, Metrics, AzureServices", "None"],
    "properties.networkAcls.bypass",
  ),
  change("storage with anonymous blobs", "MOOR447", "platform-storage", "allowBlobPublicAccess", [true, false]),
  change("storage with account keys", "MOOR460", "platform-storage", "allowSharedKeyAccess", [true, false]),
  change("storage with local users", "MOOR460", "platform-storage", "isLocalUserEnabled", [true, false]),
  change("storage with keys in the portal", "MOOR460", "platform-storage", "defaultToOAuthAuthentication", [false, true]),
  change(
    "storage without HTTPS",
    "MOOR466",
    "platform-storage",
    "enableHttpsTrafficOnly",
    [false, true],
    "properties.supportsHttpsTrafficOnly",
  ),
  change("storage with TLS 1.0", "MOOR466", "platform-storage", "minimumTlsVersion", ["TLS1_0", "TLS1_3"]),
  change("storage with NFS", "MOOR447", "platform-storage", "enableNfsV3", [true, false], "properties.isNfsV3Enabled"),
  addition("an anonymous container", "MOOR447", "storage:BlobContainer", "properties.publicAccess", [
    { accountName: "stsweden", containerName: "open", publicAccess: "Blob" },
    { publicAccess: "None" },
  ]),
  addition("blobs for web pages of others", "MOOR448", "storage:BlobServiceProperties", "properties.cors.corsRules.0", [
    {
      ...{ accountName: "stsweden", blobServicesName: "default" },
      cors: {
        corsRules: [{ allowedOrigins: ["*"], allowedMethods: ["GET"], allowedHeaders: ["*"], exposedHeaders: ["*"], maxAgeInSeconds: 60 }],
      },
    },
    { cors: { corsRules: [] } },
  ]),
];

const vault: readonly Case[] = [
  change(
    "a public vault",
    "MOOR440",
    "platform-vault",
    "properties.publicNetworkAccess",
    ["Enabled", "Disabled"],
    "properties.publicNetworkAccess",
  ),
  change(
    "a vault open by default",
    "MOOR441",
    "platform-vault",
    "properties.networkAcls.defaultAction",
    ["Allow", "Deny"],
    "properties.networkAcls.defaultAction",
  ),
  change(
    "a vault open to an address",
    "MOOR442",
    "platform-vault",
    "properties.networkAcls.ipRules",
    [[{ value: "203.0.113.0/24" }], []],
    "properties.networkAcls.ipRules.0",
  ),
  change(
    "a vault with access policies",
    "MOOR463",
    "platform-vault",
    "properties.enableRbacAuthorization",
    [false, true],
    "properties.enableRbacAuthorization",
  ),
  change(
    "a vault with an access policy",
    "MOOR463",
    "platform-vault",
    "properties.accessPolicies",
    [[{ tenantId: "{tenant}", objectId: "99999999-9999-4999-8999-999999999999", permissions: { secrets: ["get"] } }], []],
    "properties.accessPolicies.0",
  ),
  change(
    "a vault for virtual machines",
    "MOOR464",
    "platform-vault",
    "properties.enabledForDeployment",
    [true, false],
    "properties.enabledForDeployment",
  ),
  change(
    "a vault for templates",
    "MOOR464",
    "platform-vault",
    "properties.enabledForTemplateDeployment",
    [true, false],
    "properties.enabledForTemplateDeployment",
  ),
  change(
    "a vault that can be purged",
    "MOOR465",
    "platform-vault",
    "properties.enablePurgeProtection",
    [undefined, true],
    "properties.enablePurgeProtection",
  ),
  change(
    "a vault of another tenant",
    "MOOR468",
    "platform-vault",
    "properties.tenantId",
    ["99999999-9999-4999-8999-999999999999", "{tenant}"],
    "properties.tenantId",
  ),
];

const registry: readonly Case[] = [
  change("a public registry", "MOOR440", "platform-registry", "publicNetworkAccess", ["Enabled", "Disabled"]),
  change("a registry with an admin user", "MOOR461", "platform-registry", "adminUserEnabled", [true, false]),
  change("a registry without credentials", "MOOR447", "platform-registry", "anonymousPullEnabled", [true, false]),
  change(
    "a registry open to an address",
    "MOOR442",
    "platform-registry",
    "networkRuleSet",
    [{ defaultAction: "Deny", ipRules: [{ iPAddressOrRange: "203.0.113.7", action: "Allow" }] }, { defaultAction: "Deny" }],
    "properties.networkRuleSet.ipRules.0",
  ),
  change("a registry open by default", "MOOR441", "platform-registry", "networkRuleSet.defaultAction", ["Allow", "Deny"]),
  addition("a token of the registry", "MOOR461", "resources:Resource", "properties.status", [
    {
      ...{ apiVersion: "2023-07-01", resourceProviderNamespace: "Microsoft.ContainerRegistry", parentResourcePath: "registries/crhub" },
      ...{ resourceType: "tokens", resourceName: "ci", properties: { status: "enabled" } },
    },
    { properties: { status: "disabled" } },
  ]),
];

const monitoring: readonly Case[] = [
  change("logs with keys", "MOOR462", "platform-logs", "features.disableLocalAuth", [false, true]),
  change("logs from any network", "MOOR446", "platform-logs", "publicNetworkAccessForIngestion", ["Enabled", "Disabled"]),
  change("traces with keys", "MOOR462", "platform-app-insights", "disableLocalAuth", [false, true], "properties.DisableLocalAuth"),
  change("traces from any network", "MOOR446", "platform-app-insights", "publicNetworkAccessForIngestion", ["Enabled", "Disabled"]),
];

const serving: readonly Case[] = [
  change("a public workspace", "MOOR440", "platform-workspace", "publicNetworkAccess", ["Enabled", "Disabled"]),
  change("a workspace that is public in its network", "MOOR440", "platform-workspace", "allowPublicAccessWhenBehindVnet", [true, false]),
  change("a workspace that lets out all traffic", "MOOR470", "platform-workspace", "managedNetwork.isolationMode", [
    "AllowInternetOutbound",
    "AllowOnlyApprovedOutbound",
  ]),
  change("a workspace that uses keys of its storage", "MOOR460", "platform-workspace", "systemDatastoresAuthMode", [
    "AccessKey",
    "Identity",
  ]),
  change(
    "a public endpoint",
    "MOOR440",
    "chat-endpoint",
    "properties.publicNetworkAccess",
    ["Enabled", "Disabled"],
    "properties.publicNetworkAccess",
  ),
  change(
    "a public endpoint with keys",
    "MOOR440",
    "fraud-endpoint",
    "properties.publicNetworkAccess",
    ["Enabled", "Disabled"],
    "properties.publicNetworkAccess",
  ),
  change(
    "keys instead of Microsoft Entra ID",
    "MOOR467",
    "chat-endpoint",
    "properties",
    [
      { authMode: "Key", publicNetworkAccess: "Disabled" },
      { authMode: "AADToken", publicNetworkAccess: "Disabled" },
    ],
    "properties.authMode",
  ),
  change(
    "a deployment that reaches the internet",
    "MOOR470",
    "chat-main-*-deployment",
    "properties.egressPublicNetworkAccess",
    ["Enabled", "Disabled"],
    "properties.egressPublicNetworkAccess",
  ),
  change(
    "recorded requests",
    "MOOR476",
    "chat-candidate-*-deployment",
    "properties.dataCollector",
    [
      { collections: { model_inputs: { dataCollectionMode: "Enabled" } } },
      { collections: { model_inputs: { dataCollectionMode: "Disabled" } } },
    ],
    "properties.dataCollector.collections.model_inputs.dataCollectionMode",
  ),
  change(
    "a foreign identity of an endpoint",
    "MOOR472",
    "fraud-endpoint",
    "identity",
    [
      { type: "UserAssigned", userAssignedIdentities: ["{hub}/Microsoft.ManagedIdentity/userAssignedIdentities/id-sweden"] },
      { type: "UserAssigned", userAssignedIdentities: ["{fraud-identity:id}"] },
    ],
    "identity.userAssignedIdentities",
  ),
  unwanted(
    "external workloads",
    "MOOR474",
    "managedidentity:FederatedIdentityCredential",
    "properties.issuer",
    {
      ...{
        resourceName: "{chat-identity:name}",
        federatedIdentityCredentialResourceName: "actions",
        audiences: ["api://AzureADTokenExchange"],
      },
      ...{ issuer: "https://token.actions.githubusercontent.com", subject: "repo:example/app:ref:refs/heads/main" },
    },
    { token: "managedidentity:UserAssignedIdentity", inputs: { resourceName: "more", location: "swedencentral" } },
  ),
  addition("a compute with SSH", "MOOR471", "machinelearningservices:Compute", "properties.properties.remoteLoginPortPublicAccess", [
    {
      ...{ workspaceName: "{platform-workspace:name}", computeName: "more", location: "swedencentral" },
      properties: compute("Enabled"),
    },
    { properties: compute("Disabled") },
  ]),
];

function compute(remoteLoginPortPublicAccess: string) {
  return {
    ...{ computeType: "AmlCompute", disableLocalAuth: true },
    properties: {
      ...{ vmSize: "Standard_DS3_v2", enableNodePublicIp: false, remoteLoginPortPublicAccess, osType: "Linux" },
      scaleSettings: { minNodeCount: 0, maxNodeCount: 1 },
    },
  };
}

export const exposureCases: readonly Case[] = [...storage, ...vault, ...registry, ...monitoring, ...serving];
