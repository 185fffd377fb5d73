import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import type { Certificate } from "./certificate";

export interface HttpsServer {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** Takes no new connection; those that are open are ended by the HTTP server behind, when it closes. */
  close(): void;
}

/**
 * Puts TLS in front of an HTTP server of this process: connections are decrypted and handed to it, so that what it does with streams,
 * trailers and callers who hang up is the same on both ports.
 *
 * @throws if the port is taken
 */
export async function serveHttps(behind: HttpServer, { cert, key }: Certificate, port = 0): Promise<HttpsServer> {
  const server = createServer({ cert, key, ALPNProtocols: ["http/1.1"] }, (socket) => behind.emit("connection", socket));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}
