/** Storage accounts without public access. */
import * as storage from "@pulumi/azure-native/storage";
import * as pulumi from "@pulumi/pulumi";
import { fail } from "../../program/fail";
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
  const options = pulumi.mergeOptions(opts, { hooks: { beforeUpdate: [rejectConversion(`${name}-redundancy`)] } });
  return new storage.StorageAccount(...creationOnly(transformed(transform, name, args, options, privacy), { encryption }));
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

interface Sku {
  readonly sku?: { readonly name?: unknown };
}

/**
 * Returns a hook that rejects a change between LRS and ZRS, even in a preview. Azure converts an account only on request and over days.
 * Source: Azure docs, storage/common/redundancy-migration.
 */
function rejectConversion(name: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    ({ name: account, oldInputs, newInputs }) => {
      const [before, now] = [oldInputs as Sku | undefined, newInputs as Sku | undefined].map((inputs) => inputs?.sku?.name);
      if (typeof before !== "string" || typeof now !== "string" || isZonal(before) === isZonal(now)) return;
      fail(
        `${account}: an update can't change the redundancy of a storage account from ${before} to ${now}. Allowed: ${before}. To keep it, set ` +
          `\`moor:platform.storageRedundancy: ${isZonal(before) ? "ZRS" : "LRS"}\`. To change it, start the conversion of the account ` +
          `(\`az storage account migration start --sku ${now}\`). When the conversion is done, run \`pulumi refresh\`.`,
      );
    },
    { onDryRun: true },
  );
}

function isZonal(sku: string): boolean {
  return sku.endsWith("ZRS");
}
