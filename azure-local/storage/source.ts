import * as http from "node:http";
import * as https from "node:https";
import { StorageError } from "./answer";
import { discard, mismatch } from "./body";
import type { ByteStore, WrittenFile } from "./byteStore";
import { header, type StorageCall } from "./call";
import { checkMd5 } from "./properties";
import { parseRange } from "./range";

/** Maximum length of the address. Source: Azure REST reference, storageservices/put-block-from-url: 2 KiB. */
const longestAddress = 2048;

/** Whether a request names another object as the source of its content. */
export function hasSource(call: StorageCall): boolean {
  return header(call, "x-ms-copy-source") !== undefined;
}

/**
 * Copies the content of `x-ms-copy-source` to a file, as Put Block From URL does.
 * Sources: Azure REST reference, storageservices/put-block-from-url (headers); Azure/azure-storage-python#720 (format of the error if the
 * source is not readable); Azure/azure-powershell#24661 (redirects: status 400, CannotVerifyCopySource). Inferred: the errors for a source
 * that can't be reached, that ends early, or that is shorter than the range.
 * @param max Bytes
 * @throws StorageError
 */
export async function storeSource(call: StorageCall, bytes: ByteStore, max: number, always = false): Promise<WrittenFile> {
  const { url, range, md5 } = readHeaders(call);
  const length = range === undefined ? undefined : range.to - range.from + 1;
  if (length !== undefined && length > max) throw tooLarge(max);
  const response = await get(call, url);
  const status = response.statusCode!;
  const declared = Number(response.headers["content-length"] ?? Number.NaN);
  if ((length !== undefined && (status !== 206 || declared !== length)) || declared > max) {
    response.destroy();
    if (length === undefined) throw tooLarge(max);
    throw unverified(400, `The copy source did not return the ${length} bytes of the range.`, status);
  }
  let written: WrittenFile;
  try {
    written = await bytes.write(response, { md5: always || md5 !== undefined });
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw unverified(500, "The connection to the copy source ended early.");
  }
  if ((length !== undefined && written.size !== length) || written.size > max) {
    discard(written, bytes);
    throw unverified(500, "The connection to the copy source ended early.");
  }
  if (md5 === undefined || md5 === written.md5) return written;
  discard(written, bytes);
  throw mismatch(md5, written.md5!);
}

function readHeaders(call: StorageCall) {
  const source = header(call, "x-ms-copy-source")!;
  const url = URL.canParse(source) ? new URL(source) : undefined;
  if (source.length > longestAddress || (url?.protocol !== "https:" && url?.protocol !== "http:"))
    throw invalid("x-ms-copy-source", source);
  const text = header(call, "x-ms-source-range");
  const range = text === undefined ? undefined : parseRange(text);
  if (text !== undefined && (range === undefined || range.to === Number.POSITIVE_INFINITY)) throw invalid("x-ms-source-range", text);
  const md5 = header(call, "x-ms-source-content-md5");
  if (md5 !== undefined) checkMd5(md5, "x-ms-source-content-md5");
  return { url: url!, range, md5 };
}

/** Requests the source. Not with `fetch`, whose streams take several times as long for large bodies. */
async function get(call: StorageCall, url: URL): Promise<http.IncomingMessage> {
  const [range, authorization] = [header(call, "x-ms-source-range"), header(call, "x-ms-copy-source-authorization")];
  const headers = {
    ...(range === undefined ? {} : { range }),
    ...(authorization === undefined ? {} : { authorization, "x-ms-version": header(call, "x-ms-version") }),
  };
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    (url.protocol === "https:" ? https : http).get(url, { headers }, resolve).once("error", reject);
  }).catch(() => {
    throw unverified(400, "The specified copy source could not be reached.");
  });
  const { statusCode: status = 0, statusMessage = "" } = response;
  if (status >= 200 && status < 300) return response;
  response.resume();
  if (status < 400)
    throw unverified(400, `A redirected response (HTTP status code ${status}) from the copy source is not supported.`, status);
  throw unverified(status, statusMessage || `Status ${status}`, status, response.headers["x-ms-error-code"]?.toString());
}

/** @param sourceStatus Status of the source's response, if there was one */
function unverified(status: number, message: string, sourceStatus?: number, sourceCode?: string): StorageError {
  if (sourceStatus === undefined) return new StorageError(status, "CannotVerifyCopySource", message);
  const headers = { "x-ms-copy-source-status-code": String(sourceStatus) };
  const elements = { CopySourceStatusCode: String(sourceStatus) };
  return new StorageError(status, "CannotVerifyCopySource", message, {
    headers: sourceCode === undefined ? headers : { ...headers, "x-ms-copy-source-error-code": sourceCode },
    elements: {
      ...elements,
      ...(sourceCode === undefined ? {} : { CopySourceErrorCode: sourceCode }),
      CopySourceErrorMessage: message,
    },
  });
}

function invalid(name: string, value: string): StorageError {
  // A signed address is a secret.
  const shown: Record<string, string> = name === "x-ms-copy-source" ? {} : { HeaderValue: value };
  return new StorageError(400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.", {
    elements: { HeaderName: name, ...shown },
  });
}

function tooLarge(max: number): StorageError {
  return new StorageError(413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit.", {
    elements: { MaxLimit: String(max) },
  });
}
