/** Divides a file into the blocks of a blob. The same file always has the same blocks, so that another run can continue. */

/** A part of a file. */
export interface FileBlock {
  /** Base64. It contains the hash of the file and the offset, so a block of another file or another size is never used. */
  readonly id: string;
  /** Position of the first byte in the file. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

const mebibyte = 1024 * 1024;

/** Smallest and largest size of a block, in bytes. A killed run repeats at most the blocks in progress. */
export const blockSizes = { min: 64 * mebibyte, max: 4000 * mebibyte } as const;

/** Maximum number of blocks of a blob. Source: Azure docs, scalability-targets. */
const mostBlocks = 50_000;

/**
 * Size of the blocks of a file, in bytes: 64 MiB, or as much more as 50,000 blocks require.
 * @param fileSize Bytes.
 */
export function blockSizeOf(fileSize: number, smallest: number = blockSizes.min): number {
  const required = Math.ceil(fileSize / mostBlocks);
  return required <= smallest ? smallest : Math.ceil(required / mebibyte) * mebibyte;
}

/**
 * The blocks of a file, in order.
 * @param blockSize Bytes.
 */
export function blocksOf({ size, sha256 }: { readonly size: number; readonly sha256: string }, blockSize: number): FileBlock[] {
  const count = Math.ceil(size / blockSize);
  return Array.from({ length: count }, (_, index) => {
    const offset = index * blockSize;
    const length = Math.min(blockSize, size - offset);
    // All IDs of a blob must have the same length, at most 64 bytes. Source: Azure docs, put-block.
    const name = `${sha256.slice(0, 24)}-${offset.toString(16).padStart(14, "0")}-${length.toString(16).padStart(8, "0")}`;
    return { id: Buffer.from(name).toString("base64"), offset, size: length };
  });
}
