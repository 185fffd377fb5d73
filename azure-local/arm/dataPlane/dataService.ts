import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { RegistryRoute } from "../../registry/localRegistries";
import type { Resource } from "../model";

export interface DataAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

export interface DataCall {
  readonly method: string;
  /** Without the leading slash. */
  readonly path: string;
  readonly request: IncomingMessage;
  readonly resource: Resource;
  /** How the caller reaches a registry. */
  readonly route: RegistryRoute;
}

/** A service of the data plane, with its own response and error formats. */
export interface DataService {
  readonly type: string;
  /** Host names of the service. The first group is the resource name. */
  readonly host: RegExp;
  /** Error code and message if network rules deny access. */
  readonly closed: readonly [code: string, message: string];
  errorAnswer(status: number, code: string, message: string): DataAnswer;
  serve(call: DataCall): Promise<DataAnswer>;
  /** The response if network rules deny access. @default the error `closed` with status 403 */
  denied?(call: DataCall): Promise<DataAnswer>;
}

export function json(status: number, body: unknown): DataAnswer {
  return { status, headers: { "content-type": "application/json; charset=utf-8" }, body: JSON.stringify(body) };
}

/** Returns the size and the digest of a request body, without storing it. */
export async function measure(request: IncomingMessage): Promise<{ size: number; digest: string }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    hash.update(chunk);
  }
  return { size, digest: `sha256:${hash.digest("hex")}` };
}
