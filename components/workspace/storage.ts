/** Storage accounts without public access. */
import * as storage from "@pulumi/azure-native/storage";
import type * as pulumi from "@pulumi/pulumi";
import { creationOnly } from "../base/creationOnly";
import type { Privacy } from "../base/privacy";
import { type Transform, transformed } from "../base/transform";
import { storagePrivacy } from "./privacy";
import { place, type StoreContext, storeName } from "./storeContext";

/** Redundancy within the region. A geo-redundant account would store a copy in the paired region. */
export type StorageRedundancy = "LRS" | "ZRS";

/** Days for which deleted blobs and containers can be restored. They stay in the account. */
const BLOB_RETENTION_DAYS = 7;

/**
 * A second layer of encryption, and account keys for queues and tables, so that customer-managed keys can cover them later. Azure accepts
 * both only at creation. Source: Azure docs, storage/common/infrastructure-encryption-enable and account-encryption-key-create.
 */
const encryption = {
  keySource: "Microsoft.Storage",
  requireInfrastructureEncryption: true,
  services: {
    blob: { enabled: true, keyType: "Account" },
    file: { enabled: true, keyType: "Account" },
    queue: { enabled: true, keyType: "Account" },
    table: { enabled: true, keyType: "Account" },
  },
} satisfies storage.StorageAccountArgs["encryption"];

/** Arguments of `createPrivateStorage`. */
export interface PrivateStorageArgs {
  readonly context: Omit<StoreContext, "protect">;
  /** Part of the name that distinguishes the account from other accounts of the stack. @default - none */
  readonly qualifier?: string;
  /** @default "LRS" */
  readonly redundancy?: StorageRedundancy;
  /** Arguments that differ from those of a private account. @default - none */
  readonly overrides?: Partial<storage.StorageAccountArgs>;
  readonly transform: Transform<storage.StorageAccountArgs> | undefined;
  /** Properties that a transform must not loosen. @default - those of a store without account keys */
  readonly privacy?: Privacy;
  readonly opts: pulumi.CustomResourceOptions;
}

/** Creates a storage account that requires a private endpoint and Microsoft Entra ID. Account keys are disabled. */
export function createPrivateStorage({
  context,
  qualifier,
  redundancy = "LRS",
  overrides,
  transform,
  privacy = storagePrivacy,
  opts,
}: PrivateStorageArgs): storage.StorageAccount {
  const name = `${context.parentName}-storage`;
  const args: storage.StorageAccountArgs = {
    accountName: storeName(context, "storage", qualifier),
    ...place(context),
    kind: "StorageV2",
    sku: { name: `Standard_${redundancy}` },
    encryption,
    publicNetworkAccess: "Disabled",
    networkRuleSet: { defaultAction: "Deny", bypass: "AzureServices" },
    allowBlobPublicAccess: false,
    allowSharedKeyAccess: false,
    allowCrossTenantReplication: false,
    defaultToOAuthAuthentication: true,
    enableHttpsTrafficOnly: true,
    minimumTlsVersion: "TLS1_2",
    ...overrides,
  };
  const resource = transformed(transform, name, args, opts, privacy);
  const choices = { encryption: { default: encryption, existing: existingEncryption } };
  return new storage.StorageAccount(...creationOnly("storage:StorageAccount", resource, choices));
}

/** Creates the settings of an account's blob service, which keep deleted blobs and containers for a few days. */
export function createBlobService(
  { parentName, parent, resourceGroupName }: StoreContext,
  account: storage.StorageAccount,
  transform: Transform<storage.BlobServicePropertiesArgs> | undefined,
): storage.BlobServiceProperties {
  const retention = { enabled: true, days: BLOB_RETENTION_DAYS };
  return new storage.BlobServiceProperties(
    ...transformed<storage.BlobServicePropertiesArgs>(
      transform,
      `${parentName}-blob-service`,
      {
        blobServicesName: "default",
        accountName: account.name,
        resourceGroupName,
        deleteRetentionPolicy: retention,
        containerDeleteRetentionPolicy: retention,
      },
      // The blob service exists as long as its account.
      { parent, deletedWith: account },
    ),
  );
}

/** The encryption of an existing account, of which the program doesn't change these two choices. */
function existingEncryption({
  properties,
}: {
  readonly properties?: { readonly encryption?: Encryption };
}): NonNullable<storage.StorageAccountArgs["encryption"]> {
  const { requireInfrastructureEncryption = false, services = {} } = properties?.encryption ?? {};
  const keyType = (name: "queue" | "table") => ({ enabled: true, keyType: services[name]?.keyType ?? "Service" });
  const all = { ...encryption.services, queue: keyType("queue"), table: keyType("table") };
  return { ...encryption, requireInfrastructureEncryption, services: all };
}

interface Encryption {
  readonly requireInfrastructureEncryption?: boolean;
  readonly services?: Readonly<Partial<Record<string, { readonly keyType?: string }>>>;
}
