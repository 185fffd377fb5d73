/** Images that were imported without their bytes, because the local Azure has no address for the registry that they come from. */
import type { LocalRegistry, RegistryHost } from "./host";
import type { ImageStore } from "./imageStore";

/** Whether an image was imported into the repository without its bytes. */
export async function hasImageWithoutBytes(
  host: RegistryHost,
  registry: LocalRegistry,
  store: ImageStore,
  repository: string,
): Promise<boolean> {
  const digests = host.images(registry.id).filter((image) => image.repository === repository && image.tag === undefined);
  for (const { digest } of digests) if ((await store.manifest(repository, digest)) === undefined) return true;
  return false;
}

/** The repository of a request for a blob. Undefined for other requests. @param path For example `v2/moor/vllm/blobs/sha256:…` */
export function repositoryOfBlob(path: string): string | undefined {
  return /^v2\/(.+)\/blobs\/sha256:[0-9a-f]{64}$/.exec(path)?.[1];
}

/** Why a blob is missing, for the log of the run that asked for it. */
export function withoutBytesLine(repository: string): string {
  return (
    `This can't happen in Azure: the base was imported into ${repository} without its bytes, because the local Azure has no address for its ` +
    "registry. Start the local Azure with --outside-registry <host>=<url>, for example docker.io=http://127.0.0.1:5001. Then destroy and create " +
    "the stack again, because an existing image is not imported again."
  );
}
