/** A repository and the tags that an import writes in it. Without tags, only the digest is written. */
export interface ImportTarget {
  readonly repository: string;
  readonly tags: readonly string[];
}

/** What an import copies. The credentials are stored with the secrets of the operation. */
export interface ImportWork {
  /** Host name of the source registry. */
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
  readonly registryId: string;
  readonly targets: readonly ImportTarget[];
}
