/** Azure Blob Storage: blobs of one container, written in blocks. */
export {
  BlobContainer,
  type BlobContainerOptions,
  type BlobProperties,
  type ListedBlob,
  type StagedBlock,
} from "./container";
export { BlobConnectionError, BlobError, type CopySourceAnswer } from "./error";
export { type BlobsNotReachable, blobsNotReachable, type Resolve } from "./reachability";
