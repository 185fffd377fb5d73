import type { IncomingMessage, ServerResponse } from "node:http";
import { readJsonBody } from "../../http/body";

/** Bytes of a request: the longest contexts of today's models, as text, several times over. */
const mostBytes = 64 * 1024 * 1024;

/** A body that the stand-in can't read, with the status that says so. */
export interface Unreadable {
  readonly status: 400 | 413;
  readonly message: string;
}

/** The body of a request as JSON, or why it can't be read. */
export async function readJson(request: IncomingMessage): Promise<{ readonly value: unknown } | Unreadable> {
  const body = await readJsonBody(request, mostBytes);
  if ("tooLarge" in body) return { status: 413, message: `The body exceeds ${mostBytes} bytes.` };
  if ("invalid" in body) return { status: 400, message: `The body ${body.invalid}.` };
  return body.value === undefined ? { status: 400, message: "The body is empty, and must be JSON." } : body;
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text);
}
