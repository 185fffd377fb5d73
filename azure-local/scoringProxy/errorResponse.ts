import type { ServerResponse } from "node:http";

/** An error response that the scoring proxy itself sends. */
export interface ErrorResponse {
  readonly status: number;
  /** Machine-readable reason; the first line of the body. */
  readonly code: string;
  /** A sentence for the reader of the response. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends an error as Azure's front end does: plain text with the code on the first line, not OpenAI's JSON. */
export function sendError(response: ServerResponse, error: ErrorResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = `${error.code}\n${error.message}\n`;
  response.writeHead(error.status, {
    ...error.headers,
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
