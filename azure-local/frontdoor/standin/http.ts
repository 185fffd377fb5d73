import type { IncomingMessage, ServerResponse } from "node:http";

/** The body of a request as JSON, or why it isn't JSON. */
export async function readJson(request: IncomingMessage): Promise<{ value: unknown } | { invalid: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
  } catch (error) {
    return { invalid: (error as Error).message };
  }
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) }).end(text);
}
