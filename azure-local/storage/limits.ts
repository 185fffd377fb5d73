/** Limits of block blobs. Source: Azure REST reference, storageservices/understanding-block-blobs--append-blobs--and-page-blobs. */
export interface BlobLimits {
  /** Bytes. */
  readonly block: number;
  /** Bytes of a blob that is written by one request. */
  readonly wholeBlob: number;
  readonly committedBlocks: number;
  readonly uncommittedBlocks: number;
  /**
   * Milliseconds without a new block after which uncommitted blocks are discarded. Source: Azure REST reference,
   * storageservices/put-block: a week.
   */
  readonly uncommittedFor: number;
}

export const blobLimits: BlobLimits = {
  block: 4000 * 1024 ** 2,
  wholeBlob: 5000 * 1024 ** 2,
  committedBlocks: 50_000,
  uncommittedBlocks: 100_000,
  uncommittedFor: 7 * 24 * 3600 * 1000,
};
