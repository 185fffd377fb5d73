/** Copies one file, and continues a copy that another run has started. */

import { blockSizeOf, blockSizes, blocksOf } from "../blocks";
import { WeightsError } from "../error";
import type { PreparedFile } from "../origin";
import { copyByUrl, copyFromTwin } from "./byUrl";
import type { CopyContext } from "./context";
import { brokenSource, copyStreamed } from "./streamed";
import { hashMetadata, verifyBlob, wrongHash } from "./verify";

/**
 * Copies a file and verifies it. Blocks that are stored are not sent again.
 * @throws WeightsError if the copy has another content; HubError, BlobError
 */
export async function copyFile(context: CopyContext, file: PreparedFile, signal: AbortSignal): Promise<void> {
  const { container, progress } = context.options;
  const name = context.nameOf(file);
  if (file.content !== undefined) {
    await container.put(name, file.content, { metadata: { [hashMetadata]: file.sha256 }, signal });
    context.copied += file.size;
    progress.add({ copy: file.size, verify: file.size });
    return;
  }
  const blocks = blocksOf(file, blockSizeOf(file.size, context.options.blockSize ?? blockSizes.min));
  const found = await container.stagedBlocks(name, { signal });
  // The service refuses a block whose ID has another length than those that it stores. Another tool left them. Source: Azure docs, put-block.
  const isForeign = found.some(({ id }) => id.length !== blocks[0]?.id.length);
  if (isForeign) await container.discard(name, { signal });
  const sizes = new Map(isForeign ? [] : found.map(({ id, size }) => [id, size]));
  const stored = blocks.filter(({ id, size }) => sizes.get(id) === size);
  progress.find({ copy: stored.reduce((sum, { size }) => sum + size, 0) });
  const missing = blocks.filter((block) => !stored.includes(block));
  const streamed = await copyMissing(context, file, missing, stored.length === 0, signal);
  const ids = blocks.map(({ id }) => id);
  if (streamed === undefined) {
    // This machine didn't see all bytes.
    await container.commit(name, ids, {}, { signal });
    await verifyCopy(context, file, signal);
    return;
  }
  if (streamed !== file.sha256) {
    // Otherwise, the next run would use these blocks.
    await container.discard(name, { signal });
    throw wrongHash(container, context, file);
  }
  await container.commit(name, ids, { [hashMetadata]: file.sha256 }, { signal });
  progress.add({ verify: file.size });
}

/** A copy of a blob that was changed since it was staged is replaced by a copy of the source. */
async function verifyCopy(context: CopyContext, file: PreparedFile, signal: AbortSignal): Promise<void> {
  try {
    await verifyBlob(context, file, signal);
  } catch (error) {
    if (!(error instanceof WeightsError) || error.problem !== "hash" || file.twin === undefined) throw error;
    const { twin, ...fromSource } = file;
    context.options.report(`${twin} was changed since it was staged, so ${file.path} is copied from its source.`);
    await copyFile(context, fromSource, signal);
  }
}

type Blocks = ReturnType<typeof blocksOf>;

/** @returns the SHA-256 of the file, if all of its bytes passed this machine */
async function copyMissing(
  context: CopyContext,
  file: PreparedFile,
  missing: Blocks,
  isWhole: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { report, container } = context.options;
  let left = missing;
  if (file.twin !== undefined) {
    if (await copyFromTwin(context, file, file.twin, missing, signal)) return undefined;
    const copied = new Set((await container.stagedBlocks(context.nameOf(file), { signal })).map(({ id }) => id));
    left = missing.filter(({ id }) => !copied.has(id));
  }
  // The service can't read a file of this machine.
  if (!context.streams && file.origin.kind === "hub") {
    const refused = await copyByUrl(context, file, left, signal);
    if (refused === undefined) return undefined;
    if (!context.streams) report(`${file.path} is copied through this machine, and so are the files after it, because ${refused}.`);
    context.streams = true;
    const stored = new Set((await container.stagedBlocks(context.nameOf(file), { signal })).map(({ id }) => id));
    left = missing.filter(({ id }) => !stored.has(id));
  }
  try {
    return await copyStreamed(context, file, left, isWhole && left.length === missing.length, signal);
  } catch (error) {
    throw brokenSource(error, file);
  }
}
