import { StorageError } from "./answer";
import type { ByteRange } from "./byteStore";
import { header, type StorageCall } from "./call";

/**
 * The range that Get Blob returns; undefined for the whole blob. `x-ms-range` takes precedence over `Range`. Ranges in another format are
 * ignored. Source: Azure REST reference, storageservices/specifying-the-range-header-for-blob-service-operations.
 * @throws StorageError 416 if it begins after the last byte
 */
export function rangeOf(call: StorageCall, size: number): ByteRange | undefined {
  const text = header(call, "x-ms-range") ?? header(call, "range");
  const range = text === undefined ? undefined : parseRange(text);
  if (range === undefined) return undefined;
  if (range.from < size) return { from: range.from, to: Math.min(range.to, size - 1) };
  throw new StorageError(416, "InvalidRange", "The range specified is invalid for the current size of the resource.", {
    headers: { "content-range": `bytes */${size}` },
  });
}

/** Parses `bytes=<from>-<to>` and `bytes=<from>-`. */
export function parseRange(text: string): ByteRange | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(text.trim()) ?? [];
  if (from === undefined) return undefined;
  const range = { from: Number(from), to: to === "" ? Number.POSITIVE_INFINITY : Number(to) };
  return range.from <= range.to ? range : undefined;
}
