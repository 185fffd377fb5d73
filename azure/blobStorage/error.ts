/** Errors of Azure Blob Storage. */

/** Status and code with which the source of a copy answered the service. */
export interface CopySourceAnswer {
  /** HTTP status. Undefined if the service didn't return it. */
  readonly status: number | undefined;
  readonly code: string | undefined;
}

/** An error response of Azure Blob Storage, with its status and its code. */
export class BlobError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Code of the service, for example `AuthorizationFailure`. Undefined if the response has none. */
    readonly code: string | undefined,
    /** Operation and blob, for example `Put Block of models/a/b`. It contains no query, because queries can contain signatures. */
    readonly request: string,
    /** The answer of the source, if the service could not read it. */
    readonly copySource?: CopySourceAnswer,
  ) {
    const answer = [status, code].filter((part) => part !== undefined).join(" ");
    const source = copySource?.status === undefined ? "" : ` The source of the copy answered ${copySource.status}.`;
    super(`Azure Blob Storage answered ${answer} to ${request}.${source}`);
    this.name = "BlobError";
  }

  /** Whether the network rules of the account, or its disabled public access, reject this machine. Source: Azure docs, storage error codes. */
  get isNetworkDenial(): boolean {
    return this.status === 403 && this.code === "AuthorizationFailure";
  }

  /** Whether the identity has no role for the request. Source: Azure docs, storage error codes. */
  get isAccessDenied(): boolean {
    return this.status === 401 || (this.status === 403 && this.code !== undefined && accessCodes.has(this.code));
  }

  /** Whether the blob doesn't exist. False if the container doesn't exist. */
  get isAbsence(): boolean {
    return this.status === 404 && (this.code === "BlobNotFound" || this.code === undefined);
  }

  /** Whether the service could not read the source of a copy. */
  get isCopySource(): boolean {
    return this.copySource !== undefined;
  }

  /** Whether the service has no space for the bytes. */
  get isFull(): boolean {
    return this.status === 507;
  }
}

/** Codes for an identity without a role. Source: Azure docs, rest/api/storageservices/common-rest-api-error-codes. */
const accessCodes: ReadonlySet<string> = new Set([
  "AuthorizationPermissionMismatch",
  "AuthenticationFailed",
  "InsufficientAccountPermissions",
  "InvalidAuthenticationInfo",
]);

/** Azure Blob Storage could not be reached. */
export class BlobConnectionError extends Error {
  constructor(
    /** Code of Node.js, for example `ECONNREFUSED`. */
    readonly code: string,
    readonly host: string,
    readonly request: string,
  ) {
    super(`No connection to ${host} for ${request} (${code}).`);
    this.name = "BlobConnectionError";
  }
}

/** Codes of a Put Block From URL whose source could not be read. Source: Azure docs, blob-service-error-codes; azure-storage-azcopy#3039. */
const copySourceCodes: ReadonlySet<string> = new Set([
  "CannotVerifyCopySource",
  "CopyIdMismatch",
  "InvalidSourceBlobUrl",
  "UnauthorizedCopySource",
]);

/** Header of the service with the status of a copy's source. Source: Azure docs, put-block-from-url, "Response headers". */
const copySourceStatus = "x-ms-copy-source-status-code";
const copySourceCode = "x-ms-copy-source-error-code";

/** The parts of an error of `@azure/storage-blob` that this folder reads. */
interface SdkError {
  readonly name?: unknown;
  readonly statusCode?: unknown;
  readonly code?: unknown;
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

/**
 * The typed error for an error of `@azure/storage-blob`. Errors without a status or a code, and an AbortError, are returned unchanged. The
 * SDK's message is not used, because it can contain the signed URL of a copy's source.
 */
export function blobError(error: unknown, request: string, host: string): unknown {
  const { name, statusCode, code, response } = error as SdkError;
  const text = typeof code === "string" && code !== "" ? code : undefined;
  if (name === "AbortError" || (name !== "RestError" && text === undefined)) return error;
  if (typeof statusCode !== "number") return new BlobConnectionError(text ?? "no response", host, request);
  const header = (key: string) => response?.headers?.get(key);
  const named = header("x-ms-error-code") ?? text;
  const status = header(copySourceStatus);
  const isSource = status !== undefined || (named !== undefined && copySourceCodes.has(named));
  const source = { status: status === undefined ? undefined : Number(status), code: header(copySourceCode) };
  return new BlobError(statusCode, named, request, isSource ? source : undefined);
}
