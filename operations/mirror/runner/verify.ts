/** Verifies blobs by reading them back. */
import { createHash } from "node:crypto";
import type { BlobContainer } from "../../../azure/blobStorage";
import { WeightsError } from "../error";
import { originText, type PreparedFile } from "../origin";
import type { CopyContext } from "./context";

/** Name of the metadata with the SHA-256 of a blob. Only verified blobs have it. */
export const hashMetadata = "sha256";

/**
 * Reads a blob back, and marks it as verified. A blob with another content is deleted.
 * @throws WeightsError if it has another content
 */
export async function verifyBlob(context: CopyContext, file: PreparedFile, signal: AbortSignal): Promise<void> {
  const { container, progress } = context.options;
  const name = context.nameOf(file);
  const hash = createHash("sha256");
  if (file.size > 0) {
    const range = { offset: 0, size: file.size };
    const use = (chunk: Buffer) => {
      hash.update(chunk);
      progress.add({ verify: chunk.length });
    };
    await container.read(name, range, use, { signal });
  }
  if (hash.digest("hex") !== file.sha256) {
    await container.remove(name, { signal });
    throw wrongHash(container, context, file);
  }
  await container.setMetadata(name, { [hashMetadata]: file.sha256 }, { signal });
}

/** The error for a file whose content is not the one that the Hub lists. */
export function wrongHash({ host, container }: BlobContainer, { folder }: CopyContext, { path, origin }: PreparedFile): WeightsError {
  return new WeightsError(
    "hash",
    `${originText(origin, path)}, after it was copied to ${host}/${container}/${folder}. ` +
      "The copy was deleted, and nothing was registered. Check that no proxy changes downloads, and run the command again. It copies only this file again.",
  );
}
