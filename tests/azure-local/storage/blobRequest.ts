/** Headers of a request to the blob service from the deployer. */
export const blobRequest = { authorization: "Bearer local", "x-ms-version": "2025-05-05", "x-ms-blob-type": "BlockBlob" } as const;
