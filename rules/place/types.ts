/** What is known about resource types: which have a location, and which hold no data. The case of types has no meaning. */
/** Types with a location of their own, which ARM requires or the provider adds. */
const REGIONAL_TYPES: readonly string[] = [
  "Microsoft.Resources/resourceGroups",
  "Microsoft.Resources/deploymentScripts",
  "Microsoft.ContainerInstance/containerGroups",
  "Microsoft.ContainerRegistry/registries",
  "Microsoft.ContainerRegistry/registries/replications",
  "Microsoft.ContainerRegistry/registries/tasks",
  "Microsoft.ContainerRegistry/registries/webhooks",
  "Microsoft.Insights/components",
  "Microsoft.Insights/autoscalesettings",
  "Microsoft.Insights/dataCollectionRules",
  "Microsoft.Insights/dataCollectionEndpoints",
  "Microsoft.Insights/scheduledQueryRules",
  "Microsoft.KeyVault/vaults",
  "Microsoft.KeyVault/managedHSMs",
  "Microsoft.MachineLearningServices/registries",
  "Microsoft.MachineLearningServices/workspaces",
  "Microsoft.MachineLearningServices/workspaces/batchEndpoints",
  "Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments",
  "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
  "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
  "Microsoft.ManagedIdentity/userAssignedIdentities",
  "Microsoft.Network/natGateways",
  "Microsoft.Network/networkSecurityGroups",
  "Microsoft.Network/privateEndpoints",
  "Microsoft.Network/publicIPAddresses",
  "Microsoft.Network/virtualNetworks",
  "Microsoft.OperationalInsights/clusters",
  "Microsoft.OperationalInsights/workspaces",
  "Microsoft.Portal/dashboards",
  "Microsoft.RecoveryServices/vaults",
  "Microsoft.Storage/storageAccounts",
];

/** Types whose data, if they hold any, stays in their location or in that of their parent. The rules for locations are enough for them. */
const TYPES_BOUND_TO_LOCATION: readonly string[] = [
  ...REGIONAL_TYPES,
  "Microsoft.ContainerRegistry/registries/agentPools",
  "Microsoft.ContainerRegistry/registries/taskRuns",
  "Microsoft.KeyVault/deletedVaults",
  "Microsoft.KeyVault/vaults/keys",
  "Microsoft.KeyVault/vaults/secrets",
  "Microsoft.MachineLearningServices/workspaces/codes",
  "Microsoft.MachineLearningServices/workspaces/components",
  "Microsoft.MachineLearningServices/workspaces/computes",
  "Microsoft.MachineLearningServices/workspaces/data",
  "Microsoft.MachineLearningServices/workspaces/environments",
  "Microsoft.MachineLearningServices/workspaces/models",
  "Microsoft.OperationalInsights/deletedWorkspaces",
  "Microsoft.OperationalInsights/workspaces/savedSearches",
  "Microsoft.OperationalInsights/workspaces/tables",
  "Microsoft.Storage/storageAccounts/blobServices",
  "Microsoft.Storage/storageAccounts/blobServices/containers",
  "Microsoft.Storage/storageAccounts/fileServices",
  "Microsoft.Storage/storageAccounts/fileServices/shares",
  "Microsoft.Storage/storageAccounts/inventoryPolicies",
  "Microsoft.Storage/storageAccounts/managementPolicies",
  "Microsoft.Storage/storageAccounts/queueServices",
  "Microsoft.Storage/storageAccounts/tableServices",
];

/** Types that hold and move none of the data of a stack: names, roles, rules and addresses only. */
const TYPES_WITHOUT_DATA: readonly string[] = [
  "Microsoft.Authorization/locks",
  "Microsoft.Authorization/policyAssignments",
  "Microsoft.Authorization/policyExemptions",
  "Microsoft.Authorization/roleAssignments",
  "Microsoft.Authorization/roleDefinitions",
  "Microsoft.Consumption/budgets",
  "Microsoft.ContainerRegistry/registries/privateEndpointConnections",
  "Microsoft.ContainerRegistry/registries/scopeMaps",
  "Microsoft.ContainerRegistry/registries/tokens",
  "Microsoft.Features/featureProviders/subscriptionFeatureRegistrations",
  "Microsoft.KeyVault/vaults/accessPolicies",
  "Microsoft.KeyVault/vaults/privateEndpointConnections",
  "Microsoft.MachineLearningServices/workspaces/privateEndpointConnections",
  "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
  "Microsoft.Network/applicationSecurityGroups",
  "Microsoft.Network/networkInterfaces",
  "Microsoft.Network/networkSecurityGroups/securityRules",
  "Microsoft.Network/privateDnsZones/A",
  "Microsoft.Network/privateDnsZones/AAAA",
  "Microsoft.Network/privateDnsZones/CNAME",
  "Microsoft.Network/privateDnsZones/SOA",
  "Microsoft.Network/privateDnsZones/TXT",
  "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
  "Microsoft.Network/routeTables",
  "Microsoft.Network/routeTables/routes",
  "Microsoft.Network/virtualNetworks/subnets",
  "Microsoft.Resources/deployments",
  "Microsoft.Resources/tags",
  "Microsoft.Storage/storageAccounts/privateEndpointConnections",
];

const regionalTypes = inLowerCase(REGIONAL_TYPES);
const coveredTypes = inLowerCase([...TYPES_BOUND_TO_LOCATION, ...TYPES_WITHOUT_DATA]);

function inLowerCase(types: readonly string[]): ReadonlySet<string> {
  return new Set(types.map((type) => type.toLowerCase()));
}

/** Whether a resource of a type has a location of its own. */
export function needsLocation(type: string): boolean {
  return regionalTypes.has(type.toLowerCase());
}

/** Whether the rules for locations prove where the data of a type is, or the type holds none. */
export function isCovered(type: string): boolean {
  return coveredTypes.has(type.toLowerCase());
}
