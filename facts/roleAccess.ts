/**
 * What roles allow that matters for prompts, answers and keys. For a role whose definition was read, its actions decide; the table is for built-in
 * roles in a preview, whose definitions are not read.
 */
import { type BuiltInRole, SCORE_ACTION } from "./roles";

export const rolePowers = [
  "score",
  "read endpoint keys",
  "read secrets",
  "change secrets",
  "read stored data",
  "change stored data",
  "read logs",
  "grant roles",
  "change resources",
] as const;
export type RolePower = (typeof rolePowers)[number];

/** One action that has the power. `data`: an action on the data plane. Source: Azure docs, role-based-access-control/resource-provider-operations. */
export const powerActions: Readonly<Record<RolePower, readonly { readonly action: string; readonly data?: true }[]>> = {
  score: [{ action: SCORE_ACTION }],
  "read endpoint keys": [{ action: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/listKeys/action" }],
  "read secrets": [{ action: "Microsoft.KeyVault/vaults/secrets/getSecret/action", data: true }],
  "change secrets": [
    { action: "Microsoft.KeyVault/vaults/secrets/setSecret/action", data: true },
    { action: "Microsoft.KeyVault/vaults/secrets/delete", data: true },
    { action: "Microsoft.KeyVault/vaults/secrets/purge/action", data: true },
  ],
  "read stored data": [
    { action: "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", data: true },
    { action: "Microsoft.Storage/storageAccounts/fileServices/fileshares/files/read", data: true },
    { action: "Microsoft.ContainerRegistry/registries/pull/read" },
  ],
  "change stored data": [
    { action: "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write", data: true },
    { action: "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete", data: true },
    { action: "Microsoft.Storage/storageAccounts/fileServices/fileshares/files/write", data: true },
    { action: "Microsoft.ContainerRegistry/registries/push/write" },
  ],
  "read logs": [{ action: "Microsoft.OperationalInsights/workspaces/query/read" }],
  "grant roles": [{ action: "Microsoft.Authorization/roleAssignments/write" }],
  "change resources": [{ action: "Microsoft.MachineLearningServices/workspaces/write" }],
};

/** Source: Azure docs, role-based-access-control/built-in-roles (2026-11), the actions of each role. */
export const builtInPowers: Readonly<Partial<Record<BuiltInRole, readonly RolePower[]>>> = {
  Owner: ["score", "read endpoint keys", "read stored data", "change stored data", "read logs", "grant roles", "change resources"],
  Contributor: ["score", "read endpoint keys", "read stored data", "change stored data", "read logs", "change resources"],
  Reader: ["read stored data", "read logs"],
  "User Access Administrator": ["grant roles", "read stored data", "read logs"],
  "Role Based Access Control Administrator": ["grant roles", "read logs"],
  "AzureML Data Scientist": ["score", "read endpoint keys"],
  AcrPull: ["read stored data"],
  AcrPush: ["read stored data", "change stored data"],
  "Storage Blob Data Reader": ["read stored data"],
  "Storage Blob Data Contributor": ["read stored data", "change stored data"],
  "Storage File Data Privileged Contributor": ["read stored data", "change stored data"],
  "Key Vault Administrator": ["read secrets", "change secrets"],
  "Key Vault Secrets User": ["read secrets"],
  "Monitoring Contributor": ["read logs"],
};
