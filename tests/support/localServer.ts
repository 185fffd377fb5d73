/** HTTP servers on this machine for tests, with a hook that replaces answers. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** An answer instead of the server's own. `cut`: the connection breaks. `silence`: no answer. `stall`: status 200 or 206, and no body. */
export type Answer =
  | { readonly status: number; readonly headers?: http.OutgoingHttpHeaders; readonly body?: string }
  | "cut"
  | "silence"
  | "stall";

export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server on a free port. An error of the handler ends the connection and is rethrown by `close`. */
export async function serve(handle: (request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>): Promise<LocalServer> {
  const failures: unknown[] = [];
  const server = http.createServer((request, response) => {
    handle(request, response).catch((error: NodeJS.ErrnoException) => {
      // The client closed the connection.
      if (!["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE", "ABORT_ERR"].includes(error.code ?? "")) failures.push(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (failures.length > 0) throw failures[0];
    },
  };
}

export async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Sends an answer that replaces the server's own. */
export function give(request: http.IncomingMessage, response: http.ServerResponse, answer: Answer): void {
  if (answer === "cut") {
    request.socket.destroy();
    return;
  }
  if (answer === "silence") return;
  if (answer === "stall") {
    response.writeHead(request.headers.range === undefined ? 200 : 206, { etag: '"0x1"', "content-length": 1_000_000 }).flushHeaders();
    return;
  }
  // The body of the request is not read, so the connection can't be used again.
  response.writeHead(answer.status, { connection: "close", ...answer.headers }).end(request.method === "HEAD" ? undefined : answer.body);
}
