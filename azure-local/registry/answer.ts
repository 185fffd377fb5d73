import type { Readable } from "node:stream";

/** The response to a request of a registry's data plane. */
export interface RegistryAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

/**
 * An error in the format of the OCI distribution specification.
 * Source: opencontainers/distribution-spec, spec.md, "Error Codes"; UNKNOWN and UNSUPPORTED as in distribution's errcode package.
 */
export class RegistryError extends Error {
  override readonly name = "RegistryError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly more: { readonly detail?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
  }

  get answer(): RegistryAnswer {
    const { detail, headers } = this.more;
    const error = { code: this.code, message: this.message, ...(detail === undefined ? {} : { detail }) };
    return jsonAnswer(this.status, { errors: [error] }, headers);
  }
}

export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): RegistryAnswer {
  return { status, headers: { "content-type": "application/json; charset=utf-8", ...headers }, body: JSON.stringify(body) };
}

/** Maps an error of a write to disk. Other errors are returned unchanged. */
export function storageError(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG"
    ? new RegistryError(507, "UNKNOWN", `The content could not be stored: ${message}. Nothing was changed. Free disk space and retry.`)
    : error;
}
