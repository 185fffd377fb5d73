import { createHash } from "node:crypto";
import { readBody } from "../http/body";
import { StorageError } from "./answer";
import type { ByteStore, WrittenFile } from "./byteStore";
import { header, type StorageCall } from "./call";
import { checkMd5 } from "./properties";

/** The size that a request declares. @throws StorageError if it declares none, or more than the maximum */
export function contentLength(call: StorageCall, max: number): number {
  const text = header(call, "content-length");
  if (text === undefined) throw new StorageError(411, "MissingContentLengthHeader", "The Content-Length header was not specified.");
  const size = Number(text);
  if (size <= max) return size;
  throw new StorageError(413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit.", {
    elements: { MaxLimit: String(max) },
  });
}

/**
 * Writes the body of a request to a file, and compares it with `Content-MD5`.
 * @param always Whether the MD5 is computed even if the request contains none
 */
export async function storeBody(call: StorageCall, bytes: ByteStore, always = false): Promise<WrittenFile> {
  const md5 = header(call, "content-md5");
  if (md5 !== undefined) checkMd5(md5, "Content-MD5");
  const written = await bytes.write(call.request, { md5: always || md5 !== undefined });
  if (md5 === undefined || md5 === written.md5) return written;
  discard(written, bytes);
  throw mismatch(md5, written.md5!);
}

/** The body of a request as a text. @throws StorageError */
export async function readText(call: StorageCall, max: number): Promise<string> {
  contentLength(call, max);
  const body = await readBody(call.request, max);
  if (typeof body === "string") throw new StorageError(400, "InvalidInput", `The request body is ${body}.`);
  const md5 = header(call, "content-md5");
  if (md5 !== undefined) {
    const actual = createHash("md5").update(body).digest("base64");
    if (actual !== md5) throw mismatch(md5, actual);
  }
  return body.toString("utf8");
}

/** Deletes a file to which no record refers. */
export function discard({ file, release }: WrittenFile, bytes: ByteStore): void {
  bytes.remove([file]);
  release();
}

export function mismatch(given: string, actual: string): StorageError {
  return new StorageError(
    400,
    "Md5Mismatch",
    "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
    { elements: { UserSpecifiedMd5: given, ServerCalculatedMd5: actual } },
  );
}
