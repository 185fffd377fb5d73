/** Kinds of resources in words. */
import { DOCKER_IMAGE } from "../rules/read/pulumi";

/** Singular and plural by ARM type in lower case, or by the type token of another provider. */
const kinds: ReadonlyMap<string, readonly [one: string, many: string]> = new Map([
  ...armKinds({
    "Authorization/locks": "lock",
    "Authorization/policyAssignments": "policy assignment",
    "Authorization/roleAssignments": "role assignment",
    "Authorization/roleDefinitions": "custom role",
    "Consumption/budgets": "budget",
    "ContainerInstance/containerGroups": "container group",
    "ContainerRegistry/registries": ["container registry", "container registries"],
    "ContainerRegistry/registries/replications": "registry replication",
    "ContainerRegistry/registries/taskRuns": "registry task run",
    "ContainerRegistry/registries/tasks": "registry task",
    "Insights/actionGroups": "action group",
    "Insights/autoscalesettings": "autoscale setting",
    "Insights/components": "Application Insights resource",
    "Insights/diagnosticSettings": "diagnostic setting",
    "Insights/metricAlerts": "metric alert",
    "Insights/scheduledQueryRules": "log alert",
    "KeyVault/vaults": "Key Vault",
    "KeyVault/vaults/secrets": "Key Vault secret",
    "MachineLearningServices/registries": ["Azure Machine Learning registry", "Azure Machine Learning registries"],
    "MachineLearningServices/workspaces": "Azure Machine Learning workspace",
    "MachineLearningServices/workspaces/codes": "code asset",
    "MachineLearningServices/workspaces/codes/versions": "code version",
    "MachineLearningServices/workspaces/computes": "compute",
    "MachineLearningServices/workspaces/connections": "workspace connection",
    "MachineLearningServices/workspaces/datastores": "datastore",
    "MachineLearningServices/workspaces/environments": "environment",
    "MachineLearningServices/workspaces/environments/versions": "environment version",
    "MachineLearningServices/workspaces/models": "model",
    "MachineLearningServices/workspaces/models/versions": "model version",
    "MachineLearningServices/workspaces/onlineEndpoints": "online endpoint",
    "MachineLearningServices/workspaces/onlineEndpoints/deployments": "online deployment",
    "MachineLearningServices/workspaces/outboundRules": "outbound rule",
    "ManagedIdentity/userAssignedIdentities": ["managed identity", "managed identities"],
    "ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials": "federated credential",
    "Network/natGateways": "NAT gateway",
    "Network/networkSecurityGroups": "network security group",
    "Network/privateDnsZones": "private DNS zone",
    "Network/privateDnsZones/virtualNetworkLinks": "private DNS zone link",
    "Network/privateEndpoints": "private endpoint",
    "Network/privateEndpoints/privateDnsZoneGroups": "private DNS zone group",
    "Network/publicIPAddresses": ["public IP address", "public IP addresses"],
    "Network/virtualNetworks": "virtual network",
    "Network/virtualNetworks/subnets": "subnet",
    "OperationalInsights/workspaces": "Log Analytics workspace",
    "Portal/dashboards": "dashboard",
    "Resources/deploymentScripts": "deployment script",
    "Resources/deployments": "template deployment",
    "Resources/resourceGroups": "resource group",
    "Storage/storageAccounts": "storage account",
    "Storage/storageAccounts/blobServices": "blob service",
    "Storage/storageAccounts/blobServices/containers": "blob container",
  }),
  [DOCKER_IMAGE, ["image build", "image builds"]],
  ["random:index/randomString:RandomString", ["random string", "random strings"]],
]);

function armKinds(words: Readonly<Record<string, string | readonly [string, string]>>): [string, readonly [string, string]][] {
  return Object.entries(words).map(([type, word]) => [
    `microsoft.${type.toLowerCase()}`,
    typeof word === "string" ? [word, `${word}s`] : word,
  ]);
}

/** Whether Moor knows the kind. A change of any other kind isn't judged. */
export function isKnownKind(type: string): boolean {
  return kinds.has(keyOf(type));
}

/** For example `1 subnet`, `3 subnets`. Another kind is named by its type. */
export function countOf(count: number, type: string): string {
  const [one, many] = kinds.get(keyOf(type)) ?? [`resource of type ${type}`, `resources of type ${type}`];
  return `${count} ${count === 1 ? one : many}`;
}

/** For example `subnet`. */
export function kindWord(type: string): string {
  return kinds.get(keyOf(type))?.[0] ?? type;
}

function keyOf(type: string): string {
  return /^microsoft\./i.test(type) ? type.toLowerCase() : type;
}

/** Whether a type token is of another provider than azure-native, so that a change has no ARM type for it. Components aren't resources. */
export function isOtherProvider(token: string): boolean {
  return token !== DOCKER_IMAGE && !/^(azure-native[:_]|moor:index:|pulumi:pulumi:)/.test(token);
}
