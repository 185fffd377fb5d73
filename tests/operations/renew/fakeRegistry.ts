/** A small registry with token authentication on 127.0.0.1. */
import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeRegistry {
  /** Host and port, as in a reference. */
  readonly host: string;
  /** Responses by path. They can be replaced. */
  readonly contents: Map<string, Served>;
  /** `<method> <path and query> <authorization or ->` of each request, in order. */
  readonly requests: string[];
  close(): Promise<unknown>;
}

export interface Served {
  readonly status?: number;
  readonly body: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeRegistryOptions {
  /** Authorization that the token endpoint requires. @default - anonymous tokens */
  readonly required?: string;
}

export const sha256 = (bytes: Buffer | string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export async function serveRegistry({ required }: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const contents = new Map<string, Served>();
  const requests: string[] = [];
  const server = http.createServer((request, response) => {
    const [path, query = ""] = request.url!.split("?") as [string, string?];
    const { authorization = "-" } = request.headers;
    requests.push(`${request.method} ${request.url} ${authorization}`);
    const answer = (status: number, body: Buffer | string, headers: Record<string, string> = {}) =>
      response.writeHead(status, { connection: "close", ...headers }).end(body);
    const denied = JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] });
    if (path === "/token") {
      if (required !== undefined && authorization !== required) return void answer(401, denied);
      const scope = new URLSearchParams(query).get("scope");
      return void answer(200, JSON.stringify({ token: `token-for-${scope}` }));
    }
    const served = contents.get(path);
    if (path.startsWith("/v2/") && !authorization.startsWith("Bearer token-for-")) {
      const challenge = `Bearer realm="http://${host}/token",service="fake",scope="repository:base:pull"`;
      return void answer(401, denied, { "www-authenticate": challenge });
    }
    if (served === undefined)
      return void answer(404, JSON.stringify({ errors: [{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }] }));
    answer(served.status ?? 200, served.body, { ...served.headers });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, contents, requests, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** An image of the repository `base`. The spaces show that bytes are kept. */
export const image = (architecture = "amd64", os = "linux") => {
  const config = Buffer.from(`{ "architecture": "${architecture}",  "os": "${os}", "rootfs": { "type": "layers", "diff_ids": [] } }\n`);
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = Buffer.from(
    `{ "schemaVersion": 2,  "mediaType": "${mediaType}", "config": { "digest": "${sha256(config)}", "size": ${config.length} }, "layers": [] }\n`,
  );
  return { config, manifest, mediaType, digest: sha256(manifest) };
};

/** Puts an image in the registry, under its digest and a tag. */
export function put({ contents }: FakeRegistry, { config, manifest, mediaType, digest }: ReturnType<typeof image>, tag = "v1"): void {
  for (const reference of [digest, tag]) {
    contents.set(`/v2/base/manifests/${reference}`, {
      body: manifest,
      headers: { "content-type": mediaType, "docker-content-digest": digest },
    });
  }
  contents.set(`/v2/base/blobs/${sha256(config)}`, { body: config });
}
