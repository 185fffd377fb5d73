/**
 * Built-in policies of Azure and policies of Azure Landing Zone and Sovereign Landing Zone that apply to the types of a stack and that audit or deny.
 * The local Azure enforces those that deny by default (azure-local/arm/policies). Source: Azure/azure-policy, built-in-policies (2026-04-29);
 * Azure/Azure-Landing-Zones-Library, platform/alz 2026.04.2 and platform/slz.
 */
import { equals, type Scanned, type ScannerRule, under } from "./rule";

const REGISTRY = "Microsoft.ContainerRegistry/registries";
const STORAGE = "Microsoft.Storage/storageAccounts";
const VAULT = "Microsoft.KeyVault/vaults";
const SECRET = `${VAULT}/secrets`;
const WORKSPACE = "Microsoft.MachineLearningServices/workspaces";
const LOGS = "Microsoft.OperationalInsights/workspaces";
const INSIGHTS = "Microsoft.Insights/components";
const SUBNET = "Microsoft.Network/virtualNetworks/subnets";

function hasSetting(resource: Scanned, stack: readonly Scanned[]): boolean {
  return under(resource, stack, "Microsoft.Insights/diagnosticSettings").length > 0;
}

export const policyRules: readonly ScannerRule[] = [
  equals("e413671a", "Workspaces should use V1LegacyMode for network isolation", WORKSPACE, "properties.v1LegacyMode", true),
  equals("438c38d2", "Workspaces should disable public network access", WORKSPACE, "properties.publicNetworkAccess", "Disabled"),
  equals("ba769a63", "Workspaces should be encrypted with a customer-managed key", WORKSPACE, "properties.encryption.status", "Enabled"),
  equals("5f0c7d88", "Workspaces should use a user-assigned identity", WORKSPACE, "identity.type", "UserAssigned"),
  equals(
    "6ddb1705",
    "Workspaces should use a managed network",
    WORKSPACE,
    "properties.managedNetwork.isolationMode",
    "AllowOnlyApprovedOutbound",
    "AllowInternetOutbound",
  ),
  { id: "90c90eda", title: "Workspaces should have resource logs", type: WORKSPACE, passes: hasSetting },
  equals(
    "7433c107",
    "Storage accounts should use allowed SKUs (LRS, ZRS)",
    STORAGE,
    "sku.name",
    "Standard_LRS",
    "Standard_ZRS",
    "Premium_LRS",
    "Premium_ZRS",
  ),
  equals(
    "bf045164",
    "Geo-redundant storage should be enabled",
    STORAGE,
    "sku.name",
    "Standard_GRS",
    "Standard_RAGRS",
    "Standard_GZRS",
    "Standard_RAGZRS",
  ),
  equals("8c6a50c6", "Storage accounts should prevent shared key access", STORAGE, "properties.allowSharedKeyAccess", false),
  equals("92a89a79", "Storage accounts should prevent cross-tenant replication", STORAGE, "properties.allowCrossTenantReplication", false),
  equals(
    "4733ea7b",
    "Storage accounts should have infrastructure encryption",
    STORAGE,
    "properties.encryption.requireInfrastructureEncryption",
    true,
  ),
  equals("6fac406b", "Storage accounts should use customer-managed keys", STORAGE, "properties.encryption.keySource", "Microsoft.Keyvault"),
  equals("34c877ad", "Storage accounts should restrict network access", STORAGE, "properties.networkAcls.defaultAction", "Deny"),
  equals("b2982f36", "Storage accounts should disable public network access", STORAGE, "properties.publicNetworkAccess", "Disabled"),
  equals("bc1b984e", "Storage accounts should have a SAS policy", STORAGE, "properties.sasPolicy.expirationAction", "Log", "Block"),
  equals("Deny-Storage-CopyScope", "Allowed copy scope should be restricted", STORAGE, "properties.allowedCopyScope", "AAD"),
  equals(
    "85b005b2",
    "Storage accounts should be zone redundant",
    STORAGE,
    "sku.name",
    "Standard_ZRS",
    "Standard_GZRS",
    "Standard_RAGZRS",
    "Premium_ZRS",
  ),
  equals("524b0254", "Registries should have exports disabled", REGISTRY, "properties.policies.exportPolicy.status", "disabled"),
  equals(
    "42781ec6",
    "Registries should have ARM audience tokens disabled",
    REGISTRY,
    "properties.policies.azureADAuthenticationAsArmPolicy.status",
    "disabled",
  ),
  equals("5b9159ae", "Registries should be encrypted with a customer-managed key", REGISTRY, "properties.encryption.status", "enabled"),
  equals("dc921057", "Registries should have the local admin account disabled", REGISTRY, "properties.adminUserEnabled", false),
  equals("0fdf0491", "Registries should disable public network access", REGISTRY, "properties.publicNetworkAccess", "Disabled"),
  equals(
    "9f2dea28",
    "Registries should have anonymous authentication disabled",
    REGISTRY,
    "properties.anonymousPullEnabled",
    false,
    undefined,
  ),
  equals("9d2b0a20", "Registries should be zone redundant", REGISTRY, "properties.zoneRedundancy", "Enabled"),
  { id: "56288eb2", title: "Registries should have resource logs", type: REGISTRY, passes: hasSetting },
  equals("405c5871", "Vaults should disable public network access", VAULT, "properties.publicNetworkAccess", "Disabled"),
  equals("0b60c0b2", "Vaults should have deletion protection", VAULT, "properties.enablePurgeProtection", true),
  equals("12d4fa5e", "Vaults should use RBAC", VAULT, "properties.enableRbacAuthorization", true),
  { id: "6b359d8f", title: "Vaults should have resource logs", type: VAULT, passes: hasSetting },
  {
    id: "75262d3e",
    title: "Secrets should have a content type",
    type: SECRET,
    passes: (one) => typeof one.get("properties.contentType") === "string",
  },
  {
    id: "98728c90",
    title: "Secrets should have an expiration date",
    type: SECRET,
    passes: (one) => typeof one.get("properties.attributes.exp") === "number",
  },
  equals(
    "6c53d030-in",
    "Log Analytics should block ingestion from public networks",
    LOGS,
    "properties.publicNetworkAccessForIngestion",
    "Disabled",
  ),
  equals(
    "6c53d030-query",
    "Log Analytics should block queries from public networks",
    LOGS,
    "properties.publicNetworkAccessForQuery",
    "Disabled",
  ),
  equals("e15effd4", "Log Analytics should block local authentication", LOGS, "properties.features.disableLocalAuth", true),
  equals("fa298e57", "Saved queries should be in customer storage", LOGS, "properties.forceCmkForQuery", true),
  { id: "818719e5", title: "Log Analytics should have resource logs", type: LOGS, passes: hasSetting },
  equals(
    "1bc02227-in",
    "Application Insights should block ingestion from public networks",
    INSIGHTS,
    "properties.publicNetworkAccessForIngestion",
    "Disabled",
  ),
  equals(
    "1bc02227-query",
    "Application Insights should block queries from public networks",
    INSIGHTS,
    "properties.publicNetworkAccessForQuery",
    "Disabled",
  ),
  equals("199d5677", "Application Insights should block local authentication", INSIGHTS, "properties.disableLocalAuth", true),
  {
    id: "Deny-Subnet-Without-Nsg",
    title: "Subnets should have a network security group",
    type: SUBNET,
    passes: (one) => typeof one.get("properties.networkSecurityGroup.id") === "string",
  },
  {
    id: "Deny-Subnet-Without-Udr",
    title: "Subnets should have a route table",
    type: SUBNET,
    passes: (one) => typeof one.get("properties.routeTable.id") === "string",
  },
  equals("Enforce-Subnet-Private", "Subnets should be private", SUBNET, "properties.defaultOutboundAccess", false),
];
