import type { Directory, Principal } from "../../registry/host";
import { readToken } from "../../scoringProxy/jwt";
import { StorageError } from "../../storage/answer";
import type { Account, BlobAction, StorageHost } from "../../storage/host";
import { AzureError } from "../azureError";
import type { RoleName } from "../builtInRoles";
import { containerIdOf, isDefaultContainer } from "../dataLocations";
import type { Engine } from "../engine";
import { holdsRole } from "../grants";
import { at } from "../json";
import type { Inventory, Resource } from "../model";

export const STORAGE_ACCOUNT = "Microsoft.Storage/storageAccounts";

/** Roles with access to blobs. Source: Azure docs, storage/blobs/authorize-access-azure-active-directory. Owner and Contributor have none. */
const roles: Readonly<Record<BlobAction, readonly RoleName[]>> = {
  read: ["Storage Blob Data Reader", "Storage Blob Data Contributor", "Storage Blob Data Owner"],
  write: ["Storage Blob Data Contributor", "Storage Blob Data Owner"],
};

const actions = Object.keys(roles) as BlobAction[];

export function storageAccount({ id, name, body }: Resource, { tenantId }: Inventory): Account {
  return { id, name: name.toLowerCase(), acceptsKeys: at(body, "properties.allowSharedKeyAccess") !== false, tenantId };
}

export interface StorageHostOptions {
  readonly directory: Directory | undefined;
  readonly deployerBlobs: "everything" | "assigned";
}

/**
 * The storage accounts of the state. Without a directory, all tokens are those of the deployer. With one, a JSON Web Token must be signed by
 * the local issuer. Any other text is accepted as a token of the deployer.
 */
export function storageHost(engine: Engine, { directory, deployerBlobs }: StorageHostOptions): StorageHost {
  const { inventory, contents } = engine;
  const deployer = directory?.deployerId(inventory.tenantId) ?? "";
  return {
    now: () => engine.now(),
    records: contents.blobs,
    transact: (act) => {
      try {
        return engine.transact(act);
      } catch (error) {
        throw error instanceof AzureError ? new StorageError(error.status, error.code, error.message) : error;
      }
    },
    containerId: (account, name) => (hasContainer(account, name, inventory) ? containerIdOf(account.id, name) : undefined),
    rights: (account, container, { oid, groups }) => {
      if (deployerBlobs === "everything" && oid === deployer) return new Set(actions);
      const scope = containerIdOf(account.id, container);
      return new Set(actions.filter((action) => [oid, ...groups].some((one) => holdsRole(inventory, one, roles[action], scope))));
    },
    principalOf: (token, account) => readPrincipal(token, account, directory, deployer),
  };
}

function readPrincipal(
  token: string,
  { name }: Account,
  directory: Directory | undefined,
  deployer: string,
): Principal | { readonly invalid: string } {
  if (directory === undefined || token.split(".").length !== 3) return { oid: deployer, groups: [] };
  const reading = readToken(token, directory.tokenSecret);
  if ("invalid" in reading) return reading;
  const { aud, oid, groups } = reading.claims;
  const audience = typeof aud === "string" ? aud.replace(/\/+$/, "") : "";
  // Source: Azure docs, storage/blobs/authorize-access-azure-active-directory, "Resource ID".
  if (audience !== "https://storage.azure.com" && audience !== `https://${name}.blob.core.windows.net`)
    return { invalid: `has the audience '${audience}'` };
  if (typeof oid !== "string") return { invalid: "has no oid" };
  return { oid, groups: Array.isArray(groups) ? groups.filter((one) => typeof one === "string") : [] };
}

/** Whether the container exists, or is the default container of a workspace. */
function hasContainer(account: Account, container: string, inventory: Inventory): boolean {
  const id = containerIdOf(account.id, container);
  return inventory.get(id) !== undefined || isDefaultContainer(id, inventory);
}
