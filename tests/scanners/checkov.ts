/**
 * The rules of checkov 3.3.30 for ARM that apply to the types of a stack. Source: bridgecrewio/checkov 3.3.30, checkov/arm/checks (2026).
 * For the template of prod, checkov itself reports the same three failures (2026-11-30).
 */
import { isBody } from "../../rules";
import { equals, items, named, type Scanned, type ScannerRule } from "./rule";

const REGISTRY = "Microsoft.ContainerRegistry/registries";
const STORAGE = "Microsoft.Storage/storageAccounts";
const VAULT = "Microsoft.KeyVault/vaults";
const SECRET = `${VAULT}/secrets`;
const WORKSPACE = "Microsoft.MachineLearningServices/workspaces";
const VNET = "Microsoft.Network/virtualNetworks";
const NSG = "Microsoft.Network/networkSecurityGroups";

const anywhere = ["*", "0.0.0.0", "<nw>/0", "/0", "internet", "any"];

/** Whether no rule of a network security group lets the internet in on a port. */
function closed(port: number) {
  return (resource: Scanned) =>
    !items(resource.get("properties.securityRules")).some((rule) => {
      const { access, direction, sourceAddressPrefix = "" } = isBody(rule) && isBody(rule.properties) ? rule.properties : {};
      const ports = isBody(rule) && isBody(rule.properties) ? String(rule.properties.destinationPortRange) : "";
      const [low, high = low] = ports.split("-").map(Number);
      const isPort = ports === "*" || (low! <= port && port <= high!);
      return access === "Allow" && direction === "Inbound" && isPort && anywhere.includes(String(sourceAddressPrefix).toLowerCase());
    });
}

const nsgRules: readonly ScannerRule[] = [
  ["CKV_AZURE_9", "RDP from the internet is restricted", 3389] as const,
  ["CKV_AZURE_10", "SSH from the internet is restricted", 22] as const,
  ["CKV_AZURE_160", "HTTP from the internet is restricted", 80] as const,
].map(([id, title, port]) => ({ id, title, type: NSG, passes: closed(port) }));

export const checkovRules: readonly ScannerRule[] = [
  equals("CKV_AZURE_137", "The registry's admin account is disabled", REGISTRY, "properties.adminUserEnabled", false, undefined),
  equals("CKV_AZURE_138", "The registry allows no anonymous pull", REGISTRY, "properties.anonymousPullEnabled", false, undefined),
  equals("CKV_AZURE_139", "The registry's public access is disabled", REGISTRY, "properties.publicNetworkAccess", "Disabled"),
  equals("CKV_AZURE_163", "The registry's SKU can scan images", REGISTRY, "sku.name", "Standard", "Premium"),
  equals("CKV_AZURE_166", "The registry quarantines images", REGISTRY, "properties.policies.quarantinePolicy.status", "enabled"),
  equals("CKV_AZURE_233", "The registry is zone redundant", REGISTRY, "properties.zoneRedundancy", "Enabled", undefined),
  equals("CKV_AZURE_3", "Storage requires HTTPS", STORAGE, "properties.supportsHttpsTrafficOnly", true, undefined),
  equals("CKV_AZURE_35", "Storage denies networks by default", STORAGE, "properties.networkAcls.defaultAction", "Deny"),
  equals("CKV_AZURE_36", "Storage lets trusted services in", STORAGE, "properties.networkAcls.bypass", "AzureServices"),
  named("CKV_AZURE_43", "The name of the storage account is valid", STORAGE, /^[a-z0-9]{3,24}$/),
  equals("CKV_AZURE_44", "Storage requires TLS 1.2", STORAGE, "properties.minimumTlsVersion", "TLS1_2"),
  equals("CKV_AZURE_59", "Storage's public access is disabled", STORAGE, "properties.publicNetworkAccess", "Disabled"),
  equals(
    "CKV_AZURE_206",
    "Storage is geo-redundant",
    STORAGE,
    "sku.name",
    "Standard_GRS",
    "Standard_RAGRS",
    "Standard_GZRS",
    "Standard_RAGZRS",
  ),
  { id: "CKV_AZURE_41", title: "Secrets expire", type: SECRET, passes: (one) => typeof one.get("properties.attributes.exp") === "number" },
  {
    id: "CKV_AZURE_114",
    title: "Secrets have a content type",
    type: SECRET,
    passes: (one) => typeof one.get("properties.contentType") === "string",
  },
  equals("CKV_AZURE_109", "The vault denies networks by default", VAULT, "properties.networkAcls.defaultAction", "Deny"),
  equals("CKV_AZURE_110", "The vault is protected from purge", VAULT, "properties.enablePurgeProtection", true),
  equals("CKV_AZURE_111", "The vault has soft delete", VAULT, "properties.enableSoftDelete", true, undefined),
  equals("CKV_AZURE_189", "The vault's public access is disabled", VAULT, "properties.publicNetworkAccess", "Disabled"),
  {
    id: "CKV_AZURE_42",
    title: "The vault is recoverable",
    type: VAULT,
    passes: (one) => one.get("properties.enablePurgeProtection") === true && one.get("properties.enableSoftDelete") === true,
  },
  {
    id: "CKV_AZURE_243",
    title: "The workspace has a private endpoint",
    type: WORKSPACE,
    passes(one) {
      const rules = one.get("properties.managedNetwork.outboundRules");
      return isBody(rules) && Object.values(rules).some((rule) => isBody(rule) && rule.type === "PrivateEndpoint");
    },
  },
  equals("CKV2_AZURE_49", "The workspace's public access is disabled", WORKSPACE, "properties.publicNetworkAccess", "Disabled", undefined),
  { id: "CKV_AZURE_182", title: "The network has two DNS servers", type: VNET, passes: (one) => dnsServers(one).length !== 1 },
  { id: "CKV_AZURE_183", title: "The network uses local DNS servers", type: VNET, passes: (one) => dnsServers(one).length === 0 },
  {
    id: "CKV_AZURE_39",
    title: "No custom role has all actions",
    type: "Microsoft.Authorization/roleDefinitions",
    passes: (one) => !items(one.get("properties.permissions")).some((each) => isBody(each) && items(each.actions).includes("*")),
  },
  ...nsgRules,
];

function dnsServers(network: Scanned) {
  return items(network.get("properties.dhcpOptions.dnsServers"));
}
