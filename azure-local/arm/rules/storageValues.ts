/** Checks of storage account values that depend on each other. */
import { at } from "../json";
import type { Rule } from "../model";
import { hasZones } from "../zones";
import { ipRuleError, virtualNetworkRuleError } from "./publicAddresses";

const ACCOUNT = "Microsoft.Storage/storageAccounts";
const DOCS = "Azure docs, storage";
const OVERVIEW = `${DOCS}/common/storage-account-overview`;
const LIMITS = { ipRules: 400, subnets: 400, longestPrefix: 30 };

/** SKUs by kind. */
const SKUS: Readonly<Record<string, RegExp>> = {
  Storage: /^(Standard_(LRS|GRS|RAGRS)|Premium_LRS)$/,
  StorageV2: /^(Standard(V2)?_.+|Premium_LRS)$/,
  BlobStorage: /^Standard_(LRS|GRS|RAGRS)$/,
  BlockBlobStorage: /^Premium(V2)?_(LRS|ZRS)$/,
  FileStorage: /^(Premium(V2)?_(LRS|ZRS)|StandardV2_.+)$/,
};

function skuOf(body: object): string {
  return String(at(body, "sku.name"));
}

function rulesOf(body: object) {
  return (at(body, "properties.networkAcls") ?? {}) as Parameters<typeof ipRuleError>[0];
}

const common = { types: [ACCOUNT], on: ["create", "update"], azureCode: "InvalidRequestPropertyValue", status: 400 } as const;
const fixed = { ...common, on: ["update"], azureCode: "AccountPropertyCannotBeUpdated", status: 409 } as const;

export const storageValueRules: readonly Rule[] = [
  {
    ...common,
    code: "storage-sku",
    source: `${OVERVIEW}: redundancy by type of account`,
    grade: "D",
    check: ({ body }) => {
      const allowed = SKUS[String(body.kind)];
      return allowed && !allowed.test(skuOf(body))
        ? `The SKU ${skuOf(body)} is not supported for a storage account of the kind ${body.kind}.`
        : undefined;
    },
  },
  {
    ...common,
    code: "storage-zone-redundancy",
    on: ["create"],
    azureCode: "SkuNotAvailableInRegion",
    source: `${OVERVIEW}: zone-redundant storage in regions with availability zones; the list of regions changes`,
    grade: "K",
    check: ({ body }) =>
      /_(RAG|G)?ZRS$/.test(skuOf(body)) && !hasZones(body.location)
        ? `${skuOf(body)} is not available in ${body.location}, which has no availability zones.`
        : undefined,
  },
  {
    ...common,
    code: "storage-access-tier",
    source: "Azure REST specification, storage: required for the kind BlobStorage; Premium only for premium block blobs",
    grade: "S",
    check: ({ body, patch }) => {
      const tier = at(body, "properties.accessTier");
      if (body.kind === "BlobStorage" && tier === undefined && !patch)
        return "A storage account of the kind BlobStorage requires 'properties.accessTier'.";
      return tier === "Premium" && body.kind !== "BlockBlobStorage"
        ? "'properties.accessTier' is Premium, which is supported only for the kind BlockBlobStorage: it must be Hot, Cool or Cold."
        : undefined;
    },
  },
  {
    ...fixed,
    code: "storage-performance-fixed",
    source: `${OVERVIEW}: an account can't be changed to another type; storage/common/redundancy-migration: a standard account remains standard`,
    grade: "D",
    check: ({ body, previous }) => {
      const [now, before] = [skuOf(body), skuOf(previous!.body)];
      return now.startsWith("Premium") === before.startsWith("Premium")
        ? undefined
        : `The property 'sku' can't be changed from ${before} to ${now}.`;
    },
  },
  {
    ...common,
    code: "storage-network-rules",
    source: `${DOCS}/common/storage-network-security: public IPv4 addresses, no /31 or /32, 400 rules; subnets with a service endpoint`,
    grade: "D",
    check: (context) => {
      const rules = rulesOf(context.body);
      return ipRuleError(rules, LIMITS) ?? virtualNetworkRuleError(rules, LIMITS, "Microsoft.Storage", context);
    },
  },
  {
    ...common,
    code: "storage-namespace-features",
    source: `${DOCS}/blobs/secure-file-transfer-protocol-support and network-file-system-protocol-support: require a hierarchical namespace`,
    grade: "D",
    check: ({ body }) => {
      const feature = ["isSftpEnabled", "isNfsV3Enabled"].find((name) => at(body, `properties.${name}`) === true);
      return feature && at(body, "properties.isHnsEnabled") !== true
        ? `'properties.${feature}' requires 'properties.isHnsEnabled'.`
        : undefined;
    },
  },
  {
    ...fixed,
    code: "storage-encryption-fixed",
    source: `${DOCS}/common/infrastructure-encryption-enable: only when the account is created`,
    grade: "D",
    check: ({ body, previous }) => {
      const name = "properties.encryption.requireInfrastructureEncryption";
      const [now, before] = [body, previous!.body].map((one) => at(one, name) === true);
      return now === before ? undefined : `'${name}' can be set only when a storage account is created.`;
    },
  },
  {
    ...common,
    code: "storage-encryption-key",
    source: "Azure REST specification, storage: keyvaultproperties apply to the keySource Microsoft.Keyvault",
    grade: "S",
    check: ({ body }) => {
      const { keySource, keyvaultproperties } = (at(body, "properties.encryption") ?? {}) as {
        keySource?: string;
        keyvaultproperties?: { keyname?: string; keyvaulturi?: string };
      };
      return keySource === "Microsoft.Keyvault" && !(keyvaultproperties?.keyname && keyvaultproperties.keyvaulturi)
        ? "'properties.encryption.keySource' is Microsoft.Keyvault: 'keyvaultproperties' requires 'keyname' and 'keyvaulturi'."
        : undefined;
    },
  },
  {
    code: "container-public-access",
    types: [`${ACCOUNT}/blobServices/containers`],
    on: ["create", "update"],
    azureCode: "PublicAccessNotPermitted",
    status: 409,
    source: `${DOCS}/blobs/anonymous-read-access-prevent: not allowed if the account disallows it`,
    grade: "D",
    check: ({ body, id, inventory }) => {
      const account = inventory.get(id.slice(0, id.toLowerCase().indexOf("/blobservices/")));
      const access = at(body, "properties.publicAccess") ?? "None";
      return access !== "None" && account?.body.properties?.allowBlobPublicAccess !== true
        ? `Public access is not permitted on this storage account: 'properties.publicAccess' is ${access}.`
        : undefined;
    },
  },
];
