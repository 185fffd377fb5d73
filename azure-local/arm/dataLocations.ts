import { at } from "./json";
import type { Inventory, Resource } from "./model";
import { sameId } from "./path";
import { propertiesOf } from "./types/managedNetwork";

/** An image in a registry. */
export interface ImageReference {
  readonly repository: string;
  /** The digest, or the tag if there is no digest. */
  readonly reference: string;
}

/** Parses `<host>/<repository>[:<tag>][@<digest>]`. */
export function imageReference(image: string): ImageReference {
  const path = image.slice(image.indexOf("/") + 1);
  const [named, digest] = path.split("@") as [string, string | undefined];
  const [repository, tag] = named.split(":") as [string, string | undefined];
  return { repository, reference: digest ?? tag ?? "latest" };
}

/** The location of a model's files. */
export interface BlobLocation {
  readonly containerId: string;
  readonly path: string;
}

export function containerIdOf(accountId: string, container: string): string {
  return `${accountId}/blobServices/default/containers/${container}`;
}

/** The container that the service creates in a workspace's storage account for the datastore `workspaceblobstore`. */
export function defaultContainer(workspace: Resource): string {
  return `azureml-blobstore-${String(at(workspace.outputs, "properties.workspaceId"))}`;
}

/** Whether a container is the default container of a workspace. It exists although no request has created it. */
export function isDefaultContainer(containerId: string, inventory: Inventory): boolean {
  return inventory.all("Microsoft.MachineLearningServices/workspaces").some((workspace) => {
    const { storageAccount } = propertiesOf(workspace);
    return storageAccount !== undefined && sameId(containerIdOf(storageAccount, defaultContainer(workspace)), containerId);
  });
}

/** Resolves `azureml://…/datastores/<name>/paths/<path>`. Returns undefined for other URIs and unknown datastores. */
export function datastoreLocation(uri: string, workspace: Resource, inventory: Inventory): BlobLocation | undefined {
  const [, name, path] = /^azureml:\/\/.*?\/?datastores\/([^/]+)\/paths\/(.+)$/i.exec(uri) ?? [];
  if (!name || !path) return undefined;
  const datastore = inventory.get(`${workspace.id}/datastores/${name}`);
  if (datastore) {
    const { accountName, containerName } = (datastore.body.properties ?? {}) as { accountName?: string; containerName?: string };
    const account = inventory.all("Microsoft.Storage/storageAccounts").find((one) => one.name === accountName);
    return account && containerName ? { containerId: containerIdOf(account.id, containerName), path } : undefined;
  }
  const { storageAccount } = propertiesOf(workspace);
  if (name.toLowerCase() !== "workspaceblobstore" || !storageAccount) return undefined;
  return { containerId: containerIdOf(storageAccount, defaultContainer(workspace)), path };
}
