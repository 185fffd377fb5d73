import { StorageError } from "./answer";
import type { StorageCall } from "./call";
import type { StorageHost } from "./host";

/** The ARM ID of the container of a request. @throws StorageError if it doesn't exist */
export function containerOf({ account, path }: StorageCall, host: StorageHost): string {
  const id = host.containerId(account, path.split("/")[0]!);
  if (id !== undefined) return id;
  throw new StorageError(404, "ContainerNotFound", "The specified container does not exist.");
}
