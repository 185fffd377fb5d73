/**
 * Azure Blob Storage for tests: the blobs of all containers in memory, in the forms of the service. Put Block From URL reads its source with
 * a plain GET, as the service does. It doesn't prove which sources the real service accepts.
 */
import type * as http from "node:http";
import { type Answer, bodyOf, give, serve } from "./localServer";

/** One request. */
export interface BlobCall {
  readonly operation:
    | "putBlock"
    | "putBlockFromUrl"
    | "putBlockList"
    | "putBlob"
    | "getBlockList"
    | "getProperties"
    | "setMetadata"
    | "get"
    | "delete"
    | "list";
  /** Name of the blob; empty for `list`. */
  readonly blob: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Base64 of `putBlock` and `putBlockFromUrl`. */
  readonly block: string;
}

export interface StoredBlob {
  readonly content: Buffer;
  metadata: Record<string, string>;
}

export interface BlobServerOptions {
  /** Path before the container. @default "" */
  readonly prefix?: string;
  /** Answers instead of the service's own, before anything is stored. */
  readonly answer?: (call: BlobCall) => Answer | undefined;
}

export interface BlobServer {
  readonly url: string;
  readonly calls: BlobCall[];
  readonly blobs: Map<string, StoredBlob>;
  /** Blocks that are not part of a blob, by blob and ID. */
  readonly staged: Map<string, Map<string, Buffer>>;
  /** Bytes in the bodies of Put Block and Put Blob. */
  sent: number;
  /** Bodies that were not blocks. */
  readonly texts: string[];
  close(): Promise<void>;
}

export async function serveBlobs({ prefix = "", answer }: BlobServerOptions = {}): Promise<BlobServer> {
  const service = {
    calls: [] as BlobCall[],
    blobs: new Map<string, StoredBlob>(),
    staged: new Map<string, Map<string, Buffer>>(),
    sent: 0,
    texts: [] as string[],
  };
  const { blobs, staged } = service;
  const server = await serve(async (request, response) => {
    const url = new URL(request.url!, "http://blobs");
    const [, ...name] = decodeURIComponent(url.pathname.slice(prefix.length + 1)).split("/");
    const blob = name.join("/");
    const { headers } = request;
    const operation = operationOf(request.method!, url, headers);
    const call = { operation, blob, headers, block: url.searchParams.get("blockid") ?? "" };
    service.calls.push(call);
    const refuse = (status: number, code: string, more: http.OutgoingHttpHeaders = {}) =>
      give(request, response, { status, headers: { "x-ms-error-code": code, ...more } });
    if (!headers.authorization?.startsWith("Bearer ")) return refuse(401, "NoAuthenticationInformation");
    const own = answer?.(call);
    if (own !== undefined) return give(request, response, own);
    const found = blobs.get(blob);
    const blocks = staged.get(blob) ?? new Map<string, Buffer>();
    const reply = (status: number, more: http.OutgoingHttpHeaders = {}, body?: string | Buffer) =>
      void response.writeHead(status, { etag: '"0x1"', ...more }).end(request.method === "HEAD" ? undefined : body);
    const body = await bodyOf(request);
    // Source: Azure docs, put-block: all IDs of a blob have the same length.
    if (call.block !== "" && [...blocks.keys()].some((other) => other.length !== call.block.length))
      return refuse(400, "InvalidBlobOrBlock");
    switch (operation) {
      case "putBlock":
        service.sent += body.length;
        staged.set(blob, blocks.set(call.block, body));
        return reply(201);
      case "putBlockFromUrl": {
        const source = await fetch(String(headers["x-ms-copy-source"]), {
          headers: { range: String(headers["x-ms-source-range"]) },
          redirect: "manual",
        });
        if (!source.ok) return refuse(source.status, "CannotVerifyCopySource", { "x-ms-copy-source-status-code": source.status });
        staged.set(blob, blocks.set(call.block, Buffer.from(await source.arrayBuffer())));
        return reply(201);
      }
      case "putBlockList": {
        service.texts.push(body.toString());
        const ids = [...body.toString().matchAll(/<Latest>(.*?)<\/Latest>/g)].map(([, id]) => id!);
        const parts = ids.map((id) => blocks.get(id));
        if (parts.includes(undefined)) return refuse(400, "InvalidBlockList");
        blobs.set(blob, { content: Buffer.concat(parts as Buffer[]), metadata: metadataOf(headers) });
        staged.delete(blob);
        return reply(201);
      }
      case "putBlob":
        service.sent += body.length;
        blobs.set(blob, { content: body, metadata: metadataOf(headers) });
        staged.delete(blob);
        return reply(201);
      case "getBlockList": {
        if (found === undefined && blocks.size === 0) return refuse(404, "BlobNotFound");
        const items = [...blocks].map(([id, content]) => `<Block><Name>${id}</Name><Size>${content.length}</Size></Block>`).join("");
        return reply(200, xml, `<?xml version="1.0"?><BlockList><UncommittedBlocks>${items}</UncommittedBlocks></BlockList>`);
      }
      case "list":
        return reply(200, xml, listing(blobs, url.searchParams.get("prefix") ?? ""));
      default:
        break;
    }
    if (found === undefined) return refuse(404, "BlobNotFound");
    const metadata = Object.fromEntries(Object.entries(found.metadata).map(([key, value]) => [`x-ms-meta-${key}`, value]));
    switch (operation) {
      case "getProperties":
        return reply(200, { "content-length": found.content.length, ...metadata });
      case "setMetadata":
        found.metadata = metadataOf(headers);
        return reply(200);
      case "delete":
        blobs.delete(blob);
        return reply(202);
      case "get": {
        const [, first = "0", last] = /^bytes=(\d+)-(\d*)$/.exec(String(headers["x-ms-range"] ?? headers.range ?? "bytes=0-")) ?? [];
        const end = last ? Number(last) + 1 : found.content.length;
        const part = found.content.subarray(Number(first), end);
        return reply(
          206,
          { ...metadata, "content-length": part.length, "content-range": `bytes ${first}-${end - 1}/${found.content.length}` },
          part,
        );
      }
      default:
        operation satisfies never;
    }
  });
  return Object.assign(service, { url: server.url, close: () => server.close() });
}

const xml = { "content-type": "application/xml" };

function operationOf(method: string, url: URL, headers: http.IncomingHttpHeaders): BlobCall["operation"] {
  const comp = url.searchParams.get("comp");
  if (comp === "list") return "list";
  if (comp === "block") return headers["x-ms-copy-source"] === undefined ? "putBlock" : "putBlockFromUrl";
  if (comp === "blocklist") return method === "GET" ? "getBlockList" : "putBlockList";
  if (comp === "metadata") return "setMetadata";
  const byMethod: Readonly<Record<string, BlobCall["operation"]>> = { PUT: "putBlob", HEAD: "getProperties", DELETE: "delete" };
  return byMethod[method] ?? "get";
}

function metadataOf(headers: http.IncomingHttpHeaders): Record<string, string> {
  const own = Object.entries(headers).filter(([name]) => name.startsWith("x-ms-meta-"));
  return Object.fromEntries(own.map(([name, value]) => [name.slice("x-ms-meta-".length), String(value)]));
}

function listing(blobs: ReadonlyMap<string, StoredBlob>, prefix: string): string {
  const names = [...blobs.keys()].filter((name) => name.startsWith(prefix)).sort();
  const items = names.map((name) => {
    const { content, metadata } = blobs.get(name)!;
    const meta = Object.entries(metadata)
      .map(([key, value]) => `<${key}>${value}</${key}>`)
      .join("");
    return (
      `<Blob><Name>${name}</Name><Properties><Content-Length>${content.length}</Content-Length><BlobType>BlockBlob</BlobType></Properties>` +
      `<Metadata>${meta}</Metadata></Blob>`
    );
  });
  return `<?xml version="1.0"?><EnumerationResults><Prefix>${prefix}</Prefix><Blobs>${items.join("")}</Blobs><NextMarker/></EnumerationResults>`;
}
