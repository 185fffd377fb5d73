import type { IncomingMessage } from "node:http";
import type { Account } from "./host";

/** A request to the blob service. */
export interface StorageCall {
  readonly account: Account;
  readonly method: string;
  /** Path below the host name, decoded, without a leading slash: `<container>/<blob>`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
}

/** A request to a blob of a container that exists. */
export interface BlobCall extends StorageCall {
  /** ARM ID. */
  readonly containerId: string;
  /** Path of the blob in the container. */
  readonly blob: string;
}

export function header({ request }: Pick<StorageCall, "request">, name: string): string | undefined {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === "" ? undefined : text;
}
