import type { Readable } from "node:stream";
import type { Manifest } from "./registries";

/** First and last byte, inclusive. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The bytes of one registry. Which manifests and tags exist is part of the state of the resource manager, see `RegistryHost`. All methods
 * throw RegistryError for requests that the registry rejects.
 */
export interface ImageStore {
  manifest(repository: string, digest: string): Promise<Manifest | undefined>;
  /**
   * @param reference the digest or a tag
   * @param check Whether all blobs and manifests that the manifest refers to must be in the repository
   */
  putManifest(repository: string, reference: string, manifest: Manifest, check: boolean): Promise<void>;
  /** Size in bytes. Undefined if the blob is not in the repository. */
  blobSize(repository: string, digest: string): Promise<number | undefined>;
  /** Reads a blob that exists. */
  readBlob(repository: string, digest: string, range?: ByteRange): Promise<Readable>;
  /** Adds a blob of another repository. @returns false if it isn't there */
  mountBlob(repository: string, digest: string, from: string): Promise<boolean>;
  /** @returns the ID of the upload */
  startUpload(repository: string): Promise<string>;
  /** Number of bytes received. Undefined if the upload doesn't exist. Uploads end with the process. */
  uploadSize(repository: string, upload: string): number | undefined;
  /** Appends to an upload. If that fails, the upload is unchanged. @returns the number of bytes received */
  append(repository: string, upload: string, body: Readable): Promise<number>;
  /** Stores an upload as a blob, if it has this digest. The upload ends in any case. */
  finishUpload(repository: string, upload: string, digest: string): Promise<void>;
  cancelUpload(repository: string, upload: string): Promise<void>;
}

/** The registries of a local Azure. A scope identifies a registry; a re-created registry has a new scope. */
export interface ImageStores {
  of(scope: string): ImageStore;
  /** Deletes the contents of all other registries. */
  keep(scopes: readonly string[]): void;
}
