/**
 * A Hugging Face Hub for tests: one model at one commit, with its CDN at another port. It has the API of the list and the redirects of
 * downloads. It doesn't prove how the real CDN signs addresses.
 */
import { createHash } from "node:crypto";
import type * as http from "node:http";
import { type Answer, give, type LocalServer, serve } from "./localServer";

export interface HubServerOptions {
  /** @default "acme/tiny" */
  readonly id?: string;
  readonly files: Readonly<Record<string, Buffer>>;
  /** Paths of the files in LFS. @default - the safetensors files */
  readonly isLfs?: (path: string) => boolean;
  readonly card?: object;
  readonly gated?: false | "auto" | "manual";
  /** Commit that the API returns. @default - the requested one */
  readonly sha?: string;
  /** Files on a page of the list. @default 3 */
  readonly pageSize?: number;
  /** Answers instead of the Hub's own. */
  readonly answer?: (request: HubCall) => Answer | undefined;
}

/** One request to the Hub or to its CDN. */
export interface HubCall {
  readonly kind: "info" | "tree" | "resolve" | "cache" | "cdn";
  readonly method: string;
  /** Path of the file; empty for `info` and `tree`. */
  readonly file: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Number of the address, from 1, of a request to the CDN. */
  readonly address: number;
}

export interface HubServer {
  readonly id: string;
  readonly revision: string;
  readonly url: string;
  readonly cdn: string;
  readonly calls: HubCall[];
  close(): Promise<void>;
}

export const revision = "0123456789abcdef0123456789abcdef01234567";

export const hashOf = (content: Buffer) => createHash("sha256").update(content).digest("hex");

const gitHash = (content: Buffer) => createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");

export async function serveHub(options: HubServerOptions): Promise<HubServer> {
  const { id = "acme/tiny", files, isLfs = (path) => path.endsWith(".safetensors"), gated = false, pageSize = 3 } = options;
  const card = options.card ?? { license: "apache-2.0" };
  const calls: HubCall[] = [];
  let addresses = 0;
  let cdn: LocalServer | undefined;
  const called = (request: http.IncomingMessage, call: Pick<HubCall, "kind" | "file"> & Partial<HubCall>): Answer | undefined => {
    const made = { method: request.method!, headers: request.headers, address: 0, ...call };
    calls.push(made);
    return options.answer?.(made);
  };
  const entries = Object.entries(files).map(([path, content]) => ({
    ...{ type: "file", path, size: content.length, oid: gitHash(content) },
    ...(isLfs(path) ? { lfs: { oid: hashOf(content), size: content.length, pointerSize: 134 } } : {}),
  }));
  const folders = [...new Set(entries.flatMap(({ path }) => (path.includes("/") ? [path.slice(0, path.indexOf("/"))] : [])))];
  const tree = [...folders.map((path) => ({ type: "directory", path, size: 0, oid: gitHash(Buffer.from(path)) })), ...entries];
  const hub: LocalServer = await serve(async (request, response) => {
    const url = new URL(request.url!, hub.url);
    const json = (body: unknown, headers: http.OutgoingHttpHeaders = {}) =>
      void response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
    if (url.pathname === `/api/models/${id}/revision/${revision}`) {
      const own = called(request, { kind: "info", file: "" });
      if (own !== undefined) return give(request, response, own);
      return json({ _id: "1", id, sha: options.sha ?? revision, gated, private: false, cardData: card, lastModified: "2026-01-01" });
    }
    if (url.pathname === `/api/models/${id}/tree/${revision}`) {
      const own = called(request, { kind: "tree", file: "" });
      if (own !== undefined) return give(request, response, own);
      const from = Number(url.searchParams.get("cursor") ?? 0);
      const next = new URL(url);
      next.searchParams.set("cursor", String(from + pageSize));
      const link = from + pageSize < tree.length ? { link: `<${next.href}>; rel="next"` } : {};
      return json(tree.slice(from, from + pageSize), link);
    }
    const [, kind, path = ""] = /^\/(.*?)\/(?:resolve|cache)\/[0-9a-f]{40}\/(.+)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    const content = files[path];
    if (kind === undefined || content === undefined) return void response.writeHead(404, { "x-error-code": "RepoNotFound" }).end();
    const isCache = url.pathname.includes("/cache/");
    const own = called(request, { kind: isCache ? "cache" : "resolve", file: path });
    if (own !== undefined) return give(request, response, own);
    const commit = { "x-repo-commit": revision };
    if (isCache) return send(request, response, content);
    if (!isLfs(path)) return void response.writeHead(307, { ...commit, location: `/${id}/cache/${revision}/${path}` }).end();
    addresses += 1;
    const location = `${cdn!.url}/${encodeURIComponent(path)}?Signature=secret-${addresses}`;
    response.writeHead(302, { ...commit, "x-linked-size": content.length, location }).end();
  });
  cdn = await serve(async (request, response) => {
    const url = new URL(request.url!, hub.url);
    const file = decodeURIComponent(url.pathname.slice(1));
    const address = Number(url.searchParams.get("Signature")?.slice("secret-".length));
    const own = called(request, { kind: "cdn", file, address });
    if (own !== undefined) return give(request, response, own);
    return send(request, response, files[file]!);
  });
  return {
    ...{ id, revision, url: hub.url, cdn: cdn.url, calls },
    async close() {
      await hub.close();
      await cdn.close();
    },
  };
}

function send(request: http.IncomingMessage, response: http.ServerResponse, content: Buffer): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  const part = first === undefined ? content : content.subarray(Number(first), Number(last) + 1);
  response.writeHead(first === undefined ? 200 : 206, { "content-length": part.length });
  response.end(request.method === "HEAD" ? undefined : part);
}
