import type { Readable } from "node:stream";
import { escapeXml } from "./xml";

/** The response to a request of the blob service. */
export interface StorageAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

/**
 * An error of the blob service. Source of the format, codes and messages: Azure REST reference, storageservices/status-and-error-codes2,
 * blob-service-error-codes and common-rest-api-error-codes.
 */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly more: {
      readonly headers?: Readonly<Record<string, string>>;
      /** Elements of the body besides Code and Message. */
      readonly elements?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
  }

  get answer(): StorageAnswer {
    const { headers, elements } = this.more;
    return errorAnswer(this.status, this.code, this.message, elements, headers);
  }
}

export function errorAnswer(
  status: number,
  code: string,
  message: string,
  elements: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): StorageAnswer {
  // A 304 has no body.
  if (status === 304) return { status, headers: { "x-ms-error-code": code, ...headers } };
  const more = Object.entries(elements).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`);
  return {
    status,
    headers: { "content-type": "application/xml", "x-ms-error-code": code, ...headers },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message>${more.join("")}</Error>`,
  };
}

/** Maps an error of a write to disk. Other errors are returned unchanged. */
export function diskError(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG"
    ? new StorageError(
        507,
        "InsufficientStorage",
        `The content could not be stored: ${message}. Nothing was changed. Free disk space and retry.`,
      )
    : error;
}
