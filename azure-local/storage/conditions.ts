import { StorageError } from "./answer";
import { header, type StorageCall } from "./call";
import type { BlobRecord } from "./host";

/**
 * Checks the conditional headers of a request. Source: Azure REST reference,
 * storageservices/specifying-conditional-headers-for-blob-service-operations.
 * @param blob Undefined if it doesn't exist
 * @throws StorageError 304, 400, 409 or 412
 */
export function checkConditions(call: Pick<StorageCall, "request" | "method">, blob: BlobRecord | undefined): void {
  const isRead = call.method === "GET" || call.method === "HEAD";
  const [ifMatch, ifNoneMatch] = [header(call, "if-match"), header(call, "if-none-match")];
  const [since, until] = [timeIn(call, "if-modified-since"), timeIn(call, "if-unmodified-since")];
  // HTTP dates have no milliseconds.
  const modified = blob && Math.floor(blob.modifiedAt / 1000) * 1000;
  if (ifMatch !== undefined && (blob === undefined || !matches(ifMatch, blob.etag))) throw unmet(412);
  if (until !== undefined && modified !== undefined && modified > until) throw unmet(412);
  if (blob === undefined) return;
  // Source of the code for reads: Azurite, conditions/ReadConditionalHeadersValidator.
  if (ifNoneMatch === "*" && isRead)
    throw new StorageError(400, "UnsatisfiableCondition", "The request includes an unsatisfiable condition for this operation.");
  if (ifNoneMatch === "*") throw new StorageError(409, "BlobAlreadyExists", "The specified blob already exists.");
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, blob.etag)) throw unmet(isRead ? 304 : 412);
  if (since !== undefined && modified! <= since) throw unmet(isRead ? 304 : 412);
}

function matches(condition: string, etag: string): boolean {
  const bare = (text: string) => text.trim().replace(/^"|"$/g, "");
  return condition === "*" || condition.split(",").some((one) => bare(one) === bare(etag));
}

function timeIn(call: Pick<StorageCall, "request">, name: string): number | undefined {
  const text = header(call, name);
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function unmet(status: 304 | 412): StorageError {
  return new StorageError(status, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.");
}
