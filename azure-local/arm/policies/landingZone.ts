import { at, isObject, textOf } from "../json";
import { differsFrom, isAbsent } from "./conditions";
import type { Assignment, DenyPolicy, Expression, PolicyRequest } from "./policy";

const SUBNET = "Microsoft.Network/virtualNetworks/subnets";
const VNET = "Microsoft.Network/virtualNetworks";
const VAULT = "Microsoft.KeyVault/vaults";
const SECRET = `${VAULT}/secrets`;
const STORAGE = "Microsoft.Storage/storageAccounts";

const LIBRARY = "Azure/Azure-Landing-Zones-Library, platform/alz";
const BUILT_IN = "Azure/azure-policy, built-in-policies/policyDefinitions";

const NETWORK: Assignment = {
  name: "Deny-Subnet-Without-Nsg",
  displayName: "Subnets should have a Network Security Group",
  message: "Subnets must have a Network Security Group.",
};

const KEY_VAULT: Assignment = {
  name: "Enforce-GR-KeyVault",
  displayName: "Enforce recommended guardrails for Azure Key Vault",
  initiative: { name: "Enforce-Guardrails-KeyVault_20260203", displayName: "Enforce recommended guardrails for Azure Key Vault" },
};

const PUBLIC_ENDPOINTS: Assignment = {
  name: "Deny-Public-Endpoints",
  displayName: "Public network access should be disabled for PaaS services",
  initiative: { name: "Deny-PublicPaaSEndpoints", displayName: "Public network access should be disabled for PaaS services" },
  message: "Public network access must be disabled for PaaS services.",
};

const STORAGE_GUARDRAILS: Assignment = {
  name: "Enforce-GR-Storage0",
  displayName: "Enforce recommended guardrails for Storage",
  initiative: { name: "Enforce-Guardrails-Storage", displayName: "Enforce recommended guardrails for Storage Account" },
  message: "Recommended guardrails must be enforced for Storage.",
};

/** Subnets that can't have a network security group: the definition's parameter `excludedSubnets`. */
const EXCLUDED_SUBNETS = ["gatewaysubnet", "azurefirewallsubnet", "azurefirewallmanagementsubnet", "routeserversubnet"];

/** Maximum validity of a secret in days: the initiative's parameter `secretsValidityInDays`. */
const SECRET_VALIDITY_DAYS = 90;

function isExcluded(name: unknown): boolean {
  return EXCLUDED_SUBNETS.includes(textOf(name).toLowerCase());
}

function subnetsWithoutSecurityGroup(request: PolicyRequest): readonly Expression[] {
  if (request.type === SUBNET) return isExcluded(request.name) ? [] : isAbsent(request, "properties.networkSecurityGroup.id");
  const subnets = at(request.body, "properties.subnets");
  return (Array.isArray(subnets) ? subnets : []).flatMap((subnet, index) => {
    if (!isObject(subnet) || isExcluded(subnet.name) || at(subnet, "properties.networkSecurityGroup.id") !== undefined) return [];
    const path = `properties.subnets[${index}].properties.networkSecurityGroup.id`;
    return [{ expression: `${VNET}/subnets[*].networkSecurityGroup.id`, path, operator: "Exists", targetValue: "false" }];
  });
}

// The definitions use the data plane's property names. ARM's request body uses other names.
const DATA = "Microsoft.KeyVault.Data/vaults/secrets";
const EXPIRES = { path: "properties.attributes.exp", alias: `${DATA}/attributes.expiresOn` };

function exceedsMaximumValidity(request: PolicyRequest): readonly Expression[] {
  const expires = at(request.body, EXPIRES.path);
  if (typeof expires !== "number") return isAbsent(request, EXPIRES.path, EXPIRES.alias);
  const latest = Math.floor(request.now / 1000) + SECRET_VALIDITY_DAYS * 24 * 3600;
  if (expires <= latest) return [];
  const [expressionValue, targetValue] = [expires, latest].map((seconds) => new Date(seconds * 1000).toISOString());
  return [{ expression: EXPIRES.alias, path: EXPIRES.path, expressionValue, operator: "Greater", targetValue }];
}

/** A policy of the initiative that requires disabled public network access. */
function publicAccessPolicy(name: string, type: string, definition: DenyPolicy["definition"]): DenyPolicy {
  return {
    name,
    types: [type],
    assignment: PUBLIC_ENDPOINTS,
    definition,
    landingZone: true,
    source: `${LIBRARY}/policy_set_definitions/Deny-PublicPaaSEndpoints`,
    grade: "D",
    violation: (request) => differsFrom(request, "properties.publicNetworkAccess", "Disabled"),
  };
}

/**
 * Deny policies of Azure Landing Zone for the types that the simulator supports. The secret policies apply to Key Vault's data plane. Inferred: a
 * write through Azure Resource Manager is denied in the same way.
 */
export const LANDING_ZONE: readonly DenyPolicy[] = [
  {
    name: "subnet-without-network-security-group",
    types: [SUBNET, VNET],
    assignment: NETWORK,
    definition: { name: "Deny-Subnet-Without-Nsg", displayName: "Subnets should have a Network Security Group" },
    landingZone: true,
    source: `${LIBRARY}/policy_definitions/Deny-Subnet-Without-Nsg 2.1.0`,
    grade: "D",
    violation: subnetsWithoutSecurityGroup,
  },
  {
    name: "secret-without-content-type",
    types: [SECRET],
    assignment: KEY_VAULT,
    definition: {
      name: "75262d3e-ba4a-4f43-85f8-9f72c090e5e3",
      displayName: "Secrets should have content type set",
      referenceId: "Deny-Kv-Secret-Content-Type",
    },
    landingZone: true,
    source: `${BUILT_IN}/Key Vault/Secrets_ContentTypeSet.json; ${LIBRARY}/policy_set_definitions/Enforce-Guardrails-KeyVault_20260203`,
    grade: "I",
    violation: (request) => isAbsent(request, "properties.contentType", `${DATA}/contentType`),
  },
  {
    name: "secret-valid-too-long",
    types: [SECRET],
    assignment: KEY_VAULT,
    definition: {
      name: "342e8053-e12e-4c44-be01-c3c2f318400f",
      displayName: "Secrets should have the specified maximum validity period",
      referenceId: "Deny-KV-Secrets-ValidityDays",
    },
    landingZone: true,
    source: `${BUILT_IN}/Key Vault/Secrets_ValidityPeriod.json: no expiration date, or an expiration date more than 90 days away (${LIBRARY})`,
    grade: "I",
    violation: exceedsMaximumValidity,
  },
  {
    name: "secret-without-expiration-date",
    types: [SECRET],
    assignment: KEY_VAULT,
    definition: {
      name: "98728c90-32c7-4049-8429-847dc0f4fe37",
      displayName: "Key Vault secrets should have an expiration date",
      referenceId: "KvSecretsExpire",
    },
    // Its effect in the landing zone is Audit. The maximum validity period denies the same requests.
    landingZone: false,
    source: `${BUILT_IN}/Key Vault/Secrets_ExpirationSet.json`,
    grade: "I",
    violation: (request) => isAbsent(request, EXPIRES.path, EXPIRES.alias),
  },
  {
    name: "vault-without-purge-protection",
    types: [VAULT],
    assignment: KEY_VAULT,
    definition: {
      name: "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53",
      displayName: "Key vaults should have deletion protection enabled",
      referenceId: "KvPurgeProtection",
    },
    landingZone: true,
    source: `${BUILT_IN}/Key Vault/Recoverable_Audit.json 2.1.0; ${LIBRARY}/policy_set_definitions/Enforce-Guardrails-KeyVault_20260203`,
    grade: "D",
    violation: (request) => {
      if (at(request.body, "properties.createMode") === "recover") return [];
      return differsFrom(request, "properties.enablePurgeProtection", true);
    },
  },
  {
    name: "vault-without-rbac",
    types: [VAULT],
    assignment: KEY_VAULT,
    definition: {
      name: "12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5",
      displayName: "Azure Key Vault should use RBAC permission model",
      referenceId: "Deny-KV-without-ArmRbac",
    },
    landingZone: true,
    source: `${BUILT_IN}/Key Vault/Should_Use_RBAC.json; ${LIBRARY}/policy_set_definitions/Enforce-Guardrails-KeyVault_20260203`,
    grade: "D",
    violation: (request) => differsFrom(request, "properties.enableRbacAuthorization", true),
  },
  publicAccessPolicy("public-storage-account", STORAGE, {
    name: "b2982f36-99f2-4db5-8eff-283140c09693",
    displayName: "Storage accounts should disable public network access",
    referenceId: "StorageDenyPaasPublicIP",
  }),
  publicAccessPolicy("public-vault", VAULT, {
    name: "405c5871-3e91-4644-8a63-58e19d68ff5b",
    displayName: "Azure Key Vault should disable public network access",
    referenceId: "KeyVaultDenyPaasPublicIP",
  }),
  publicAccessPolicy("public-registry", "Microsoft.ContainerRegistry/registries", {
    name: "0fdf0491-d080-4575-b627-ad0e843cba0f",
    displayName: "Public network access should be disabled for Container registries",
    referenceId: "ACRDenyPaasPublicIP",
  }),
  publicAccessPolicy("public-workspace", "Microsoft.MachineLearningServices/workspaces", {
    name: "438c38d2-3772-465a-a9cc-7a6666a275ce",
    displayName: "Azure Machine Learning Workspaces should disable public network access",
    referenceId: "MlDenyPublicIP",
  }),
  {
    name: "storage-copy-scope",
    types: [STORAGE],
    assignment: STORAGE_GUARDRAILS,
    definition: {
      name: "Deny-Storage-CopyScope",
      displayName: "Allowed Copy scope should be restricted for Storage Accounts",
      referenceId: "Deny-Storage-CopyScope",
    },
    landingZone: false,
    source: `${LIBRARY}/policy_definitions/Deny-Storage-CopyScope 1.0.0`,
    grade: "D",
    violation: (request) => differsFrom(request, "properties.allowedCopyScope", "AAD"),
  },
  {
    name: "storage-shared-key",
    types: [STORAGE],
    assignment: STORAGE_GUARDRAILS,
    definition: {
      name: "8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54",
      displayName: "Storage accounts should prevent shared key access",
      referenceId: "Deny-Storage-Shared-Key",
    },
    landingZone: false,
    source: `${BUILT_IN}/Storage/StorageAccountAllowSharedKeyAccess_Audit.json; ${LIBRARY}/policy_set_definitions/Enforce-Guardrails-Storage`,
    grade: "D",
    violation: (request) => differsFrom(request, "properties.allowSharedKeyAccess", false),
  },
  {
    name: "storage-infrastructure-encryption",
    types: [STORAGE],
    assignment: STORAGE_GUARDRAILS,
    definition: {
      name: "4733ea7b-a883-42fe-8cac-97454c2a9e4a",
      displayName: "Storage accounts should have infrastructure encryption",
      referenceId: "Deny-Storage-Infra-Encryption",
    },
    landingZone: false,
    source: `${LIBRARY}/policy_set_definitions/Enforce-Guardrails-Storage`,
    grade: "D",
    violation: (request) => differsFrom(request, "properties.encryption.requireInfrastructureEncryption", true),
  },
];
