/** Hands requests to a server in this process, for suites of many thousands: through sockets each takes three times as long. */
import * as http from "node:http";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** What a suite reads of an answer. */
export type Fetched = Pick<Response, "status" | "headers" | "text">;

/** Sends a request and receives the answer, as `fetch` does. */
export type Send = (url: URL, request: { readonly method: string; readonly body?: string }) => Promise<Fetched>;

/** @throws TypeError when the server hangs up, as `fetch` does. */
export function withoutSockets(server: http.Server): Send {
  return (url, { method, body = "" }) =>
    new Promise((resolve, reject) => {
      const written: Buffer[] = [];
      const socket = new Duplex({ read() {}, write: (chunk: Buffer, _encoding, done) => done(void written.push(chunk)) }) as Socket;
      const request = new http.IncomingMessage(socket);
      const length = body === "" ? {} : { "content-type": "text/plain;charset=UTF-8", "content-length": String(Buffer.byteLength(body)) };
      request.headers = { host: url.host, accept: "*/*", ...length };
      request.rawHeaders = Object.entries(request.headers).flat() as string[];
      Object.assign(request, {
        method,
        url: `${url.pathname}${url.search}`,
        httpVersion: "1.1",
        httpVersionMajor: 1,
        httpVersionMinor: 1,
        complete: true,
      });
      if (body !== "") request.push(body);
      request.push(null);
      const response = new http.ServerResponse(request);
      response.useChunkedEncodingByDefault = false;
      response.assignSocket(socket);
      response.on("finish", () => resolve(read(response.statusCode, Buffer.concat(written).toString("utf8"))));
      socket.on("close", () => reject(new TypeError("fetch failed")));
      server.emit("request", request, response);
    });
}

function read(status: number, message: string): Fetched {
  const end = message.indexOf("\r\n\r\n");
  const lines = message.slice(0, end).split("\r\n").slice(1);
  const headers = new Headers(lines.map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
  return { status, headers, text: async () => message.slice(end + 4) };
}
