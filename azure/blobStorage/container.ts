/** Client of one blob container: writes blobs in blocks, which survive a killed run, and reads, lists and deletes them. */
import type { Readable } from "node:stream";
import type { Credential } from "../arm";
import type { Cloud } from "../clouds";
import { BlobConnectionError, BlobError, blobError } from "./error";
import { type BlockBlobClient, type ContainerClient, openContainer } from "./pipeline";
import { type BlobsNotReachable, blobsNotReachable, type Resolve } from "./reachability";

export interface BlobContainerOptions {
  /** Name of the storage account. */
  readonly account: string;
  /** Name of the container. */
  readonly container: string;
  readonly cloud: Cloud;
  readonly credential: Credential;
  /** Address of the account's blobs: HTTPS, or HTTP on this machine. @default - `https://<account>.blob.<domain of the cloud>` */
  readonly endpoint?: string;
  /** Headers of all requests. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Attempts of a request after a broken connection, 500 and 503. @default 5 */
  readonly attempts?: number;
  /** Seconds before the second retry. Each further retry waits twice as long. @default 4 */
  readonly retrySeconds?: number;
  /** Seconds without a byte of a read blob after which its transfer counts as broken. @default 300 */
  readonly patience?: number;
  /** Resolves host names. @default - the resolver of this machine */
  readonly resolve?: Resolve;
}

/** A block that is stored but not yet part of a blob. The service deletes it after a week. Source: Azure docs, put-block. */
export interface StagedBlock {
  /** Base64. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

export interface BlobProperties {
  /** Bytes. */
  readonly size: number;
  /** By name, in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ListedBlob extends BlobProperties {
  /** Name in the container. */
  readonly name: string;
}

export interface RequestOptions {
  /** Cancels the request. @default - the request can't be canceled */
  readonly signal?: AbortSignal;
}

/**
 * The blobs of one container. All requests use a Microsoft Entra token, never an account key. The operations reject with a BlobError or a
 * BlobConnectionError.
 */
export class BlobContainer {
  /** Host name of the account's blobs, for messages. */
  readonly host: string;
  private opened: Promise<ContainerClient> | undefined;
  private openedOnce: Promise<ContainerClient> | undefined;

  constructor(private readonly options: BlobContainerOptions) {
    this.host = `${options.account}.blob.${options.cloud.storageDomain}`;
  }

  get account(): string {
    return this.options.account;
  }

  get container(): string {
    return this.options.container;
  }

  /**
   * Checks whether this machine can read the container. It sends one request, without retries. Whether it can write is not checked.
   * @throws Error for any other problem, such as a missing sign-in or a missing container
   */
  async probe(): Promise<"reachable" | BlobsNotReachable> {
    try {
      const page = (await this.once()).listBlobsFlat().byPage({ maxPageSize: 1 });
      await this.translated("List Blobs", () => page.next());
      return "reachable";
    } catch (error) {
      const why = await this.notReachable(error);
      if (why !== undefined) return why;
      throw error;
    }
  }

  /** The reason why a request failed, if this machine can't reach the account or has no role. */
  notReachable(error: unknown): Promise<BlobsNotReachable | undefined> {
    return blobsNotReachable(error, this.host, this.options.resolve);
  }

  /**
   * Stores a block of a blob from a stream. It is sent once, without retries, because a stream can't be read again.
   * @param id Base64. All blocks of a blob have IDs of the same length.
   * @param open Returns the stream, when the service accepts it.
   * @param size Bytes.
   */
  async stageBlock(name: string, id: string, open: () => Readable, size: number, { signal }: RequestOptions = {}): Promise<void> {
    const blob = await this.blob(name, this.once());
    await this.translated(`Put Block of ${name}`, () => blob.stageBlock(id, open, size, { abortSignal: signal }));
  }

  /**
   * Stores a block that the service itself reads from a URL, so that its bytes don't pass this machine.
   * @param source Address that answers a plain GET without redirects. It can be signed, so it is not part of errors.
   * @param offset First byte in the source.
   * @param size Bytes.
   */
  async stageBlockFromUrl(
    name: string,
    id: string,
    source: string,
    { offset, size }: { readonly offset: number; readonly size: number },
    { signal }: RequestOptions = {},
  ): Promise<void> {
    const blob = await this.blob(name);
    await this.translated(`Put Block From URL of ${name}`, () => blob.stageBlockFromURL(id, source, offset, size, { abortSignal: signal }));
  }

  /**
   * Stores a block that the service copies from another blob of this container. The service reads it with the caller's token.
   * Source: Azure REST reference, put-block-from-url, `x-ms-copy-source-authorization`.
   * @param source Name of the other blob.
   */
  async stageBlockFromBlob(
    name: string,
    id: string,
    source: string,
    { offset, size }: { readonly offset: number; readonly size: number },
    { signal }: RequestOptions = {},
  ): Promise<void> {
    const { credential, cloud } = this.options;
    const [blob, from, value] = await Promise.all([this.blob(name), this.blob(source), credential(cloud.storageAudience)]);
    const sourceAuthorization = { scheme: "Bearer", value };
    await this.translated(`Put Block From URL of ${name}`, () =>
      blob.stageBlockFromURL(id, from.url, offset, size, { abortSignal: signal, sourceAuthorization }),
    );
  }

  /** The stored blocks that are not yet part of the blob. Empty if there are none. */
  async stagedBlocks(name: string, { signal }: RequestOptions = {}): Promise<StagedBlock[]> {
    const blob = await this.blob(name);
    const list = await this.unlessAbsent(`Get Block List of ${name}`, () => blob.getBlockList("uncommitted", { abortSignal: signal }));
    return (list?.uncommittedBlocks ?? []).map(({ name: id, size }) => ({ id, size }));
  }

  /** Makes a blob of stored blocks, in this order. Other stored blocks of it are discarded. */
  async commit(
    name: string,
    ids: readonly string[],
    metadata: Readonly<Record<string, string>>,
    { signal }: RequestOptions = {},
  ): Promise<void> {
    const blob = await this.blob(name);
    await this.translated(`Put Block List of ${name}`, () => blob.commitBlockList([...ids], { metadata, abortSignal: signal }));
  }

  /** Writes a blob in one request. For small blobs. */
  async put(
    name: string,
    content: Uint8Array,
    { metadata = {}, contentType = "application/octet-stream", signal }: PutOptions = {},
  ): Promise<void> {
    const blob = await this.blob(name);
    const headers = { blobContentType: contentType };
    await this.translated(`Put Blob ${name}`, () =>
      blob.upload(content, content.byteLength, { metadata, blobHTTPHeaders: headers, abortSignal: signal }),
    );
  }

  /** Returns size and metadata, or undefined if the blob doesn't exist. */
  async properties(name: string, { signal }: RequestOptions = {}): Promise<BlobProperties | undefined> {
    const blob = await this.blob(name);
    const found = await this.unlessAbsent(`Get Blob Properties of ${name}`, () => blob.getProperties({ abortSignal: signal }));
    return found && { size: found.contentLength ?? 0, metadata: lowerCase(found.metadata) };
  }

  /** Replaces the metadata of a blob. */
  async setMetadata(name: string, metadata: Readonly<Record<string, string>>, { signal }: RequestOptions = {}): Promise<void> {
    const blob = await this.blob(name);
    await this.translated(`Set Blob Metadata of ${name}`, () => blob.setMetadata(metadata, { abortSignal: signal }));
  }

  /**
   * Reads a part of a blob. A transfer that breaks is continued after its last byte, up to 5 times without a byte in between.
   * @param range First byte and number of bytes, at least 1.
   * @param use Receives the chunks in order.
   */
  async read(name: string, range: BlobRange, use: (chunk: Buffer) => void, { signal }: RequestOptions = {}): Promise<void> {
    const blob = await this.blob(name);
    const request = `Get Blob ${name}`;
    const { patience = 300 } = this.options;
    let received = 0;
    for (let broken = 0; received < range.size; ) {
      if (broken > mostBroken) throw new BlobConnectionError("the transfer broke", this.host, request);
      broken += 1;
      const silence = new AbortController();
      const before = { received };
      const timer = setInterval(() => {
        if (received === before.received) silence.abort();
        before.received = received;
      }, patience * 1000);
      const either = AbortSignal.any([silence.signal, ...(signal === undefined ? [] : [signal])]);
      try {
        for await (const chunk of await this.download(
          blob,
          request,
          { offset: range.offset + received, size: range.size - received },
          either,
        )) {
          received += (chunk as Buffer).length;
          broken = 0;
          use(chunk as Buffer);
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof RefusedDownload && !silence.signal.aborted) throw error.cause;
      } finally {
        clearInterval(timer);
      }
    }
  }

  private async download(blob: BlockBlobClient, request: string, { offset, size }: BlobRange, abortSignal: AbortSignal): Promise<Readable> {
    try {
      // The SDK would end a broken transfer with an AbortError, so it isn't asked to continue.
      const { readableStreamBody } = await this.translated(request, () =>
        blob.download(offset, size, { abortSignal, maxRetryRequests: 0 }),
      );
      // In Node.js, the SDK always returns a Readable.
      return readableStreamBody as Readable;
    } catch (cause) {
      throw new RefusedDownload(request, { cause });
    }
  }

  /** Reads a small blob. Undefined if it doesn't exist. */
  async get(name: string, { signal }: RequestOptions = {}): Promise<Buffer | undefined> {
    const blob = await this.blob(name);
    return this.unlessAbsent(`Get Blob ${name}`, () => blob.downloadToBuffer(0, undefined, { abortSignal: signal }));
  }

  /** Deletes a blob. Nothing happens if it doesn't exist. */
  async remove(name: string, { signal }: RequestOptions = {}): Promise<void> {
    const blob = await this.blob(name);
    await this.unlessAbsent(`Delete Blob ${name}`, () => blob.delete({ abortSignal: signal }));
  }

  /** Discards the stored blocks that are not part of the blob, and the blob itself. */
  async discard(name: string, options: RequestOptions = {}): Promise<void> {
    // A Put Blob discards uncommitted blocks. Source: Azure docs, put-block-list.
    await this.put(name, new Uint8Array(), options);
    await this.remove(name, options);
  }

  /** All blobs whose names start with a prefix, with their metadata, ordered by name. */
  async list(prefix: string, { signal }: RequestOptions = {}): Promise<ListedBlob[]> {
    const container = await this.usual();
    return this.translated(`List Blobs of ${prefix}`, async () => {
      const blobs: ListedBlob[] = [];
      for await (const { name, properties, metadata } of container.listBlobsFlat({ prefix, includeMetadata: true, abortSignal: signal })) {
        blobs.push({ name, size: properties.contentLength ?? 0, metadata: lowerCase(metadata) });
      }
      return blobs;
    });
  }

  private usual(): Promise<ContainerClient> {
    this.opened ??= this.open(this.options.attempts ?? 5);
    return this.opened;
  }

  private once(): Promise<ContainerClient> {
    this.openedOnce ??= this.open(1);
    return this.openedOnce;
  }

  private open(attempts: number): Promise<ContainerClient> {
    const { container, cloud, credential, endpoint = `https://${this.host}`, headers = {}, retrySeconds = 4 } = this.options;
    const token = () => credential(cloud.storageAudience);
    return openContainer({ url: `${endpoint}/${container}`, token, headers, attempts, retrySeconds });
  }

  private async blob(name: string, container = this.usual()): Promise<BlockBlobClient> {
    return (await container).getBlockBlobClient(name);
  }

  private async translated<T>(request: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw blobError(error, request, this.host);
    }
  }

  private async unlessAbsent<T>(request: string, send: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.translated(request, send);
    } catch (error) {
      if (error instanceof BlobError && error.isAbsence) return undefined;
      throw error;
    }
  }
}

/** A part of a blob: first byte and number of bytes. */
interface BlobRange {
  readonly offset: number;
  readonly size: number;
}

/** A download that didn't begin. Its cause is the reason. */
class RefusedDownload extends Error {}

interface PutOptions extends RequestOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** @default "application/octet-stream" */
  readonly contentType?: string;
}

/** How often a transfer can break without a byte in between. */
const mostBroken = 5;

/** Headers have no case, so the service can return the names of metadata in another case. */
function lowerCase(metadata: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}
