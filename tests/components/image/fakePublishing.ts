/** Azure Resource Manager and the data plane of a registry, as an image component of the local Azure calls them. */
import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { LayeredImage } from "../../../planner/image";

export interface FakePublishing {
  /** `<method> <path>` of each request that can change something, and its body as JSON if it is JSON. */
  readonly writes: { readonly call: string; readonly body: unknown }[];
  /** `<method> <path>` of each request. */
  readonly calls: string[];
  /** Digests by `<repository> <tag or digest>`. */
  readonly manifests: Map<string, string>;
  close(): Promise<unknown>;
}

export interface PublishingOptions {
  /** Whether network rules reject data-plane requests. @default false */
  readonly closed?: boolean;
  /** Status of import requests. @default 200 */
  readonly importStatus?: number;
  /** Properties of the registry in Azure. @default - the registry can't be read */
  readonly registry?: Readonly<Record<string, unknown>>;
  /** How the run of a task ends. @default "Succeeded" */
  readonly runStatus?: string;
}

/** Serves at the address of the local Azure until it is closed. */
export async function servePublishing({
  closed = false,
  importStatus = 200,
  registry,
  runStatus = "Succeeded",
}: PublishingOptions = {}): Promise<FakePublishing> {
  const fake = { writes: [] as FakePublishing["writes"], calls: [] as string[], manifests: new Map<string, string>() };
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const { pathname } = new URL(request.url!, "http://azure");
    const call = `${request.method} ${pathname}`;
    fake.calls.push(call);
    if (request.method !== "GET" && request.method !== "HEAD") fake.writes.push({ call, body: jsonOf(bytes) });
    const reply = (status: number, body: object = {}, headers: http.OutgoingHttpHeaders = {}) =>
      void response
        .writeHead(status, { connection: "close", ...headers })
        .end(request.method === "HEAD" ? undefined : JSON.stringify(body));
    if (pathname === "/identity")
      return reply(200, { access_token: "entra", expires_on: "4102444800", resource: "r", token_type: "Bearer" });
    const data = /^\/data\/([^/]+)\/(.+)$/.exec(pathname);
    if (data === null) {
      if (pathname.endsWith("/importImage")) return reply(importStatus);
      if (pathname.endsWith("/scheduleRun")) return reply(200, run("Queued"));
      if (pathname.endsWith("/runs")) return reply(200, { value: [] });
      if (pathname.endsWith("/runs/ca1")) return reply(200, run(runStatus));
      if (pathname.endsWith("/registries/crdevx7k2p9") && registry !== undefined) return reply(200, { properties: registry });
      return reply(404, { error: { code: "ResourceNotFound", message: "absent" } });
    }
    if (closed) return reply(403, { errors: [{ code: "DENIED", message: "client with IP '203.0.113.7' is not allowed access." }] });
    if (data[2] === "oauth2/exchange") return reply(200, { refresh_token: "planted-refresh-token" });
    const [, repository, kind, reference] = /^v2\/(.+)\/(manifests|blobs)\/(.*)$/.exec(data[2]!) ?? [];
    if (kind === "blobs")
      return reply(request.method === "HEAD" ? 404 : request.method === "POST" ? 202 : 201, {}, { location: `${pathname}u1` });
    if (request.method === "PUT") {
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      fake.manifests.set(`${repository} ${reference}`, digest).set(`${repository} ${digest}`, digest);
      return reply(201, {}, { "docker-content-digest": digest });
    }
    const found = fake.manifests.get(`${repository} ${reference}`);
    return found === undefined ? reply(404) : reply(200, {}, { "docker-content-digest": found });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  process.env.MOOR_ARM_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { IDENTITY_ENDPOINT: `${process.env.MOOR_ARM_URL}/identity`, IDENTITY_HEADER: "test" });
  return {
    ...fake,
    close: () => {
      for (const name of ["MOOR_ARM_URL", "IDENTITY_ENDPOINT", "IDENTITY_HEADER"]) delete process.env[name];
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const run = (status: string) => ({ properties: { runId: "ca1", status, createTime: "2026-01-01T00:00:00Z" } });

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** A layered image whose manifest contains its layer. */
export function layeredImage(layerText = "layer"): LayeredImage {
  const blob = (mediaType: string, text: string) => ({
    mediaType,
    bytes: Buffer.from(text),
    digest: `sha256:${createHash("sha256").update(text).digest("hex")}`,
  });
  const layer = blob("application/vnd.oci.image.layer.v1.tar", layerText);
  const config = blob("application/vnd.oci.image.config.v1+json", '{"architecture":"amd64"}');
  const layers = [{ digest: `sha256:${"b".repeat(64)}` }, { digest: layer.digest }];
  const manifest = blob("application/vnd.oci.image.manifest.v1+json", JSON.stringify({ config: { digest: config.digest }, layers }));
  const base = { registry: "docker.io", repository: "vllm/vllm-openai", digest: `sha256:${"b".repeat(64)}` };
  return { base, baseConfig: `sha256:${"c".repeat(64)}`, files: {}, layer, config, manifest };
}
