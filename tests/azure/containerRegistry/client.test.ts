// Proves what the registry client sends, against a registry in memory and against Debian's docker-registry. Doesn't prove Azure's answers.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { RegistryError } from "../../../azure/containerRegistry";
import { outputOf } from "../../support/childOutput";
import { clientOf, content, type FakeRegistry, serveRegistry } from "./fakeRegistry";

const manifest = content('{"schemaVersion":2}', "application/vnd.oci.image.manifest.v1+json");
const layer = content("layer");

let registry: FakeRegistry | undefined;
afterEach(() => registry?.close());

test("a manifest is found by tag and by digest, after one exchange of tokens for the repository", async () => {
  registry = await serveRegistry();
  const client = clientOf(registry.url);
  expect(await client.has("moor/vllm", "moor-1")).toBeUndefined();
  await client.putManifest("moor/vllm", "moor-1", manifest);
  expect(await client.has("moor/vllm", "moor-1")).toBe(manifest.digest);
  expect(await client.has("moor/vllm", manifest.digest)).toBe(manifest.digest);
  expect(registry.manifests.get("moor/vllm moor-1")).toEqual({ bytes: manifest.bytes, mediaType: manifest.mediaType });
  expect(registry.forms).toEqual([
    "grant_type=access_token&service=cr.azurecr.io&access_token=entra+token+for+https%3A%2F%2Fcontainerregistry.azure.net",
    "grant_type=refresh_token&service=cr.azurecr.io&scope=repository%3Amoor%2Fvllm%3Apull%2Cpush&refresh_token=refresh",
  ]);
});

test.each(["", "/data/cr.azurecr.io"])("a blob is sent once; a second upload sends nothing (path before /v2: '%s')", async (prefix) => {
  registry = await serveRegistry({ prefix, open: true });
  const client = clientOf(registry.url);
  await client.putBlob("moor/vllm", layer);
  await client.putBlob("moor/vllm", layer);
  expect(registry.blobs).toEqual(new Map([[`moor/vllm ${layer.digest}`, layer.bytes]]));
  const blobs = `${prefix}/v2/moor/vllm/blobs`;
  expect(registry.calls).toEqual([
    `HEAD ${blobs}/${layer.digest}`,
    `POST ${blobs}/uploads/`,
    `PUT ${blobs}/uploads/u1`,
    `HEAD ${blobs}/${layer.digest}`,
  ]);
});

test("a manifest that the registry stores with another digest is an error", async () => {
  const other = `sha256:${"0".repeat(64)}`;
  registry = await serveRegistry({ answer: () => ({ status: 201, headers: { "docker-content-digest": other } }) });
  await expect(clientOf(registry.url).putManifest("moor/vllm", "moor-1", manifest)).rejects.toThrow(
    `cr.azurecr.io stored moor/vllm:moor-1 with the digest ${other}. Expected: ${manifest.digest}`,
  );
});

test("a request is sent again after 503, and fails with the registry's code and message otherwise", async () => {
  let failures = 1;
  registry = await serveRegistry({ open: true, answer: () => (failures-- > 0 ? { status: 503 } : undefined) });
  expect(await clientOf(registry.url).has("moor/vllm", "a")).toBeUndefined();
  await registry.close();
  registry = await serveRegistry({ answer: () => ({ status: 400, body: { errors: [{ code: "NAME_INVALID", message: "bad name" }] } }) });
  const error = await clientOf(registry.url)
    .putBlob("moor/vllm", layer)
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(RegistryError);
});

test.each([
  ["without an interval", {}],
  ["with an interval", { "retry-after": "0" }],
])("a request is sent again after 429 %s", async (_, headers) => {
  let failures = 2;
  registry = await serveRegistry({ open: true, answer: () => (failures-- > 0 ? { status: 429, headers } : undefined) });
  await clientOf(registry.url).putManifest("moor/vllm", "moor-1", manifest);
  expect(registry.calls).toHaveLength(3);
});

test("a registry that asks to wait longer than the limit of a request is named", async () => {
  registry = await serveRegistry({ open: true, answer: () => ({ status: 429, headers: { "retry-after": "3600" } }) });
  await expect(clientOf(registry.url, { timeoutSeconds: 0.5 }).has("moor/vllm", "moor-1")).rejects.toThrow(
    "The container registry gave no response to HEAD /v2/moor/vllm/manifests/moor-1 within 0.5 s.",
  );
});

test("an access token that expires in a long publication is replaced", async () => {
  let calls = 0;
  // Each second request of an upload is rejected, as if its token had expired.
  const answer = ({ url }: { readonly url?: string }) =>
    url?.startsWith("/v2/") === true && calls++ % 2 === 0 ? { status: 401, headers: { "www-authenticate": "Bearer" } } : undefined;
  registry = await serveRegistry({ answer });
  const client = clientOf(registry.url);
  await client.putBlob("moor/vllm", layer);
  await client.putManifest("moor/vllm", "moor-1", manifest);
  expect([registry.blobs.size, registry.manifests.size, registry.forms.length]).toEqual([1, 2, 8]);
});

test("a redirect is not followed, so that no token is sent to another host", async () => {
  const headers = { location: "http://127.0.0.1:1/other" };
  registry = await serveRegistry({ open: true, answer: () => ({ status: 307, headers }) });
  await expect(clientOf(registry.url).putManifest("moor/vllm", "moor-1", manifest)).rejects.toThrow("answered 307");
  expect(registry.calls).toHaveLength(1);
});

test("an error shows no query and no body that isn't an OCI error", async () => {
  registry = await serveRegistry({
    open: true,
    answer: ({ method }) => (method === "PUT" ? { status: 500, body: { access_token: "planted" } } : undefined),
  });
  const error = (await clientOf(registry.url)
    .putBlob("moor/vllm", layer)
    .catch((caught: unknown) => caught)) as Error;
  expect(error.message).toBe("The container registry answered 500 to PUT /v2/moor/vllm/blobs/uploads/u1: no message");
});

describe("probe", () => {
  const probe = async (options: Parameters<typeof serveRegistry>[0]) => {
    registry = await serveRegistry(options);
    return clientOf(registry.url).probe("moor/vllm");
  };
  test("reachable, and nothing is written", async () => {
    expect(await probe({})).toBe("reachable");
    expect(registry!.calls.filter((call) => /^(PUT|PATCH|POST \/v2)/.test(call))).toEqual([]);
  });
  test.each(["/v2/", "/oauth2/exchange"])("network rules reject the address at %s", async (where) => {
    const message = "client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.";
    const denial = { status: 403, body: { errors: [{ code: "DENIED", message }] } };
    const found = await probe({ answer: ({ url }) => (url!.startsWith(where) ? denial : undefined) });
    expect(found).toEqual({ kind: "networkRules", detail: `The network rules of cr.azurecr.io reject this machine: ${message}` });
  });
  test.each([
    [
      "the exchange is rejected",
      { answer: ({ url }: { url?: string }) => (url === "/oauth2/exchange" ? { status: 401 } : undefined) },
      "cr.azurecr.io answered 401 to POST /oauth2/exchange.",
    ],
    ["the token permits no push", { actions: ["pull"] }, "The registry cr.azurecr.io permits no push to moor/vllm."],
  ])("no permission if %s", async (_, options, detail) => {
    expect(await probe(options)).toEqual({ kind: "permission", detail });
  });
  test("a closed port is a failed connection, and a host name that doesn't resolve is named", async () => {
    registry = await serveRegistry();
    const { url } = registry;
    await registry.close();
    expect(await clientOf(url).probe("moor/vllm")).toEqual({
      kind: "connection",
      detail: "cr.azurecr.io can't be reached (ECONNREFUSED).",
    });
    expect(await clientOf("https://cr.invalid").probe("moor/vllm")).toMatchObject({ kind: "nameResolution" });
  });
});

const isInstalled = (() => {
  try {
    execFileSync("docker-registry", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();
const withRegistry = isInstalled || process.env.CI ? describe : describe.skip;
if (!isInstalled) console.warn("docker-registry isn't installed, so the client is not tested against it: apt-get install docker-registry");

withRegistry("Debian's docker-registry", () => {
  let server: ChildProcess;
  let folder: string;
  let url: string;
  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-registry-"));
    fs.writeFileSync(
      path.join(folder, "config.yml"),
      `version: 0.1\nlog: {level: info}\nstorage: {filesystem: {rootdirectory: ${folder}/data}}\nhttp: {addr: "127.0.0.1:0"}\n`,
    );
    server = spawn("docker-registry", ["serve", path.join(folder, "config.yml")], { stdio: ["ignore", "pipe", "pipe"] });
    url = await new Promise((resolve, reject) => {
      const log = outputOf(server, () => {
        const port = /listening on 127\.0\.0\.1:(\d+)/.exec(log())?.[1];
        if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
      });
      server.once("close", () => reject(new Error(log())));
    });
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill();
    await ended;
    fs.rmSync(folder, { recursive: true });
  });

  test("stores an image of two blobs and a manifest byte for byte", async () => {
    const client = clientOf(url);
    const config = content(
      '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
      "application/vnd.oci.image.config.v1+json",
    );
    const descriptor = ({ mediaType, digest, bytes }: typeof config, type = mediaType) => ({ mediaType: type, digest, size: bytes.length });
    const image = content(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        config: descriptor(config),
        layers: [descriptor(layer, "application/vnd.oci.image.layer.v1.tar")],
      }),
      "application/vnd.oci.image.manifest.v1+json",
    );
    expect(await client.probe("moor/vllm")).toBe("reachable");
    for (const blob of [layer, config]) await client.putBlob("moor/vllm", blob);
    await client.putManifest("moor/vllm", "moor-1", image);
    expect(await client.has("moor/vllm", "moor-1")).toBe(image.digest);
    const stored = await fetch(`${url}/v2/moor/vllm/manifests/${image.digest}`, { headers: { accept: image.mediaType } });
    expect(await stored.text()).toBe(Buffer.from(image.bytes).toString());
  });
});
