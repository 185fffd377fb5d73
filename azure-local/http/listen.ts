import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Unacceptable, unacceptable } from "./guard";

/** Bytes of the request line and all headers together: more is answered with 431. */
const mostHeaderBytes = 16 * 1024;

/** Answers a request. Whatever it throws, or rejects with, closes the connection and nothing else. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HttpServerOptions {
  /** Whether the server answers to a host name, in lower case and without a port, besides those of this machine. @default it doesn't */
  readonly isOwnName?: (hostname: string) => boolean;
  /** Answers a request that is not acceptable. @default plain text */
  readonly refuse?: (response: ServerResponse, why: Unacceptable) => void;
}

/** A server that no request ends, and that no web page reaches. */
export function createHttpServer(answer: Answer, { isOwnName = () => false, refuse = refuseInText }: HttpServerOptions = {}): Server {
  return createServer({ maxHeaderSize: mostHeaderBytes }, (request, response) => {
    // A write to a caller who has hung up is an event of the response, and an event that is not listened to ends the process.
    response.on("error", () => response.destroy());
    Promise.resolve()
      .then(() => {
        const why = unacceptable(request, isOwnName);
        return why ? refuse(response, why) : answer(request, response);
      })
      .catch(() => response.destroy());
  });
}

function refuseInText(response: ServerResponse, { status, message }: Unacceptable): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "content-length": Buffer.byteLength(message) }).end(message);
}

/**
 * Listens on loopback.
 * @param port 0 for any free one
 * @throws Error if the port is taken, or no socket is left
 */
export async function listenOnLoopback(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  // Such as a connection that can't be accepted because no file descriptor is left: the ones that are open go on.
  server.on("error", () => {});
  return (server.address() as AddressInfo).port;
}
