/**
 * The rules of PSRule for Azure that apply to the types of a stack. Source: Azure/PSRule.Rules.Azure, src/PSRule.Rules.Azure/rules (v1.44, rule set
 * 2025_06 and 2025_09). Rules for exported resources (`IsExport`) and for naming conventions that a team sets are omitted.
 */
import { isBody, type Value } from "../../rules";
import { equals, items, named, type Scanned, type ScannerRule, under } from "./rule";

const REGISTRY = "Microsoft.ContainerRegistry/registries";
const STORAGE = "Microsoft.Storage/storageAccounts";
const VAULT = "Microsoft.KeyVault/vaults";
const WORKSPACE = "Microsoft.MachineLearningServices/workspaces";
const LOGS = "Microsoft.OperationalInsights/workspaces";
const INSIGHTS = "Microsoft.Insights/components";
const SUBNET = "Microsoft.Network/virtualNetworks/subnets";
const NSG = "Microsoft.Network/networkSecurityGroups";

/** The setting `AZURE_RESOURCE_ALLOWED_LOCATIONS`. PSRule exempts `global`. */
const allowedLocations: readonly Value[] = ["swedencentral", "swedensouth", "global", undefined];

function hasAuditLog(vault: Scanned, stack: readonly Scanned[]): boolean {
  return under(vault, stack, "Microsoft.Insights/diagnosticSettings").some((setting) =>
    items(setting.get("properties.logs")).some(
      (log) =>
        isBody(log) && log.enabled === true && (log.category === "AuditEvent" || ["audit", "allLogs"].includes(String(log.categoryGroup))),
    ),
  );
}

/** The account's blob service has a policy that is enabled. */
function keepsDeleted(policy: string) {
  return (account: Scanned, stack: readonly Scanned[]) => {
    const services = under(account, stack, `${STORAGE}/blobServices`);
    return services.length > 0 && services.every((one) => one.get(`properties.${policy}.enabled`) === true);
  };
}

function inboundRules(group: Scanned) {
  return items(group.get("properties.securityRules")).flatMap((rule) =>
    isBody(rule) && isBody(rule.properties) && rule.properties.direction === "Inbound" ? [rule.properties] : [],
  );
}

export const psruleRules: readonly ScannerRule[] = [
  equals("AZR-000005", "Azure.ACR.AdminUser", REGISTRY, "properties.adminUserEnabled", false, undefined),
  equals("AZR-000006", "Azure.ACR.MinSku", REGISTRY, "sku.name", "Premium", "Standard"),
  named("AZR-000007", "Azure.ACR.Name", REGISTRY, /^[a-zA-Z0-9]{5,50}$/),
  equals("AZR-000008", "Azure.ACR.Quarantine", REGISTRY, "properties.policies.quarantinePolicy.status", "enabled"),
  equals("AZR-000009", "Azure.ACR.ContentTrust", REGISTRY, "properties.policies.trustPolicy.status", "enabled"),
  equals("AZR-000010", "Azure.ACR.Retention", REGISTRY, "properties.policies.retentionPolicy.status", "enabled"),
  equals("AZR-000310", "Azure.ACR.SoftDelete", REGISTRY, "properties.policies.softDeletePolicy.status", "enabled"),
  equals("AZR-000401", "Azure.ACR.AnonymousAccess", REGISTRY, "properties.anonymousPullEnabled", false, undefined),
  equals("AZR-000402", "Azure.ACR.Firewall", REGISTRY, "properties.publicNetworkAccess", "Disabled"),
  {
    id: "AZR-000494",
    title: "Azure.ACR.ReplicaLocation",
    type: REGISTRY,
    passes: (one, stack) =>
      under(one, stack, `${REGISTRY}/replications`).every((replica) => allowedLocations.includes(replica.get("location"))),
  },
  {
    id: "AZR-000195",
    title: "Azure.Storage.UseReplication",
    type: STORAGE,
    passes: (one) => /^Standard_(RA)?GZ?RS$/.test(String(one.get("sku.name"))) || !String(one.get("sku.name")).startsWith("Standard_"),
  },
  equals("AZR-000196", "Azure.Storage.SecureTransfer", STORAGE, "properties.supportsHttpsTrafficOnly", true),
  { id: "AZR-000197", title: "Azure.Storage.SoftDelete", type: STORAGE, passes: keepsDeleted("deleteRetentionPolicy") },
  { id: "AZR-000289", title: "Azure.Storage.ContainerSoftDelete", type: STORAGE, passes: keepsDeleted("containerDeleteRetentionPolicy") },
  equals("AZR-000198", "Azure.Storage.BlobPublicAccess", STORAGE, "properties.allowBlobPublicAccess", false),
  equals("AZR-000200", "Azure.Storage.MinTLS", STORAGE, "properties.minimumTlsVersion", "TLS1_2"),
  named("AZR-000201", "Azure.Storage.Name", STORAGE, /^[a-z0-9]{3,24}$/),
  equals("AZR-000202", "Azure.Storage.Firewall", STORAGE, "properties.networkAcls.defaultAction", "Deny"),
  { id: "AZR-000119", title: "Azure.KeyVault.Logs", type: VAULT, passes: hasAuditLog },
  named("AZR-000120", "Azure.KeyVault.Name", VAULT, /^(?=.{3,24}$)[A-Za-z](-|[A-Za-z0-9])*[A-Za-z0-9]$/),
  {
    id: "AZR-000118",
    title: "Azure.KeyVault.AccessPolicy",
    type: VAULT,
    passes: (one) => items(one.get("properties.accessPolicies")).length === 0,
  },
  equals("AZR-000124", "Azure.KeyVault.SoftDelete", VAULT, "properties.enableSoftDelete", true),
  equals("AZR-000125", "Azure.KeyVault.PurgeProtect", VAULT, "properties.enablePurgeProtection", true),
  equals("AZR-000355", "Azure.KeyVault.Firewall", VAULT, "properties.networkAcls.defaultAction", "Deny"),
  equals("AZR-000388", "Azure.KeyVault.RBAC", VAULT, "properties.enableRbacAuthorization", true),
  equals("AZR-000406", "Azure.ML.PublicAccess", WORKSPACE, "properties.publicNetworkAccess", "Disabled"),
  {
    id: "AZR-000407",
    title: "Azure.ML.UserManagedIdentity",
    type: WORKSPACE,
    passes: (one) =>
      one.get("identity.type") === "UserAssigned" &&
      isBody(one.get("identity.userAssignedIdentities")) &&
      typeof one.get("properties.primaryUserAssignedIdentity") === "string",
  },
  {
    id: "AZR-000425",
    title: "Azure.Log.Replication",
    type: LOGS,
    passes: (one) => one.get("properties.replication.enabled") === true && typeof one.get("properties.replication.location") === "string",
  },
  {
    id: "AZR-000483",
    title: "Azure.Log.ReplicaLocation",
    type: LOGS,
    passes: (one) => allowedLocations.includes(one.get("properties.replication.location")),
  },
  named("AZR-000486", "Azure.Log.Name", LOGS, /^[a-z0-9][a-z0-9-]{2,61}[a-z0-9]$/),
  {
    id: "AZR-000069",
    title: "Azure.AppInsights.Workspace",
    type: INSIGHTS,
    passes: (one) => typeof one.get("properties.workspaceResourceId") === "string",
  },
  named("AZR-000070", "Azure.AppInsights.Name", INSIGHTS, /^[a-z0-9.\-_()]{0,254}[a-z0-9\-_()]$/),
  equals("AZR-000484", "Azure.AppInsights.LocalAuth", INSIGHTS, "properties.disableLocalAuth", true),
  {
    id: "AZR-000263",
    title: "Azure.VNET.UseNSGs",
    type: SUBNET,
    passes: (one) => typeof one.get("properties.networkSecurityGroup.id") === "string",
  },
  equals("AZR-000447", "Azure.VNET.PrivateSubnet", SUBNET, "properties.defaultOutboundAccess", false),
  {
    id: "AZR-000137",
    title: "Azure.NSG.AnyInboundSource",
    type: NSG,
    passes: (one) => !inboundRules(one).some(({ access, sourceAddressPrefix }) => access === "Allow" && sourceAddressPrefix === "*"),
  },
  {
    id: "AZR-000138",
    title: "Azure.NSG.DenyAllInbound",
    type: NSG,
    // A rule with a higher priority must allow something.
    passes(one) {
      const [first] = inboundRules(one).toSorted((rule, other) => Number(rule.priority) - Number(other.priority));
      return first === undefined || first.access !== "Deny" || first.sourceAddressPrefix !== "*";
    },
  },
  {
    id: "AZR-000139",
    title: "Azure.NSG.LateralTraversal",
    type: NSG,
    passes: (one) =>
      items(one.get("properties.securityRules")).some(
        (rule) => isBody(rule) && isBody(rule.properties) && rule.properties.direction === "Outbound" && rule.properties.access === "Deny",
      ),
  },
];

/** PSRule's rule for every resource: Azure.Resource.AllowedRegions (AZR-000167). */
export function outsideAllowedRegions(stack: readonly Scanned[]): string[] {
  return stack.filter((one) => !allowedLocations.includes(one.get("location"))).map(({ name }) => name);
}
