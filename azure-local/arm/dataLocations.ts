import { at } from "./json";
import type { Inventory, Resource } from "./model";
import { propertiesOf } from "./types/managedNetwork";

/** An image as a registry knows it. */
export interface ImageReference {
  readonly repository: string;
  /** Digest, or tag where there is no digest. */
  readonly reference: string;
}

/** Takes `<host>/<repository>[:<tag>][@<digest>]` apart. */
export function imageReference(image: string): ImageReference {
  const path = image.slice(image.indexOf("/") + 1);
  const [named, digest] = path.split("@") as [string, string | undefined];
  const [repository, tag] = named.split(":") as [string, string | undefined];
  return { repository, reference: digest ?? tag ?? "latest" };
}

/** Where the files of a model lie. */
export interface BlobLocation {
  readonly containerId: string;
  readonly path: string;
}

export function containerIdOf(accountId: string, container: string): string {
  return `${accountId}/blobServices/default/containers/${container}`;
}

/** The container that the service makes in a workspace's storage for its datastore `workspaceblobstore`. */
export function defaultContainer(workspace: Resource): string {
  return `azureml-blobstore-${String(at(workspace.outputs, "properties.workspaceId"))}`;
}

/** Where an `azureml://…/datastores/<name>/paths/<path>` points to, or undefined for other kinds of URI and unknown datastores. */
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
