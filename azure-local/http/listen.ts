import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type RequestError, requestError } from "./guard";

/** Maximum size of the request line and all headers, in bytes. Larger requests are answered with 431. */
const maxHeaderBytes = 16 * 1024;

/** Answers a request. If it throws or rejects, only the connection is closed. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HttpServerOptions {
  /** Whether the server accepts a host name (lower case, no port) that is not a loopback name. @default it accepts none */
  readonly isOwnName?: (hostname: string) => boolean;
  /** Sends the error for a rejected request. @default plain text */
  readonly reject?: (response: ServerResponse, error: RequestError) => void;
}

/** Creates a server that no request can end and that web pages can't reach. */
export function createHttpServer(answer: Answer, { isOwnName = () => false, reject = rejectWithText }: HttpServerOptions = {}): Server {
  return createServer({ maxHeaderSize: maxHeaderBytes }, (request, response) => {
    // A write to a disconnected caller emits an error, which would end the process without a listener.
    response.on("error", () => response.destroy());
    Promise.resolve()
      .then(() => {
        const error = requestError(request, isOwnName);
        return error ? reject(response, error) : answer(request, response);
      })
      .catch(() => response.destroy());
  });
}

function rejectWithText(response: ServerResponse, { status, message }: RequestError): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "content-length": Buffer.byteLength(message) }).end(message);
}

/**
 * Listens on 127.0.0.1.
 * @param port 0 for a free port
 * @throws Error if the port is in use or no socket is available
 */
export async function listenOnLoopback(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  // For example, a connection can't be accepted because there is no file descriptor. Open connections continue.
  server.on("error", () => {});
  return (server.address() as AddressInfo).port;
}
