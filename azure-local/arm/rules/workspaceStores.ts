/** Requirements of a workspace for its kind, storage account, registry and encryption key. */
import { at } from "../json";
import type { Resource, Rule, RuleContext } from "../model";
import { nameOf, sameId } from "../path";
import { isolationOf, propertiesOf } from "../types/managedNetwork";
import { referenceError } from "./common";
import { WORKSPACE } from "./machineLearning";

const DOCS = "Azure docs, machine-learning";
const ASSOCIATED = `${DOCS}/concept-workspace (associated resources)`;
const KEYS = `${DOCS}/concept-customer-managed-keys`;

/** Source: Azure REST specification, machinelearningservices 2025-12-01, and concept-hub-workspace. */
const KINDS = ["Default", "FeatureStore", "Hub", "Project"];

interface Encryption {
  readonly status: string;
  readonly identity?: { readonly userAssignedIdentity?: string };
  readonly keyVaultProperties: { readonly keyVaultArmId: string; readonly keyIdentifier: string };
}

function encryptionOf(workspace: { readonly body: { properties?: unknown } }): Encryption | undefined {
  const encryption = propertiesOf(workspace).encryption as Encryption | undefined;
  return encryption?.status === "Enabled" ? encryption : undefined;
}

function storageOf({ body, inventory }: RuleContext): Resource | undefined {
  return inventory.get(propertiesOf({ body }).storageAccount);
}

/** The error in an encryption key. Undefined if it is valid. */
function encryptionKeyError({ keyVaultProperties }: Encryption, context: RuleContext): string | undefined {
  const { keyVaultArmId, keyIdentifier } = keyVaultProperties;
  const error = referenceError(keyVaultArmId, "Microsoft.KeyVault/vaults", context);
  if (error) return `The key vault in 'properties.encryption', '${keyVaultArmId}', ${error}.`;
  if (keyVaultArmId.split("/")[2]?.toLowerCase() !== context.id.split("/")[2]?.toLowerCase())
    return `The key vault in 'properties.encryption', '${keyVaultArmId}', must be in the subscription of the workspace.`;
  if (context.inventory.get(keyVaultArmId)?.body.properties?.enablePurgeProtection !== true)
    return `The key vault in 'properties.encryption', '${keyVaultArmId}', must have soft delete and purge protection enabled.`;
  const host = new RegExp(
    `^https://${nameOf(keyVaultArmId)}\\.(vault|managedhsm)\\.[a-z.]+/keys/[0-9a-zA-Z-]{1,127}(/[0-9a-f]{32})?$`,
    "i",
  );
  return host.test(keyIdentifier)
    ? undefined
    : `'properties.encryption.keyVaultProperties.keyIdentifier' is '${keyIdentifier}': it must be the address of a key in '${nameOf(keyVaultArmId)}', such as https://${nameOf(keyVaultArmId)}.vault.azure.net/keys/<name>.`;
}

const common = { types: [WORKSPACE], azureCode: "ValidationError", status: 400 } as const;

export const workspaceStoreRules: readonly Rule[] = [
  {
    ...common,
    code: "workspace-kind",
    on: ["create", "update"],
    source: `Azure REST specification, machinelearningservices: kind; ${DOCS}/concept-hub-workspace: a project belongs to a hub`,
    grade: "D",
    check: ({ body }) => {
      const kind = String(body.kind);
      const known = KINDS.find((one) => sameId(one, kind));
      if (!known) return `'kind' is '${kind}': it must be one of ${KINDS.join(", ")}.`;
      return known === "Project" && !at(body, "properties.hubResourceId")
        ? "A workspace of the kind Project requires 'properties.hubResourceId'."
        : undefined;
    },
  },
  {
    ...common,
    code: "workspace-storage-flat",
    on: ["create", "update"],
    source: `${DOCS}/how-to-manage-workspace (limitations): no hierarchical namespace on the default storage account`,
    grade: "D",
    check: (context) => {
      const account = storageOf(context);
      return account?.body.properties?.isHnsEnabled === true
        ? `The storage account '${account.id}' has a hierarchical namespace ('isHnsEnabled'), which is not supported for the default storage account of a workspace.`
        : undefined;
    },
  },
  {
    ...common,
    code: "workspace-storage-standard",
    on: ["create", "update"],
    source: `${ASSOCIATED}: no premium account and not the kind BlobStorage; blobs and files are both required`,
    grade: "D",
    check: (context) => {
      const account = storageOf(context);
      if (!account) return undefined;
      const sku = String(at(account.body, "sku.name"));
      const kind = String(account.body.kind);
      if (/^Premium/i.test(sku))
        return `The SKU of the storage account '${account.id}' is ${sku}: the default storage account of a workspace can't be a premium account.`;
      return ["Storage", "StorageV2"].includes(kind)
        ? undefined
        : `The storage account '${account.id}' has the kind ${kind}: a workspace requires blobs and files, so the kind must be StorageV2.`;
    },
  },
  {
    ...common,
    code: "workspace-storage-access",
    on: ["create", "update"],
    source: `${DOCS}/how-to-disable-local-auth-storage: without account keys the datastores use an identity; inferred: the service rejects AccessKey`,
    grade: "I",
    check: (context) => {
      const account = storageOf(context);
      return at(context.body, "properties.systemDatastoresAuthMode") === "AccessKey" &&
        account?.body.properties?.allowSharedKeyAccess === false
        ? `'properties.systemDatastoresAuthMode' is AccessKey, and the storage account '${account.id}' doesn't allow access by account keys ('allowSharedKeyAccess' is false): use Identity.`
        : undefined;
    },
  },
  {
    ...common,
    code: "workspace-registry-premium",
    on: ["create", "update"],
    source: `${DOCS}/how-to-managed-network: with only approved outbound, the registry gets a private endpoint, which requires Premium; inferred: the service rejects the workspace itself`,
    grade: "I",
    check: ({ body, inventory }) => {
      const properties = propertiesOf({ body });
      const registry = inventory.get(properties.containerRegistry);
      const sku = at(registry?.body, "sku.name");
      return registry && isolationOf(properties) === "AllowOnlyApprovedOutbound" && sku !== "Premium"
        ? `The SKU of the container registry '${registry.id}' is ${sku}: a managed network that allows only approved outbound traffic requires a Premium registry.`
        : undefined;
    },
  },
  {
    ...common,
    code: "workspace-encryption-vault",
    on: ["create", "update"],
    source: `${KEYS} and how-to-setup-customer-managed-keys: same subscription, soft delete and purge protection`,
    grade: "D",
    check: (context) => {
      const encryption = encryptionOf(context);
      return encryption && encryptionKeyError(encryption, context);
    },
  },
  {
    ...common,
    code: "workspace-encryption-at-creation",
    on: ["update"],
    source: `${KEYS} (limitations): after creation, only another key of the same vault is allowed`,
    grade: "D",
    check: ({ body, previous }) => {
      const [now, before] = [encryptionOf({ body }), encryptionOf(previous!)];
      if (now && !before) return "'properties.encryption' can be enabled only when a workspace is created.";
      if (before && propertiesOf({ body }).encryption !== undefined && !now) return "'properties.encryption' can't be disabled.";
      if (!now || !before) return undefined;
      const [vault, first] = [now, before].map(({ keyVaultProperties }) => keyVaultProperties.keyVaultArmId);
      return sameId(vault, first)
        ? undefined
        : `The key of a workspace can be replaced only by a key of the same vault: its vault is '${first}', and the request has '${vault}'.`;
    },
  },
  {
    ...common,
    code: "workspace-service-side-encryption",
    on: ["create"],
    source: `${KEYS} (service-side encryption of metadata): requires a customer-managed key in a vault with public network access`,
    grade: "D",
    check: ({ body, inventory }) => {
      if (at(body, "properties.enableServiceSideCMKEncryption") !== true) return undefined;
      const encryption = encryptionOf({ body });
      if (!encryption) return "'properties.enableServiceSideCMKEncryption' requires a customer-managed key in 'properties.encryption'.";
      const vault = inventory.get(encryption.keyVaultProperties.keyVaultArmId);
      return String(vault?.body.properties?.publicNetworkAccess).toLowerCase() === "disabled"
        ? `Service-side encryption doesn't support a key vault with public network access disabled: '${vault!.id}'.`
        : undefined;
    },
  },
  {
    ...common,
    code: "workspace-encryption-identity",
    on: ["create", "update"],
    source:
      "Azure REST specification, machinelearningservices: encryption.identity is a user-assigned identity of the workspace; inferred: the service checks it",
    grade: "I",
    check: ({ body }) => {
      const wanted = encryptionOf({ body })?.identity?.userAssignedIdentity;
      const own = Object.keys(body.identity?.userAssignedIdentities ?? {});
      return wanted === undefined || own.some((id) => sameId(id, wanted))
        ? undefined
        : `The identity in 'properties.encryption', '${wanted}', is not one of 'identity.userAssignedIdentities'.`;
    },
  },
];
