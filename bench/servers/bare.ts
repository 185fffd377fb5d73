// The upper limit of Node's HTTP server: `bare.ts <body>` answers every request with the same bytes, and prints its address.
import * as http from "node:http";
import type { AddressInfo } from "node:net";

const body = process.argv[2]!;
const server = http.createServer((request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
