/** A container registry for tests: tokens, blobs and manifests in memory, in the forms of Azure. */
import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { clouds } from "../../../azure/clouds";
import { RegistryClient, type RegistryClientOptions, type RegistryContent } from "../../../azure/containerRegistry";

export interface FakeRegistryOptions {
  /** Response to each request instead of the registry's own, for example a 403 of the network rules. */
  readonly answer?: (
    request: http.IncomingMessage,
  ) => { readonly status: number; readonly body?: object; readonly headers?: http.OutgoingHttpHeaders } | undefined;
  /** Actions of access tokens. @default ["pull", "push"] */
  readonly actions?: readonly string[];
  /** Whether requests need no token, as in a registry without authentication. @default false */
  readonly open?: boolean;
  /** Path before `/v2`. @default "" */
  readonly prefix?: string;
}

export interface FakeRegistry {
  readonly url: string;
  /** `<method> <path>` of each request, in order. */
  readonly calls: string[];
  /** Bodies of token requests. */
  readonly forms: string[];
  /** By `<repository> <tag or digest>`. */
  readonly manifests: Map<string, { readonly bytes: Buffer; readonly mediaType: string }>;
  readonly blobs: Map<string, Buffer>;
  close(): Promise<unknown>;
}

export const digestOf = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export function content(text: string, mediaType = "application/octet-stream"): RegistryContent {
  const bytes = Buffer.from(text);
  return { mediaType, bytes, digest: digestOf(bytes) };
}

export async function serveRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const { answer, actions = ["pull", "push"], open = false, prefix = "" } = options;
  const registry = { calls: [] as string[], forms: [] as string[], manifests: new Map(), blobs: new Map() } as Omit<
    FakeRegistry,
    "url" | "close"
  >;
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { pathname, searchParams } = new URL(request.url!, "http://registry");
    registry.calls.push(`${request.method} ${pathname}`);
    const reply = (status: number, headers: http.OutgoingHttpHeaders = {}, text = "") =>
      void response.writeHead(status, { connection: "close", ...headers }).end(request.method === "HEAD" ? undefined : text);
    const own = answer?.(request);
    if (own !== undefined) return reply(own.status, own.headers, JSON.stringify(own.body ?? {}));
    const path = pathname.slice(prefix.length);
    if (path.startsWith("/oauth2/")) {
      registry.forms.push(body.toString());
      const claims = Buffer.from(
        JSON.stringify({
          access: [{ type: "repository", name: new URLSearchParams(body.toString()).get("scope")?.split(":")[1], actions }],
        }),
      );
      const token = path === "/oauth2/exchange" ? { refresh_token: "refresh" } : { access_token: `h.${claims.toString("base64url")}.s` };
      return reply(200, {}, JSON.stringify(token));
    }
    if (!open && !request.headers.authorization?.startsWith("Bearer h.")) return reply(401, { "www-authenticate": "Bearer" });
    const [, repository, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/(.*)$/.exec(path) ?? [];
    if (kind === "blobs" && request.method === "POST")
      return reply(202, { location: `${prefix}/v2/${repository}/blobs/uploads/u1?_state=s%3D` });
    if (kind === "blobs" && request.method === "PUT") {
      if (digestOf(body) !== searchParams.get("digest") || searchParams.get("_state") !== "s=") return reply(400);
      registry.blobs.set(`${repository} ${digestOf(body)}`, body);
      return reply(201);
    }
    if (kind === "blobs") return reply(registry.blobs.has(`${repository} ${reference}`) ? 200 : 404);
    if (kind === "manifests" && request.method === "PUT") {
      const stored = { bytes: body, mediaType: request.headers["content-type"]! };
      for (const key of [reference, digestOf(body)]) registry.manifests.set(`${repository} ${key}`, stored);
      return reply(201, { "docker-content-digest": digestOf(body) });
    }
    const found = registry.manifests.get(`${repository} ${reference}`);
    return found === undefined ? reply(404) : reply(200, { "docker-content-digest": digestOf(found.bytes) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
  return {
    ...registry,
    url,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export function clientOf(endpoint: string, options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const credential = async (audience: string) => `entra token for ${audience}`;
  return new RegistryClient({
    loginServer: "cr.azurecr.io",
    cloud: clouds.AzureCloud,
    credential,
    endpoint,
    retrySeconds: 0.001,
    ...options,
  });
}
