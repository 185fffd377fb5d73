import type { Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import type { Certificate } from "./certificate";

export interface HttpsServer {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  /** Accepts no new connections. The HTTP server behind it closes the open ones when it closes. */
  close(): void;
}

/**
 * Adds TLS to an HTTP server of this process. Decrypted connections are passed to that server, so streams, trailers and disconnects are
 * handled in the same way on both ports.
 * @throws if the port is in use
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
