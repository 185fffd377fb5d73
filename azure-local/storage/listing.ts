import { type StorageAnswer, StorageError } from "./answer";
import type { StorageCall } from "./call";
import type { BlobRecord, StorageHost } from "./host";
import { type ContentHeaderElement, contentElements } from "./listingProperties";
import { httpDate, withType } from "./properties";
import { element, escapeXml, nameElement } from "./xml";

/** Source: Azure REST reference, storageservices/list-blobs: at most 5,000 items, also without the parameter. */
const maxItems = 5000;

/** List Blobs. */
export function listBlobs(call: StorageCall, containerId: string, container: string, host: StorageHost): StorageAnswer {
  const { query, account } = call;
  const [prefix, delimiter, marker] = [query.get("prefix") ?? "", query.get("delimiter") ?? "", query.get("marker") ?? ""];
  const count = readCount(query.get("maxresults"));
  const include = new Set((query.get("include") ?? "").split(","));
  const start = marker === "" ? "" : readMarker(marker);
  const items: string[] = [];
  let next: string | undefined;
  let lastPrefix: string | undefined;
  for (const blob of entries(containerId, include.has("uncommittedblobs"), host)) {
    if (!blob.path.startsWith(prefix)) continue;
    const end = delimiter === "" ? -1 : blob.path.indexOf(delimiter, prefix.length);
    const folder = end === -1 ? undefined : blob.path.slice(0, end + delimiter.length);
    if (folder !== undefined && folder === lastPrefix) continue;
    if (before(folder ?? blob.path, start)) continue;
    if (items.length === count) {
      next = folder ?? blob.path;
      break;
    }
    lastPrefix = folder;
    items.push(folder === undefined ? blobElement(blob, include.has("metadata")) : `<BlobPrefix>${nameElement(folder)}</BlobPrefix>`);
  }
  const root = `ServiceEndpoint="https://${account.name}.blob.core.windows.net/" ContainerName="${escapeXml(container)}"`;
  const echoed = [
    prefix === "" ? "" : element("Prefix", prefix),
    marker === "" ? "" : element("Marker", marker),
    query.has("maxresults") ? element("MaxResults", count) : "",
    delimiter === "" ? "" : element("Delimiter", delimiter),
  ];
  const nextMarker = next === undefined ? "<NextMarker />" : element("NextMarker", Buffer.from(next).toString("base64url"));
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body:
      `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ${root}>${echoed.join("")}` +
      `<Blobs>${items.join("")}</Blobs>${nextMarker}</EnumerationResults>`,
  };
}

/** The blobs of a container, and if asked for, blobs that have only uncommitted blocks. */
function entries(containerId: string, withUncommitted: boolean, { records, now }: StorageHost): BlobRecord[] {
  const blobs = records.blobs(containerId);
  if (!withUncommitted) return blobs;
  const present = new Set(blobs.map(({ path }) => path));
  const begun = records
    .uncommittedPaths(containerId)
    .filter((path) => !present.has(path))
    .map((path): BlobRecord => ({ path, size: 0, etag: "", createdAt: now(), modifiedAt: now(), headers: {}, metadata: {} }));
  return [...blobs, ...begun].sort((a, b) => comparePaths(a.path, b.path));
}

function blobElement({ path, size, etag, createdAt, modifiedAt, headers, metadata }: BlobRecord, withMetadata: boolean): string {
  const content = (Object.entries(contentElements) as [keyof typeof headers, ContentHeaderElement][]).map(([name, tag]) =>
    element(tag, (etag === "" ? headers : withType(headers))[name] ?? ""),
  );
  const properties = [
    element("Creation-Time", httpDate(createdAt)),
    element("Last-Modified", httpDate(modifiedAt)),
    etag === "" ? "" : element("Etag", etag.replaceAll('"', "")),
    element("Content-Length", size),
    ...content,
    "<BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier><AccessTierInferred>true</AccessTierInferred>",
    "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted>",
  ];
  const pairs = Object.entries(metadata).map(([name, value]) => element(name, value));
  return (
    `<Blob>${nameElement(path)}<Properties>${properties.join("")}</Properties>` +
    `${withMetadata ? `<Metadata>${pairs.join("")}</Metadata>` : ""}</Blob>`
  );
}

/** Whether a name comes before the start of the page. */
function before(name: string, start: string): boolean {
  return comparePaths(name, start) < 0;
}

/** Compares two paths by their bytes. */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function readCount(text: string | null): number {
  if (text === null) return maxItems;
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1) return Math.min(count, maxItems);
  const message = "One of the query parameters specified in the request URI is outside the permissible range.";
  throw new StorageError(400, "OutOfRangeQueryParameterValue", message, {
    elements: { QueryParameterName: "maxresults", QueryParameterValue: text, MinimumAllowed: "1", MaximumAllowed: String(maxItems) },
  });
}

function readMarker(text: string): string {
  return Buffer.from(text, "base64url").toString("utf8");
}
