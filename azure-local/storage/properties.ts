import { randomBytes } from "node:crypto";
import { StorageError } from "./answer";
import { header, type StorageCall } from "./call";
import type { BlobRecord, ContentHeader, ContentHeaders } from "./host";

/** The header of a request that sets a property, by the header that returns it. */
const requestHeaders: Readonly<Record<ContentHeader, string>> = {
  "content-type": "x-ms-blob-content-type",
  "content-encoding": "x-ms-blob-content-encoding",
  "content-language": "x-ms-blob-content-language",
  "content-disposition": "x-ms-blob-content-disposition",
  "cache-control": "x-ms-blob-cache-control",
  "content-md5": "x-ms-blob-content-md5",
};

export const contentHeaders = Object.keys(requestHeaders) as ContentHeader[];

/** The properties that a request sets. The service does not compare `x-ms-blob-content-md5` with the content of a block list. */
export function contentHeadersIn(call: StorageCall): ContentHeaders {
  const set = contentHeaders.flatMap((name) => {
    const value = header(call, requestHeaders[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  const md5 = header(call, requestHeaders["content-md5"]);
  if (md5 !== undefined) checkMd5(md5, requestHeaders["content-md5"]);
  return Object.fromEntries(set);
}

/** @throws StorageError if the text is not the base64 of 16 bytes */
export function checkMd5(text: string, name: string): void {
  if (Buffer.from(text, "base64").length === 16 && /^[A-Za-z0-9+/]{22}==$/.test(text)) return;
  throw new StorageError(
    400,
    "InvalidMd5",
    "The MD5 value specified in the request is invalid. The MD5 value must be 128 bits and base64-encoded.",
    {
      elements: { HeaderName: name },
    },
  );
}

/** Maximum size of all names and values of metadata in bytes. Source: Azure REST reference, storageservices/set-blob-metadata. */
const maxMetadata = 8 * 1024;

/** The metadata of a request, with the names as they were sent. @throws StorageError */
export function metadataIn({ request: { rawHeaders } }: StorageCall): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [, name] = /^x-ms-meta-(.*)$/i.exec(rawHeaders[index]!) ?? [];
    if (name === undefined) continue;
    // Source: Azure REST reference, storageservices/setting-and-retrieving-properties-and-metadata-for-blob-resources: C# identifiers.
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new StorageError(400, "InvalidMetadata", "The specified metadata is invalid. It includes characters that are not permitted.");
    metadata[name] = rawHeaders[index + 1]!;
  }
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
  if (size <= maxMetadata) return metadata;
  throw new StorageError(400, "MetadataTooLarge", "The size of the specified metadata exceeds the maximum size permitted.");
}

export function newEtag(): string {
  return `"0x8D${randomBytes(7).toString("hex").toUpperCase()}"`;
}

export function httpDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}

/** The headers that describe a version of a blob, in responses to writes. */
export function versionHeaders({ etag, modifiedAt }: BlobRecord): Record<string, string> {
  return { etag, "last-modified": httpDate(modifiedAt) };
}

/** The headers of Get Blob. */
export function blobHeaders(blob: BlobRecord): Record<string, string> {
  const metadata = Object.entries(blob.metadata).map(([name, value]) => [`x-ms-meta-${name}`, value] as const);
  return {
    ...withType(blob.headers),
    ...versionHeaders(blob),
    ...Object.fromEntries(metadata),
    "accept-ranges": "bytes",
    "content-length": String(blob.size),
    "x-ms-blob-type": "BlockBlob",
    "x-ms-creation-time": httpDate(blob.createdAt),
    "x-ms-lease-state": "available",
    "x-ms-lease-status": "unlocked",
    "x-ms-server-encrypted": "true",
  };
}

/** Headers that only Get Blob Properties returns. */
export const tierHeaders = { "x-ms-access-tier": "Hot", "x-ms-access-tier-inferred": "true" } as const;

/** The properties of a blob with the default content type. */
export function withType(headers: ContentHeaders): ContentHeaders {
  return { "content-type": "application/octet-stream", ...headers };
}
