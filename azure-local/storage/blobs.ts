import { type StorageAnswer, StorageError } from "./answer";
import { contentLength, discard, storeBody } from "./body";
import type { ByteStore, WrittenFile } from "./byteStore";
import { type BlobCall, header } from "./call";
import { checkConditions } from "./conditions";
import { containerOf } from "./containers";
import type { BlobRecord, StorageHost } from "./host";
import type { BlobLimits } from "./limits";
import { blobHeaders, contentHeadersIn, metadataIn, newEtag, tierHeaders, versionHeaders } from "./properties";
import { rangeOf } from "./range";
import { hasSource, storeSource } from "./source";

/** The operations on whole blobs. */
export class Blobs {
  constructor(
    private readonly host: StorageHost,
    private readonly bytes: ByteStore,
    private readonly limits: BlobLimits,
  ) {}

  /** Put Blob, and Put Blob From URL. The service stores the MD5 of the content. */
  async put(call: BlobCall): Promise<StorageAnswer> {
    const { containerId, blob: path } = call;
    const { records } = this.host;
    const type = header(call, "x-ms-blob-type");
    if (type !== "BlockBlob") throw wrongType(type);
    const [headers, metadata] = [contentHeadersIn(call), metadataIn(call)];
    // Without reading the body, for a caller whose condition is not met.
    checkConditions(call, records.blob(containerId, path));
    const written = await this.content(call);
    const given = headers["content-md5"];
    try {
      if (given !== undefined && given !== written.md5)
        throw new StorageError(
          400,
          "Md5Mismatch",
          "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
          {
            elements: { UserSpecifiedMd5: given, ServerCalculatedMd5: written.md5! },
          },
        );
      // It can have been deleted, and the blob can have been written, while the content was written.
      containerOf(call, this.host);
      const previous = records.blob(containerId, path);
      checkConditions(call, previous);
      const files = [...records.blocks(containerId, path), ...records.uncommitted(containerId, path)].map(({ file }) => file);
      const now = this.host.now();
      const blob: BlobRecord = {
        path,
        size: written.size,
        etag: newEtag(),
        createdAt: previous?.createdAt ?? now,
        modifiedAt: now,
        headers: { "content-type": header(call, "content-type") ?? "application/octet-stream", "content-md5": written.md5, ...headers },
        metadata,
      };
      this.host.transact(() => {
        records.putBlob(containerId, blob, [{ id: "", size: written.size, file: written.file }]);
        records.discardBlocks(containerId, path);
      });
      written.release();
      this.bytes.remove(files);
      return {
        status: 201,
        headers: { ...versionHeaders(blob), "content-md5": written.md5!, "x-ms-request-server-encrypted": "true" },
      };
    } catch (error) {
      discard(written, this.bytes);
      throw error;
    }
  }

  /** Get Blob and Get Blob Properties. */
  get(call: BlobCall): StorageAnswer {
    const { containerId, blob: path, method } = call;
    const blob = this.existing(call);
    checkConditions(call, blob);
    const range = method === "HEAD" ? undefined : rangeOf(call, blob.size);
    const headers = blobHeaders(blob);
    if (method === "HEAD") return { status: 200, headers: { ...headers, ...tierHeaders } };
    const body = this.bytes.read(this.host.records.blocks(containerId, path), range);
    if (range === undefined) return { status: 200, headers, body };
    const { "content-md5": md5, ...others } = headers;
    return {
      status: 206,
      headers: {
        ...others,
        ...(md5 === undefined ? {} : { "x-ms-blob-content-md5": md5 }),
        "content-length": String(range.to - range.from + 1),
        "content-range": `bytes ${range.from}-${range.to}/${blob.size}`,
      },
      body,
    };
  }

  /** Set Blob Metadata (`comp=metadata`) and Set Blob Properties (`comp=properties`). Each replaces all values. */
  update(call: BlobCall, what: "metadata" | "properties"): StorageAnswer {
    const changes = what === "metadata" ? { metadata: metadataIn(call) } : { headers: contentHeadersIn(call) };
    const previous = this.existing(call);
    checkConditions(call, previous);
    const blob: BlobRecord = { ...previous, ...changes, etag: newEtag(), modifiedAt: this.host.now() };
    this.host.transact(() => this.host.records.putBlob(call.containerId, blob));
    return { status: 200, headers: { ...versionHeaders(blob), "x-ms-request-server-encrypted": "true" } };
  }

  /** Get Blob Metadata. */
  metadata(call: BlobCall): StorageAnswer {
    const blob = this.existing(call);
    checkConditions(call, blob);
    const metadata = Object.entries(blob.metadata).map(([name, value]) => [`x-ms-meta-${name}`, value] as const);
    return { status: 200, headers: { ...versionHeaders(blob), ...Object.fromEntries(metadata) } };
  }

  /** Delete Blob, with its uncommitted blocks, as in Azurite. A blob that has only uncommitted blocks doesn't exist. */
  delete(call: BlobCall): StorageAnswer {
    const { containerId, blob: path } = call;
    const { records } = this.host;
    checkConditions(call, this.existing(call));
    const files = [...records.blocks(containerId, path), ...records.uncommitted(containerId, path)].map(({ file }) => file);
    this.host.transact(() => {
      records.deleteBlob(containerId, path);
      records.discardBlocks(containerId, path);
    });
    this.bytes.remove(files);
    return { status: 202, headers: { "x-ms-delete-type-permanent": "true" } };
  }

  private content(call: BlobCall): Promise<WrittenFile> {
    if (hasSource(call)) return storeSource(call, this.bytes, this.limits.wholeBlob, true);
    contentLength(call, this.limits.wholeBlob);
    return storeBody(call, this.bytes, true);
  }

  private existing({ containerId, blob: path }: BlobCall): BlobRecord {
    const blob = this.host.records.blob(containerId, path);
    if (blob) return blob;
    throw new StorageError(404, "BlobNotFound", "The specified blob does not exist.");
  }
}

function wrongType(type: string | undefined): StorageError {
  if (type === undefined)
    return new StorageError(400, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified.", {
      elements: { HeaderName: "x-ms-blob-type" },
    });
  return new StorageError(400, "InvalidHeaderValue", `The local Azure supports only blobs of the type BlockBlob, not ${type}.`, {
    elements: { HeaderName: "x-ms-blob-type", HeaderValue: type },
  });
}
