import { paths } from "../platform";
import { but, type RejectedRequest, type Scene } from "./rejectedRequest";

const next = paths.workspace.replace("workspaces/workspace", "workspaces/next");
const storage = paths.storage.replace("storage01", "storage02");
const vault = paths.vault.replace("vault01", "vault02");
const registry = paths.registry.replace("registry01", "registry02");
const KEY = "https://vault02.vault.azure.net/keys/workspace";

const INVALID = "400 ValidationError";

/** A workspace with a second storage account that differs from the platform's in these properties. */
function onStorage(change: Readonly<Record<string, unknown>>): Pick<RejectedRequest, "setup" | "rejected" | "accepted"> {
  return {
    setup: ({ caller, body }) =>
      caller.made(
        storage,
        Object.entries(change).reduce((account, [path, value]) => but(account, path, value), body.storage),
      ),
    rejected: ({ body, id }) => ["PUT", next, but(body.workspace, "properties/storageAccount", id(storage))],
    accepted: ({ body }) => ["PUT", next, body.workspace],
  };
}

function protectedVault(scene: Scene, change: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  const body = but(scene.body.vault, "properties/enablePurgeProtection", true);
  return scene.caller.made(
    vault,
    Object.entries(change).reduce((made, [path, value]) => but(made, path, value), body),
  );
}

/** The body of a workspace whose metadata is encrypted with a key of a vault. */
function encrypted({ body, id }: Scene, keyVault = vault, keyIdentifier = KEY) {
  const encryption = { status: "Enabled", keyVaultProperties: { keyVaultArmId: id(keyVault), keyIdentifier } };
  return but(body.workspace, "properties/encryption", encryption);
}

export const workspaceStoreRejections: readonly RejectedRequest[] = [
  {
    rule: "workspace-storage-flat",
    case: "a workspace on a storage account with a hierarchical namespace",
    answer: INVALID,
    ...onStorage({ "properties/isHnsEnabled": true }),
  },
  {
    rule: "workspace-storage-standard",
    case: "a workspace on a premium storage account",
    answer: INVALID,
    ...onStorage({ "sku/name": "Premium_LRS" }),
  },
  {
    rule: "workspace-storage-standard",
    case: "a workspace on a files-only storage account",
    answer: INVALID,
    ...onStorage({ "sku/name": "Premium_ZRS", kind: "FileStorage", "properties/accessTier": undefined }),
  },
  {
    rule: "workspace-storage-standard",
    case: "a workspace on a blobs-only storage account",
    answer: INVALID,
    ...onStorage({ "sku/name": "Standard_LRS", kind: "BlobStorage", "properties/accessTier": "Hot" }),
  },
  {
    rule: "workspace-registry-premium",
    case: "a Standard registry in a workspace that allows only approved outbound traffic",
    answer: INVALID,
    setup: ({ caller, body }) =>
      caller.made(registry, but(but(body.registry, "sku/name", "Standard"), "properties/publicNetworkAccess", "Enabled")),
    rejected: ({ body, id }) => ["PUT", next, but(body.workspace, "properties/containerRegistry", id(registry))],
    accepted: ({ body, id }) => [
      "PUT",
      next,
      but(
        but(body.workspace, "properties/containerRegistry", id(registry)),
        "properties/managedNetwork/isolationMode",
        "AllowInternetOutbound",
      ),
    ],
  },
  {
    rule: "workspace-encryption-vault",
    case: "a key in a vault that doesn't exist",
    answer: INVALID,
    setup: protectedVault,
    rejected: (scene) => ["PUT", next, encrypted(scene, `${vault}-gone`)],
    accepted: (scene) => ["PUT", next, encrypted(scene)],
  },
  {
    rule: "workspace-encryption-vault",
    case: "a key in a vault without purge protection",
    answer: INVALID,
    setup: async (scene) => {
      await scene.caller.made(vault, scene.body.vault);
      await scene.caller.made(`${vault}b`, but(scene.body.vault, "properties/enablePurgeProtection", true));
    },
    rejected: (scene) => ["PUT", next, encrypted(scene)],
    accepted: (scene) => ["PUT", next, encrypted(scene, `${vault}b`, KEY.replace("vault02", "vault02b"))],
  },
  {
    rule: "workspace-encryption-vault",
    case: "a key of a vault other than the specified one",
    answer: INVALID,
    setup: protectedVault,
    rejected: (scene) => ["PUT", next, encrypted(scene, vault, "https://vault01.vault.azure.net/keys/workspace")],
    accepted: (scene) => ["PUT", next, encrypted(scene, vault, `${KEY}/${"0".repeat(32)}`)],
  },
  {
    rule: "workspace-encryption-vault",
    case: "a secret identifier instead of a key identifier",
    answer: INVALID,
    setup: protectedVault,
    rejected: (scene) => ["PUT", next, encrypted(scene, vault, KEY.replace("/keys/", "/secrets/"))],
    accepted: (scene) => ["PUT", next, encrypted(scene)],
  },
  {
    rule: "workspace-encryption-at-creation",
    case: "a customer-managed key on an existing workspace",
    answer: INVALID,
    setup: protectedVault,
    rejected: (scene) => ["PUT", paths.workspace, encrypted(scene)],
    accepted: (scene) => ["PUT", next, encrypted(scene)],
  },
  {
    rule: "workspace-encryption-at-creation",
    case: "removed encryption",
    answer: INVALID,
    setup: async (scene) => {
      await protectedVault(scene);
      await scene.caller.made(next, encrypted(scene));
    },
    rejected: (scene) => ["PUT", next, but(encrypted(scene), "properties/encryption/status", "Disabled")],
    accepted: (scene) => ["PUT", next, encrypted(scene, vault, `${KEY}-2`)],
  },
  {
    rule: "workspace-encryption-at-creation",
    case: "a key of another vault",
    answer: INVALID,
    setup: async (scene) => {
      await protectedVault(scene);
      await scene.caller.made(`${vault}b`, but(scene.body.vault, "properties/enablePurgeProtection", true));
      await scene.caller.made(next, encrypted(scene));
    },
    rejected: (scene) => ["PUT", next, encrypted(scene, `${vault}b`, KEY.replace("vault02", "vault02b"))],
    accepted: (scene) => ["PUT", next, encrypted(scene, vault, `${KEY}-2`)],
  },
  {
    rule: "workspace-service-side-encryption",
    case: "service-side encryption without a key",
    answer: INVALID,
    setup: (scene) => protectedVault(scene, { "properties/publicNetworkAccess": "Enabled" }),
    rejected: ({ body }) => ["PUT", next, but(body.workspace, "properties/enableServiceSideCMKEncryption", true)],
    accepted: (scene) => ["PUT", next, but(encrypted(scene), "properties/enableServiceSideCMKEncryption", true)],
  },
  {
    rule: "workspace-service-side-encryption",
    case: "service-side encryption with a key in a vault without public network access",
    answer: INVALID,
    setup: protectedVault,
    rejected: (scene) => ["PUT", next, but(encrypted(scene), "properties/enableServiceSideCMKEncryption", true)],
    accepted: (scene) => ["PUT", next, encrypted(scene)],
  },
  {
    rule: "workspace-encryption-identity",
    case: "an identity for the key that the workspace doesn't have",
    answer: INVALID,
    setup: protectedVault,
    rejected: (scene) => [
      "PUT",
      next,
      but(encrypted(scene), "properties/encryption/identity", { userAssignedIdentity: scene.id(paths.identity) }),
    ],
    accepted: (scene) => [
      "PUT",
      next,
      but({ ...encrypted(scene), identity: both(scene) }, "properties/encryption/identity", {
        userAssignedIdentity: scene.id(paths.identity),
      }),
    ],
  },
  {
    rule: "workspace-kind",
    case: "an unknown kind of workspace",
    answer: INVALID,
    rejected: ({ body }) => ["PUT", next, but(body.workspace as object, "kind", "Standard")],
    accepted: ({ body }) => ["PUT", next, but(body.workspace as object, "kind", "Default")],
  },
  {
    rule: "workspace-kind",
    case: "a project without a hub",
    answer: INVALID,
    setup: ({ caller, body }) => caller.made(`${next}-hub`, but(body.workspace as object, "kind", "Hub")),
    rejected: ({ body }) => ["PUT", next, { ...without(body.workspace), kind: "Project" }],
    accepted: ({ body, id }) => [
      "PUT",
      next,
      but({ ...without(body.workspace), kind: "Project" }, "properties/hubResourceId", id(`${next}-hub`)),
    ],
  },
  {
    rule: "workspace-storage-access",
    case: "account keys for the datastores of a storage account that doesn't allow them",
    answer: INVALID,
    rejected: ({ body }) => ["PUT", next, but(body.workspace, "properties/systemDatastoresAuthMode", "AccessKey")],
    accepted: ({ body }) => ["PUT", next, but(body.workspace, "properties/systemDatastoresAuthMode", "Identity")],
  },
];

function both({ id }: Scene) {
  return { type: "SystemAssigned,UserAssigned", userAssignedIdentities: { [id(paths.identity)]: {} } };
}

/** A project uses the stores and the network of its hub. */
function without(workspace: Scene["body"]["workspace"]) {
  return { ...workspace, properties: { publicNetworkAccess: "Disabled" } };
}
