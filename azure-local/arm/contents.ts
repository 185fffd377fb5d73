import { BlobTables } from "./blobRecords";
import { isWithin } from "./path";
import type { Table, Tables } from "./tables";

interface Image {
  /** ID of the registry. */
  readonly scope: string;
  readonly repository: string;
  /** `sha256:…` */
  readonly digest: string;
  readonly tag?: string;
}

/** The contents of storage accounts and registries, without the bytes. Deleted together with their container. */
export class Contents {
  readonly blobs: BlobTables;
  private readonly imageTable: Table<Image>;

  constructor(tables: Tables) {
    this.blobs = new BlobTables(tables);
    this.imageTable = tables.table("images");
  }

  /** Whether the container has a blob at this path or below it. */
  hasBlobs(containerId: string, path: string): boolean {
    return this.blobs.hasBlobs(containerId, path);
  }

  /** @param reference A tag or the digest */
  putImage(registryId: string, repository: string, reference: string, digest: string): void {
    const scope = registryId.toLowerCase();
    this.imageTable.set(`${scope}/${repository}@${digest}`, { scope, repository, digest });
    if (reference !== digest) this.imageTable.set(`${scope}/${repository}:${reference}`, { scope, repository, digest, tag: reference });
  }

  /** Returns the digest of an image, by its tag or digest. */
  image(registryId: string, repository: string, reference: string): string | undefined {
    const separator = reference.startsWith("sha256:") ? "@" : ":";
    return this.imageTable.get(`${registryId.toLowerCase()}/${repository}${separator}${reference}`)?.digest;
  }

  /** The images of a registry: one entry for each digest of a repository, and one for each tag. */
  images(registryId: string): { readonly repository: string; readonly digest: string; readonly tag?: string }[] {
    const scope = registryId.toLowerCase();
    return [...this.imageTable.values()].filter((image) => image.scope === scope);
  }

  /** Deletes a tag, or a digest with its tags. @returns whether it existed */
  deleteImage(registryId: string, repository: string, reference: string): boolean {
    const scope = registryId.toLowerCase();
    const deleted = entries(this.imageTable, imageKey).filter(
      ([, image]) => image.scope === scope && image.repository === repository && [image.tag, image.digest].includes(reference),
    );
    for (const [key] of deleted) this.imageTable.delete(key);
    return deleted.length > 0;
  }

  hasImage(registryId: string, repository: string, reference: string): boolean {
    return this.image(registryId, repository, reference) !== undefined;
  }

  forget(resourceId: string): void {
    this.blobs.forget(resourceId);
    for (const [key, { scope }] of entries(this.imageTable, imageKey)) if (isWithin(scope, resourceId)) this.imageTable.delete(key);
  }
}

function entries<T>(table: Table<T>, key: (value: T) => string): [string, T][] {
  return [...table.values()].map((value) => [key(value), value]);
}

const imageKey = ({ scope, repository, digest, tag }: Image) => `${scope}/${repository}${tag ? `:${tag}` : `@${digest}`}`;
