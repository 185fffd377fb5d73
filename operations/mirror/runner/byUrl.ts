/** Copies blocks by URL: the storage service reads them from the CDN itself, so their bytes don't pass this machine. */
import { BlobError } from "../../../azure/blobStorage";
import { inParallel } from "../../parallel";
import type { FileBlock } from "../blocks";
import { locate, type OriginSource, type PreparedFile } from "../origin";
import type { CopyContext } from "./context";

/** Why the service doesn't copy a file, for a message. */
export type NotCopied = string;

/**
 * Copies blocks of a file. A source that was refused, for example because its address expired, is renewed once per block.
 * @returns undefined if all are copied, or why the service can't read the source; then some blocks can be copied
 */
export async function copyByUrl(
  context: CopyContext,
  file: PreparedFile,
  blocks: readonly FileBlock[],
  signal: AbortSignal,
): Promise<NotCopied | undefined> {
  const source = new RenewedSource(file);
  const [first, ...others] = blocks;
  if (first === undefined) return undefined;
  // A service that refuses the source is recognized at the first block.
  const refused = await context.slots.run(() => copyBlock(context, file, source, first, signal));
  if (refused !== undefined) return refused;
  let later: NotCopied | undefined;
  await inParallel(others, others.length, signal, (block, either) =>
    context.slots.run(async () => {
      if (later === undefined) later = await copyBlock(context, file, source, block, either);
    }),
  );
  return later;
}

/**
 * Copies blocks of a file from a blob with the same content.
 * @returns whether all are copied; otherwise, the blob doesn't exist or the service refuses to read it
 */
export async function copyFromTwin(
  context: CopyContext,
  file: PreparedFile,
  twin: string,
  blocks: readonly FileBlock[],
  signal: AbortSignal,
): Promise<boolean> {
  const { container, progress } = context.options;
  const copy = async (block: FileBlock, either: AbortSignal) => {
    try {
      await container.stageBlockFromBlob(context.nameOf(file), block.id, twin, block, { signal: either });
      context.copied += block.size;
      progress.add({ copy: block.size });
      return true;
    } catch (error) {
      if (error instanceof BlobError && isRefusal(error)) return false;
      throw error;
    }
  };
  const [first, ...others] = blocks;
  if (first === undefined) return true;
  if (!(await context.slots.run(() => copy(first, signal)))) return false;
  let areCopied = true;
  await inParallel(others, others.length, signal, (block, either) =>
    context.slots.run(async () => {
      if (areCopied && !(await copy(block, either))) areCopied = false;
    }),
  );
  return areCopied;
}

async function copyBlock(
  context: CopyContext,
  file: PreparedFile,
  source: RenewedSource,
  block: FileBlock,
  signal: AbortSignal,
): Promise<NotCopied | undefined> {
  const { container, progress } = context.options;
  for (let renewals = 0; ; renewals += 1) {
    signal.throwIfAborted();
    const at = await source.current();
    if (at.kind !== "signed") return "the Hub gives no signed address for it";
    try {
      await container.stageBlockFromUrl(context.nameOf(file), block.id, at.url, block, { signal });
      context.copied += block.size;
      progress.add({ copy: block.size });
      return undefined;
    } catch (error) {
      if (!(error instanceof BlobError) || !isRefusal(error)) throw error;
      if (renewals > 0 || !error.isCopySource)
        return `the storage service can't read it (${[error.status, error.code].filter(Boolean).join(" ")})`;
      source.renew(at);
    }
  }
}

/**
 * Whether the service refuses to copy from this source: it can't read it, or rejects the request in a way that doesn't concern other requests,
 * such as an address of more than 2 KiB. The network rules count too, because requests of this machine were accepted before.
 */
function isRefusal(error: BlobError): boolean {
  return error.isCopySource || (error.status >= 400 && error.status < 500 && error.status !== 404 && !error.isAccessDenied);
}

/** The address of a file, which all of its blocks use until it is refused. */
class RenewedSource {
  private source: Promise<OriginSource> | undefined;
  private latest: OriginSource | undefined;

  constructor(private readonly file: PreparedFile) {}

  async current(): Promise<OriginSource> {
    this.source ??= locate(this.file.origin);
    this.latest = await this.source;
    return this.latest;
  }

  /** Asks for another address, unless another block has done so. */
  renew(refused: OriginSource): void {
    if (this.latest === refused) this.source = undefined;
  }
}
