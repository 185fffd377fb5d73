/** A small base image for linux/amd64, with a few folders and files. It replaces base images that can't be downloaded offline. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { pack } from "tar-stream";

export interface StandInBase {
  /** Digest of the manifest: `sha256:…`. */
  readonly digest: string;
  readonly manifest: Buffer;
  readonly config: Buffer;
  readonly layer: Buffer;
}

const types = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  // Not compressed, because compressors differ in their output.
  layer: "application/vnd.oci.image.layer.v1.tar",
};

const sha256 = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Builds the image. Its bytes depend only on the arguments. @param files Contents of further files by path, such as `usr/bin/tool`. */
export async function standInBase(files: Readonly<Record<string, string>> = {}): Promise<StandInBase> {
  const tar = pack();
  const mtime = new Date(0);
  for (const name of ["etc", "opt", "root", "usr", "usr/bin", "usr/local", "usr/local/bin", "var"])
    tar.entry({ name: `${name}/`, type: "directory", mode: 0o755, mtime });
  tar.entry({ name: "tmp/", type: "directory", mode: 0o1777, mtime });
  for (const [name, text] of Object.entries({ "etc/os-release": "ID=standin\n", ...files })) tar.entry({ name, mode: 0o755, mtime }, text);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  const layer = Buffer.concat(chunks);
  const config = jsonBytes({
    created: "2026-01-01T00:00:00Z",
    architecture: "amd64",
    os: "linux",
    config: {
      User: "0:0",
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "STAND_IN=1"],
      Cmd: ["/bin/sh"],
      WorkingDir: "/",
    },
    rootfs: { type: "layers", diff_ids: [sha256(layer)] },
    history: [{ created: "2026-01-01T00:00:00Z", created_by: "stand-in for a base image" }],
  });
  const manifest = jsonBytes({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: sha256(config), size: config.length },
    layers: [{ mediaType: types.layer, digest: sha256(layer), size: layer.length }],
  });
  return { digest: sha256(manifest), manifest, config, layer };
}

function jsonBytes(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/**
 * Pushes the image to a registry.
 * @param authorization Value of the header. @default - none
 */
export async function pushStandInBase(base: StandInBase, url: string, repository: string, authorization?: string): Promise<void> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  for (const blob of [base.layer, base.config]) {
    const begun = await send(`${url}/v2/${repository}/blobs/uploads/`, { method: "POST", headers });
    const target = new URL(begun.headers.get("location")!, url);
    target.searchParams.set("digest", sha256(blob));
    const body = new Uint8Array(blob);
    await send(target.href, { method: "PUT", headers: { ...headers, "content-type": "application/octet-stream" }, body });
  }
  const body = new Uint8Array(base.manifest);
  const place = `${url}/v2/${repository}/manifests/${base.digest}`;
  await send(place, { method: "PUT", headers: { ...headers, "content-type": types.manifest }, body });
}

/** Serves the image as each repository of a registry on loopback that can't be written, for tests without `docker-registry`. */
export async function serveStandInBase({ digest, manifest, config, layer }: StandInBase): Promise<{ url: string; close(): Promise<void> }> {
  const content = new Map([manifest, config, layer].map((bytes) => [sha256(bytes), bytes]));
  const server = http.createServer(({ url = "", method }, response) => {
    const wanted = url.split("/").at(-1)!;
    const bytes = content.get(wanted);
    const type = wanted === digest ? types.manifest : "application/octet-stream";
    if (bytes === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": type, "content-length": bytes.length, "docker-content-digest": wanted });
    response.end(method === "HEAD" ? undefined : bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

async function send(url: string, request: RequestInit): Promise<Response> {
  const response = await fetch(url, request);
  if (!response.ok) throw new Error(`${request.method} ${url}: ${response.status} ${await response.text()}`);
  return response;
}

/** Writes `base/manifest.json` and `base/config.json` below a folder with a Dockerfile, as `npm run renew -- base` does. */
export function saveBase(base: StandInBase, folder: string): void {
  fs.mkdirSync(path.join(folder, "base"), { recursive: true });
  fs.writeFileSync(path.join(folder, "base", "manifest.json"), base.manifest);
  fs.writeFileSync(path.join(folder, "base", "config.json"), base.config);
}
