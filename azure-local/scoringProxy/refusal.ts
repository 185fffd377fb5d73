import type { ServerResponse } from "node:http";

/** An answer that the scoring proxy gives itself, without or instead of the container's. */
export interface Refusal {
  readonly status: number;
  /** Machine-readable reason; the first line of the body. */
  readonly code: string;
  /** One sentence for whoever reads the answer. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Azure's front end answers in plain text with the code on the first line, never with OpenAI's JSON. */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = `${refusal.code}\n${refusal.message}\n`;
  response.writeHead(refusal.status, {
    ...refusal.headers,
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
