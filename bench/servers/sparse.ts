/**
 * A Hub and a blob service for benchmarks: all weights are zeros, and what is written is counted and discarded. `node … sparse.ts <shards> <bytes>`
 * prints the ports of the
 * Hub, which is also the blob service, and of its CDN.
 */
import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";

const [shards, bytes] = process.argv.slice(2).map(Number) as [number, number];
const revision = "0123456789abcdef0123456789abcdef01234567";
const zeros = Buffer.alloc(1 << 20);

function hashOfZeros(size: number): string {
  const hash = createHash("sha256");
  for (let left = size; left > 0; left -= zeros.length) hash.update(left < zeros.length ? zeros.subarray(0, left) : zeros);
  return hash.digest("hex");
}

const sha256 = hashOfZeros(bytes);
const names = Array.from({ length: shards }, (_, number) => `model-${number}.safetensors`);
const config = Buffer.from("{}");
const configHash = createHash("sha1").update(`blob ${config.length}\0`).update(config).digest("hex");
const tree = [
  { type: "file", path: "config.json", size: config.length, oid: configHash },
  ...names.map((path) => ({ type: "file", path, size: bytes, oid: "0".repeat(40), lfs: { oid: sha256, size: bytes, pointerSize: 134 } })),
];

interface Blob {
  readonly size: number;
  metadata: Record<string, string>;
}

const blobs = new Map<string, Blob>();
const blocks = new Map<string, Map<string, number>>();

/** Sends zeros as fast as the client reads them. */
function sendZeros(response: http.ServerResponse, size: number): void {
  let left = size;
  const more = () => {
    while (left > 0) {
      const part = left < zeros.length ? zeros.subarray(0, left) : zeros;
      left -= part.length;
      if (!response.write(part)) return void response.once("drain", more);
    }
    response.end();
  };
  more();
}

const rangeOf = (request: http.IncomingMessage) => {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(String(request.headers["x-ms-range"] ?? request.headers.range ?? "")) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: last ? Number(last) : bytes - 1 };
};

const answer: http.RequestListener = (request, response) => {
  const url = new URL(request.url!, "http://sparse");
  const json = (body: unknown) => void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (url.pathname.startsWith("/api/")) {
    if (url.pathname.includes("/tree/")) return json(tree);
    return json({ _id: "1", id: "acme/large", sha: revision, gated: false, cardData: { license: "mit" }, lastModified: "2026-01-01" });
  }
  if (url.pathname.endsWith("/config.json") && url.pathname.includes("/resolve/")) {
    return void response.writeHead(200, { "content-length": config.length }).end(request.method === "HEAD" ? undefined : config);
  }
  if (url.pathname.includes("/resolve/")) return void response.writeHead(302, { location: `http://127.0.0.1:${portOf(cdn)}/cdn/x` }).end();
  if (url.pathname.startsWith("/cdn/")) {
    const range = rangeOf(request);
    const size = range === undefined ? bytes : range.last - range.first + 1;
    response.writeHead(range === undefined ? 200 : 206, { "content-length": size });
    return sendZeros(response, size);
  }
  return storage(request, response, url);
};

const server = http.createServer(answer);
/** The CDN has another address than the Hub. */
const cdn = http.createServer(answer);
const portOf = (one: http.Server) => (one.address() as AddressInfo).port;

function storage(request: http.IncomingMessage, response: http.ServerResponse, url: URL): void {
  const name = decodeURIComponent(url.pathname.slice("/store/".length));
  const comp = url.searchParams.get("comp");
  const own = blocks.get(name) ?? new Map<string, number>();
  const metadata = Object.fromEntries(
    Object.entries(request.headers).flatMap(([key, value]) => (key.startsWith("x-ms-meta-") ? [[key.slice(10), String(value)]] : [])),
  );
  let length = 0;
  request.on("data", (chunk: Buffer) => (length += chunk.length));
  request.on("end", () => {
    const reply = (status: number, headers: http.OutgoingHttpHeaders = {}, body = "") =>
      void response.writeHead(status, { etag: '"1"', ...headers }).end(request.method === "HEAD" ? undefined : body);
    if (comp === "block") {
      const range = /^bytes=(\d+)-(\d+)$/.exec(String(request.headers["x-ms-source-range"] ?? ""));
      blocks.set(name, own.set(url.searchParams.get("blockid")!, range === null ? length : Number(range[2]) - Number(range[1]) + 1));
      return reply(201);
    }
    if (comp === "blocklist" && request.method === "PUT") {
      blobs.set(name, { size: [...own.values()].reduce((sum, size) => sum + size, 0), metadata });
      return reply(201);
    }
    if (comp === "blocklist") return reply(404, { "x-ms-error-code": "BlobNotFound" });
    if (comp === "list") {
      const prefix = url.searchParams.get("prefix") ?? "";
      const listed = [...blobs].filter(([key]) => key.startsWith(prefix));
      const items = listed.map(([key, { size, metadata: all }]) => {
        const meta = Object.entries(all).map(([field, value]) => `<${field}>${value}</${field}>`);
        return `<Blob><Name>${key}</Name><Properties><Content-Length>${size}</Content-Length></Properties><Metadata>${meta.join("")}</Metadata></Blob>`;
      });
      return reply(
        200,
        { "content-type": "application/xml" },
        `<?xml version="1.0"?><EnumerationResults><Blobs>${items.join("")}</Blobs><NextMarker/></EnumerationResults>`,
      );
    }
    if (comp === "metadata") {
      blobs.get(name)!.metadata = metadata;
      return reply(200);
    }
    if (request.method === "PUT") {
      blobs.set(name, { size: length, metadata });
      return reply(201);
    }
    const { first, last } = rangeOf(request) ?? { first: 0, last: bytes - 1 };
    response.writeHead(206, { etag: '"1"', "content-length": last - first + 1, "content-range": `bytes ${first}-${last}/${bytes}` });
    sendZeros(response, last - first + 1);
  });
}

server.listen(0, "127.0.0.1", () => cdn.listen(0, "127.0.0.1", () => console.log(`${portOf(server)} ${portOf(cdn)}`)));
