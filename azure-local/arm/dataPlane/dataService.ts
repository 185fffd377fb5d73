import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Resource } from "../model";

export interface DataAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface DataCall {
  readonly method: string;
  /** Without the leading slash. */
  readonly path: string;
  readonly request: IncomingMessage;
  readonly resource: Resource;
}

/** One service's own way to answer and to refuse. */
export interface DataService {
  readonly type: string;
  /** Its hosts; the first group is the resource's name. */
  readonly host: RegExp;
  /** Code and words for a caller whom the network keeps out. */
  readonly closed: readonly [code: string, message: string];
  refuse(status: number, code: string, message: string): DataAnswer;
  serve(call: DataCall): Promise<DataAnswer>;
}

export function json(status: number, body: unknown): DataAnswer {
  return { status, headers: { "content-type": "application/json; charset=utf-8" }, body: JSON.stringify(body) };
}

/** Size and digest of what a caller sends; the bytes are not kept. */
export async function measure(request: IncomingMessage): Promise<{ size: number; digest: string }> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    hash.update(chunk);
  }
  return { size, digest: `sha256:${hash.digest("hex")}` };
}
