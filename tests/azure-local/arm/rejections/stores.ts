import { paths } from "../platform";
import { but, differ, type RejectedRequest, type Scene } from "./rejectedRequest";

const storage = paths.storage.replace("storage01", "storage02");
const registry = paths.registry.replace("registry01", "registry02");
const vault = paths.vault.replace("vault01", "vault02");
const secret = `${paths.vault}/secrets/token`;
const container = `${paths.storage}/blobServices/default/containers/weights`;
const replication = `${paths.registry}/replications/second`;

const PROPERTY = "400 InvalidRequestPropertyValue";
const BAD = "400 BadRequest";
const POLICY = "400 InvalidPolicy";

const changed = (body: object, change: Readonly<Record<string, unknown>>) =>
  Object.entries(change).reduce((result, [path, value]) => but(result, path, value), body);

/** A storage account with the first changes is rejected, and with the second ones accepted. */
function account(
  rejected: Readonly<Record<string, unknown>>,
  accepted: Readonly<Record<string, unknown>>,
): Pick<RejectedRequest, "rejected" | "accepted"> {
  return {
    rejected: ({ body }) => ["PUT", storage, changed(body.storage, rejected)],
    accepted: ({ body }) => ["PUT", storage, changed(body.storage, accepted)],
  };
}

function updated(
  rejected: Readonly<Record<string, unknown>>,
  accepted: Readonly<Record<string, unknown>>,
): Pick<RejectedRequest, "rejected" | "accepted"> {
  return {
    rejected: ({ body }) => ["PUT", paths.storage, changed(body.storage, rejected)],
    accepted: ({ body }) => ["PUT", paths.storage, changed(body.storage, accepted)],
  };
}

function images(
  rejected: Readonly<Record<string, unknown>>,
  accepted: Readonly<Record<string, unknown>>,
): Pick<RejectedRequest, "rejected" | "accepted"> {
  return {
    rejected: ({ body }) => ["PUT", registry, changed(body.registry, rejected)],
    accepted: ({ body }) => ["PUT", registry, changed(body.registry, accepted)],
  };
}

const OPEN = { "properties/publicNetworkAccess": "Enabled" };
const STANDARD = { ...OPEN, "sku/name": "Standard" };
const acls = (more: object) => ({ defaultAction: "Deny", ...more });
const policy = (name: string, value: object) => ({ [`properties/policies/${name}`]: value });

/** A subnet with a service endpoint, and one without. */
const served = async ({ caller }: Scene, service: string) => {
  await caller.made(`${paths.network}/subnets/served`, { properties: { addressPrefix: "10.40.1.0/24", serviceEndpoints: [{ service }] } });
};
const subnetRule = ({ id }: Scene, name: string) => [{ id: id(`${paths.network}/subnets/${name}`) }];
const vaultBody = ({ body }: Scene) => body.vault;
const secretBody = () => ({ properties: { value: "hf_very-secret", contentType: "text/plain", attributes: {} } });
const accessPolicy = (tenantId: string) => ({
  tenantId,
  objectId: "33333333-0000-4000-8000-000000000001",
  permissions: { secrets: ["get"] },
});

export const storeRejections: readonly RejectedRequest[] = [
  {
    rule: "storage-sku",
    case: "a premium SKU with geo-redundancy for a general-purpose account",
    answer: PROPERTY,
    ...account({ kind: "BlockBlobStorage" }, { kind: "BlockBlobStorage", "sku/name": "Premium_ZRS" }),
  },
  {
    rule: "storage-sku",
    case: "a files account with a standard SKU",
    answer: PROPERTY,
    ...account({ kind: "FileStorage", "sku/name": "Standard_GRS" }, { kind: "FileStorage", "sku/name": "Premium_LRS" }),
  },
  {
    rule: "storage-sku",
    case: "zone redundancy for a legacy account",
    answer: PROPERTY,
    ...account({ kind: "Storage" }, { kind: "Storage", "sku/name": "Standard_GRS" }),
  },
  {
    rule: "storage-access-tier",
    case: "a blob account without an access tier",
    answer: PROPERTY,
    ...account(
      { kind: "BlobStorage", "sku/name": "Standard_LRS" },
      { kind: "BlobStorage", "sku/name": "Standard_LRS", "properties/accessTier": "Cool" },
    ),
  },
  {
    rule: "storage-access-tier",
    case: "the premium access tier for a standard account",
    answer: PROPERTY,
    ...account({ "properties/accessTier": "Premium" }, { "properties/accessTier": "Cold" }),
  },
  {
    rule: "storage-performance-fixed",
    case: "a change from a standard to a premium SKU",
    answer: "409 AccountPropertyCannotBeUpdated",
    ...updated({ "sku/name": "Premium_LRS" }, { "sku/name": "Standard_GZRS" }),
  },
  {
    rule: "storage-network-rules",
    case: "a private address in the firewall",
    answer: PROPERTY,
    ...account(
      { "properties/networkAcls": acls({ ipRules: [{ value: "10.0.0.4" }] }) },
      { "properties/networkAcls": acls({ ipRules: [{ value: "20.1.2.3" }] }) },
    ),
  },
  {
    rule: "storage-network-rules",
    case: "a firewall range with two addresses",
    answer: PROPERTY,
    ...account(
      { "properties/networkAcls": acls({ ipRules: [{ value: "20.1.2.2/31" }] }) },
      { "properties/networkAcls": acls({ ipRules: [{ value: "20.1.2.0/30" }] }) },
    ),
  },
  {
    rule: "storage-network-rules",
    case: "a subnet without a service endpoint",
    answer: PROPERTY,
    setup: (scene) => served(scene, "Microsoft.Storage"),
    rejected: (scene) => [
      "PUT",
      storage,
      changed(scene.body.storage, { "properties/networkAcls": acls({ virtualNetworkRules: subnetRule(scene, "endpoints") }) }),
    ],
    accepted: (scene) => [
      "PUT",
      storage,
      changed(scene.body.storage, { "properties/networkAcls": acls({ virtualNetworkRules: subnetRule(scene, "served") }) }),
    ],
  },
  {
    rule: "storage-namespace-features",
    case: "SFTP without a hierarchical namespace",
    answer: PROPERTY,
    ...account({ "properties/isSftpEnabled": true }, { "properties/isSftpEnabled": true, "properties/isHnsEnabled": true }),
  },
  {
    rule: "storage-namespace-features",
    case: "NFS 3 without a hierarchical namespace",
    answer: PROPERTY,
    ...account({ "properties/isNfsV3Enabled": true }, { "properties/isNfsV3Enabled": true, "properties/isHnsEnabled": true }),
  },
  {
    rule: "storage-encryption-fixed",
    case: "infrastructure encryption for an existing account",
    answer: "409 AccountPropertyCannotBeUpdated",
    ...updated(
      { "properties/encryption": { requireInfrastructureEncryption: true } },
      { "properties/encryption": { requireInfrastructureEncryption: false } },
    ),
  },
  {
    rule: "storage-encryption-key",
    case: "encryption with a key vault without a key",
    answer: PROPERTY,
    ...account(
      { "properties/encryption": { keySource: "Microsoft.Keyvault" } },
      {
        "properties/encryption": {
          keySource: "Microsoft.Keyvault",
          keyvaultproperties: { keyname: "k", keyvaulturi: "https://vault01.vault.azure.net" },
        },
      },
    ),
  },
  {
    rule: "container-public-access",
    case: "a public container in an account that doesn't allow public access",
    answer: "409 PublicAccessNotPermitted",
    rejected: () => ["PUT", container, { properties: { publicAccess: "Blob" } }],
    accepted: () => ["PUT", container, { properties: { publicAccess: "None" } }],
  },
  {
    rule: "registry-name",
    case: "a registry name with a hyphen, at any API version",
    answer: "400 InvalidResourceName",
    rejected: ({ body }) => ["PUT", paths.registry.replace("registry01", "registry-02"), body.registry, "2023-07-01"],
    accepted: ({ body }) => ["PUT", registry, body.registry, "2023-07-01"],
  },
  {
    rule: "registry-sku",
    case: "the retired Classic SKU",
    answer: "400 InvalidSku",
    ...images({ ...OPEN, "sku/name": "Classic" }, { ...OPEN, "sku/name": "Basic" }),
  },
  {
    rule: "registry-premium-features",
    case: "a firewall rule in a Standard registry",
    answer: "400 SkuFeatureNotSupported",
    ...images(
      { ...STANDARD, "properties/networkRuleSet": acls({ ipRules: [] }) },
      { ...OPEN, "properties/networkRuleSet": acls({ ipRules: [] }) },
    ),
  },
  {
    rule: "registry-premium-features",
    case: "a retention policy in a Standard registry",
    answer: "400 SkuFeatureNotSupported",
    ...images(
      { ...STANDARD, ...policy("retentionPolicy", { status: "enabled", days: 7 }) },
      policy("retentionPolicy", { status: "enabled", days: 7 }),
    ),
  },
  {
    rule: "registry-premium-features",
    case: "data endpoints in a Standard registry",
    answer: "400 SkuFeatureNotSupported",
    ...images({ ...STANDARD, "properties/dataEndpointEnabled": true }, { "properties/dataEndpointEnabled": true }),
  },
  {
    rule: "registry-anonymous-pull",
    case: "anonymous pulls from a Basic registry",
    answer: "400 SkuFeatureNotSupported",
    ...images(
      { ...OPEN, "sku/name": "Basic", "properties/anonymousPullEnabled": true },
      { ...STANDARD, "properties/anonymousPullEnabled": true },
    ),
  },
  {
    rule: "registry-export-policy",
    case: "disabled exports in a registry with public network access",
    answer: POLICY,
    ...images({ ...OPEN, ...policy("exportPolicy", { status: "disabled" }) }, policy("exportPolicy", { status: "disabled" })),
  },
  {
    rule: "registry-policy-values",
    case: "a retention of more than a year",
    answer: POLICY,
    ...images(policy("retentionPolicy", { status: "enabled", days: 366 }), policy("retentionPolicy", { status: "enabled", days: 365 })),
  },
  {
    rule: "registry-policy-values",
    case: "a soft delete of more than 90 days",
    answer: POLICY,
    ...images(
      policy("softDeletePolicy", { status: "enabled", retentionDays: 91 }),
      policy("softDeletePolicy", { status: "enabled", retentionDays: 90 }),
    ),
  },
  {
    rule: "registry-policy-values",
    case: "soft delete together with a retention policy",
    answer: POLICY,
    ...images(
      {
        ...policy("softDeletePolicy", { status: "enabled", retentionDays: 7 }),
        ...policy("retentionPolicy", { status: "enabled", days: 7 }),
      },
      policy("softDeletePolicy", { status: "enabled", retentionDays: 7 }),
    ),
  },
  {
    rule: "registry-network-rules",
    case: "a private address in a registry firewall",
    answer: "400 InvalidNetworkRule",
    ...images(
      { ...OPEN, "properties/networkRuleSet": acls({ ipRules: [{ value: "192.168.1.0/24" }] }) },
      { ...OPEN, "properties/networkRuleSet": acls({ ipRules: [{ value: "20.1.2.0/24" }] }) },
    ),
  },
  {
    rule: "replication-region",
    case: "a replication in the registry's region",
    answer: "409 ReplicationExists",
    rejected: () => ["PUT", replication, { location: "Sweden Central" }],
    accepted: () => ["PUT", replication, { location: "swedensouth" }],
  },
  {
    rule: "registry-zone-redundancy",
    case: "zone redundancy in a region without zones",
    answer: "400 ZoneRedundancyNotSupported",
    ...images({ location: "swedensouth", "properties/zoneRedundancy": "Enabled" }, { "properties/zoneRedundancy": "Enabled" }),
  },
  {
    rule: "storage-zone-redundancy",
    case: "zone-redundant storage in a region without zones",
    answer: "400 SkuNotAvailableInRegion",
    ...account({ location: "ukwest" }, { location: "uksouth" }),
  },
  {
    rule: "vault-tenant",
    case: "a tenant other than the subscription's",
    answer: BAD,
    ...differ(vault, vaultBody, "properties/tenantId", "11111111-0000-4000-8000-000000000009", undefined),
    accepted: ({ body }) => ["PUT", vault, body.vault],
  },
  {
    rule: "vault-access-policies",
    case: "a vault with neither roles nor access policies",
    answer: BAD,
    ...differ(vault, vaultBody, "properties/enableRbacAuthorization", false, true),
  },
  {
    rule: "vault-access-policies",
    case: "an access policy with another tenant",
    answer: BAD,
    rejected: (scene) => [
      "PUT",
      vault,
      changed(scene.body.vault, {
        "properties/enableRbacAuthorization": false,
        "properties/accessPolicies": [accessPolicy("11111111-0000-4000-8000-000000000009")],
      }),
    ],
    accepted: (scene) => [
      "PUT",
      vault,
      changed(scene.body.vault, {
        "properties/enableRbacAuthorization": false,
        "properties/accessPolicies": [accessPolicy(scene.caller.arm.tenantId)],
      }),
    ],
  },
  {
    rule: "vault-public-network-access",
    case: "an unknown value for public network access",
    answer: BAD,
    ...differ(vault, vaultBody, "properties/publicNetworkAccess", "Off", "disabled"),
  },
  {
    rule: "vault-network-rules",
    case: "a private address in a vault's firewall",
    answer: BAD,
    ...differ(vault, vaultBody, "properties/networkAcls/ipRules" as string, [{ value: "172.20.0.0/16" }], [{ value: "20.1.2.3/32" }]),
  },
  {
    rule: "vault-network-rules",
    case: "a subnet without a service endpoint for key vaults",
    answer: BAD,
    setup: (scene) => served(scene, "Microsoft.KeyVault"),
    rejected: (scene) => [
      "PUT",
      vault,
      changed(scene.body.vault, { "properties/networkAcls/virtualNetworkRules": subnetRule(scene, "endpoints") }),
    ],
    accepted: (scene) => [
      "PUT",
      vault,
      changed(scene.body.vault, { "properties/networkAcls/virtualNetworkRules": subnetRule(scene, "served") }),
    ],
  },
  {
    rule: "secret-name",
    case: "a secret name with an underscore, at any API version",
    answer: "400 BadParameter",
    rejected: () => ["PUT", secret.replace("token", "hf_token"), secretBody(), "2023-07-01"],
    accepted: () => ["PUT", secret.replace("token", "hf-token"), secretBody(), "2023-07-01"],
  },
  {
    rule: "secret-value",
    case: "a secret of more than 25 KB",
    answer: "400 BadParameter",
    ...differ(secret, secretBody, "properties/value", "s".repeat(25 * 1024 + 1), "s".repeat(25 * 1024)),
  },
  {
    rule: "secret-value",
    case: "a content type of more than 255 characters",
    answer: "400 BadParameter",
    ...differ(secret, secretBody, "properties/contentType", "c".repeat(256), "c".repeat(255)),
  },
  {
    rule: "secret-value",
    case: "a secret that expires before it is valid",
    answer: "400 BadParameter",
    ...differ(
      secret,
      secretBody,
      "properties/attributes",
      { nbf: 2_000_000_000, exp: 1_900_000_000 },
      { nbf: 1_900_000_000, exp: 2_000_000_000 },
    ),
  },
  {
    rule: "secret-value",
    case: "more than 15 tags on a secret",
    answer: "400 BadParameter",
    ...differ(secret, secretBody as () => object, "tags", tags(16), tags(15)),
  },
];

function tags(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, "x"]));
}
