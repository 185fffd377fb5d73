import { type StorageAnswer, StorageError } from "./answer";
import { contentLength, discard, readText, storeBody } from "./body";
import type { ByteStore, WrittenFile } from "./byteStore";
import { type BlobCall, header } from "./call";
import { checkConditions } from "./conditions";
import { containerOf } from "./containers";
import type { BlobRecord, Block, StorageHost, UncommittedBlock } from "./host";
import type { BlobLimits } from "./limits";
import { contentHeadersIn, httpDate, metadataIn, newEtag, versionHeaders } from "./properties";
import { hasSource, storeSource } from "./source";
import { element, readBlockList } from "./xml";

/** Maximum size of the body of Put Block List in bytes: 50,000 of the longest block IDs. */
const longestList = 8 * 1024 ** 2;

/** The operations with `comp=block` and `comp=blocklist`. */
export class Blocks {
  constructor(
    private readonly host: StorageHost,
    private readonly bytes: ByteStore,
    private readonly limits: BlobLimits,
  ) {}

  /** Put Block and Put Block From URL. */
  async put(call: BlobCall): Promise<StorageAnswer> {
    const id = blockId(call);
    const written = hasSource(call) ? await this.fromSource(call) : await this.fromBody(call);
    this.record(call, id, written);
    return { status: 201, headers: { "x-ms-request-server-encrypted": "true", ...(written.md5 ? { "content-md5": written.md5 } : {}) } };
  }

  /** Get Block List. */
  list({ containerId, blob: path, query, request }: BlobCall): StorageAnswer {
    const type = (query.get("blocklisttype") ?? "committed").toLowerCase();
    if (!["all", "committed", "uncommitted"].includes(type)) throw invalidParameter("blocklisttype", type);
    const blob = this.host.records.blob(containerId, path);
    const uncommitted = this.uncommitted(containerId, path);
    if (blob === undefined && uncommitted.length === 0) throw new StorageError(404, "BlobNotFound", "The specified blob does not exist.");
    if (blob) checkConditions({ request, method: "GET" }, blob);
    const committed = this.host.records.blocks(containerId, path).filter(isListed);
    const lists = [
      type === "uncommitted" ? "" : `<CommittedBlocks>${committed.map(blockElement).join("")}</CommittedBlocks>`,
      type === "committed" ? "" : `<UncommittedBlocks>${uncommitted.map(blockElement).join("")}</UncommittedBlocks>`,
    ];
    return {
      status: 200,
      headers: {
        "content-type": "application/xml",
        "x-ms-blob-content-length": String(blob?.size ?? 0),
        ...(blob ? { etag: blob.etag, "last-modified": httpDate(blob.modifiedAt) } : {}),
      },
      body: `<?xml version="1.0" encoding="utf-8"?><BlockList>${lists.join("")}</BlockList>`,
    };
  }

  /** Put Block List. */
  async commit(call: BlobCall): Promise<StorageAnswer> {
    const { containerId, blob: path } = call;
    const { records } = this.host;
    const [headers, metadata] = [contentHeadersIn(call), metadataIn(call)];
    const entries = readBlockList(await readText(call, longestList));
    if (entries === undefined) throw new StorageError(400, "InvalidXmlDocument", "XML specified is not syntactically valid.");
    if (entries.length > this.limits.committedBlocks) throw tooMany("committed", this.limits.committedBlocks);
    const previous = records.blob(containerId, path);
    checkConditions(call, previous);
    const before = records.blocks(containerId, path);
    const committed = new Map(before.filter(isListed).map((block) => [block.id, block]));
    const uncommitted = new Map(this.uncommitted(containerId, path).map((block) => [block.id, block]));
    const blocks = entries.map(([from, id]): Block => {
      const block = { Committed: committed, Uncommitted: uncommitted, Latest: uncommitted.has(id) ? uncommitted : committed }[from].get(id);
      if (block === undefined) throw new StorageError(400, "InvalidBlockList", "The specified block list is invalid.");
      return { id, size: block.size, file: block.file };
    });
    const now = this.host.now();
    const blob: BlobRecord = {
      path,
      size: blocks.reduce((sum, { size }) => sum + size, 0),
      etag: newEtag(),
      createdAt: previous?.createdAt ?? now,
      modifiedAt: now,
      headers,
      metadata,
    };
    this.host.transact(() => {
      records.putBlob(containerId, blob, blocks);
      records.discardBlocks(containerId, path);
    });
    const kept = new Set(blocks.map(({ file }) => file));
    this.bytes.remove([...before, ...uncommitted.values()].map(({ file }) => file).filter((file) => !kept.has(file)));
    return { status: 201, headers: { ...versionHeaders(blob), "x-ms-request-server-encrypted": "true" } };
  }

  /** The uncommitted blocks of a blob, unless they have expired. */
  uncommitted(containerId: string, path: string): readonly UncommittedBlock[] {
    const blocks = this.host.records.uncommitted(containerId, path);
    const latest = blocks.reduce((time, { at }) => Math.max(time, at), 0);
    return latest > this.host.now() - this.limits.uncommittedFor ? blocks : [];
  }

  private async fromBody(call: BlobCall): Promise<WrittenFile> {
    const size = contentLength(call, this.limits.block);
    if (size === 0) throw invalidHeader("Content-Length", "0");
    return storeBody(call, this.bytes);
  }

  private async fromSource(call: BlobCall): Promise<WrittenFile> {
    if (contentLength(call, Number.POSITIVE_INFINITY) > 0) throw invalidHeader("Content-Length", header(call, "content-length")!);
    return storeSource(call, this.bytes, this.limits.block);
  }

  private record(call: BlobCall, id: string, written: WrittenFile): void {
    const { containerId, blob: path } = call;
    const { records } = this.host;
    const [stored, valid] = [records.uncommitted(containerId, path), this.uncommitted(containerId, path)];
    try {
      // It can have been deleted while the block was written.
      containerOf(call, this.host);
      const others = [...valid, ...records.blocks(containerId, path)];
      if (others.some((block) => isListed(block) && block.id.length !== id.length))
        throw new StorageError(400, "InvalidBlobOrBlock", "The specified blob or block content is invalid.");
      const replaced = valid.find((block) => block.id === id);
      if (!replaced && valid.length >= this.limits.uncommittedBlocks) throw tooMany("uncommitted", this.limits.uncommittedBlocks);
      this.host.transact(() => {
        if (valid.length === 0) records.discardBlocks(containerId, path);
        records.putBlock(containerId, path, { id, size: written.size, file: written.file, at: this.host.now() });
      });
      this.bytes.remove((valid.length === 0 ? stored : replaced ? [replaced] : []).map(({ file }) => file));
      written.release();
    } catch (error) {
      discard(written, this.bytes);
      throw error;
    }
  }
}

/** Source of the rules: Azure REST reference, storageservices/put-block, "URI parameters". */
function blockId({ query }: BlobCall): string {
  const id = query.get("blockid") ?? "";
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(id);
  if (id === "" || !isBase64) throw invalidParameter("blockid", id);
  if (Buffer.from(id, "base64").length <= 64) return id;
  // Source of the code: Azurite, errors/StorageErrorFactory.
  throw new StorageError(400, "OutOfRangeInput", "One of the request inputs is out of range.", {
    elements: { QueryParameterName: "blockid", QueryParameterValue: id },
  });
}

/** The content of a blob that was written as a whole is not in its block list. */
function isListed({ id }: Block): boolean {
  return id !== "";
}

function blockElement({ id, size }: Block): string {
  return `<Block>${element("Name", id)}${element("Size", size)}</Block>`;
}

function tooMany(kind: "committed" | "uncommitted", max: number): StorageError {
  const message = `The ${kind} block count cannot exceed the maximum limit of ${max.toLocaleString("en-US")} blocks.`;
  return new StorageError(409, "BlockCountExceedsLimit", message);
}

function invalidParameter(name: string, value: string): StorageError {
  const message = "Value for one of the query parameters specified in the request URI is invalid.";
  return new StorageError(400, "InvalidQueryParameterValue", message, {
    elements: { QueryParameterName: name, QueryParameterValue: value },
  });
}

function invalidHeader(name: string, value: string): StorageError {
  return new StorageError(400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.", {
    elements: { HeaderName: name, HeaderValue: value },
  });
}
