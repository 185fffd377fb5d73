import type { IncomingMessage, ServerResponse } from "node:http";
import { readJsonBody } from "../../http/body";

/** Maximum size of a request in bytes: several times the text of the longest contexts of current models. */
const maxBytes = 64 * 1024 * 1024;

/** The error for a body that can't be read. */
export interface BodyError {
  readonly status: 400 | 413;
  readonly message: string;
}

/** Reads the body of a request as JSON. */
export async function readJson(request: IncomingMessage): Promise<{ readonly value: unknown } | BodyError> {
  const body = await readJsonBody(request, maxBytes);
  if ("tooLarge" in body) return { status: 413, message: `The body exceeds ${maxBytes} bytes.` };
  if ("invalid" in body) return { status: 400, message: `The body ${body.invalid}.` };
  return body.value === undefined ? { status: 400, message: "The body is empty. It must be JSON." } : body;
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text);
}
