// Proves with a real registry that it can store the contents of all registries, and that only importImage reaches the registries outside
// Azure. Doesn't prove the limits of Docker Hub.
import * as fs from "node:fs";
import { type DockerRegistry, startDockerRegistry } from "../../support/dockerRegistry";
import { describeWithPrograms } from "../../support/programs";
import { Caller } from "../arm/client";
import { bodies, paths } from "../arm/platform";
import { but } from "../arm/rejections/rejectedRequest";
import { type ImageBytes, imageOf, RegistryClient, sha256 } from "./registryClient";

const SOURCE = "vllm/vllm-openai";
/** For the user team with the password pull-only. */
const HTPASSWD = "team:$2b$05$JYBMUXZ2XSpJ3pbQDuzBLO3TJ9WNGhIn2pROq5/adnirfruN8sXUm";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function registryOf(htpasswd?: string): Promise<DockerRegistry> {
  const registry = await startDockerRegistry(htpasswd === undefined ? {} : { htpasswd });
  closers.push(() => registry.close());
  return registry;
}

async function azure(options: Parameters<typeof Caller.start>[0]): Promise<Caller> {
  const caller = await Caller.start(options);
  closers.push(() => caller.stop());
  await caller.made(paths.group, bodies(caller).group);
  for (const name of ["registry01", "registry02"]) {
    const body = but(bodies(caller).registry, "properties/publicNetworkAccess", "Enabled");
    await caller.made(paths.registry.replace("registry01", name), body);
  }
  return caller;
}

async function pushOutside({ url }: DockerRegistry, image: ImageBytes, headers: Record<string, string> = {}): Promise<void> {
  for (const blob of [image.config, ...image.layers]) {
    const started = await fetch(`${url}/v2/${SOURCE}/blobs/uploads/`, { method: "POST", headers });
    const location = new URL(started.headers.get("location")!);
    location.searchParams.set("digest", sha256(blob));
    expect((await fetch(location, { method: "PUT", body: blob, headers })).status).toBe(201);
  }
  const type = { "content-type": "application/vnd.oci.image.manifest.v1+json" };
  const put = await fetch(`${url}/v2/${SOURCE}/manifests/1`, { method: "PUT", body: image.manifest, headers: { ...headers, ...type } });
  expect(put.status).toBe(201);
}

function importBody({ digest }: ImageBytes, credentials?: { username: string; password: string }) {
  const source = { registryUri: "docker.io", sourceImage: `${SOURCE}@${digest}`, ...(credentials ? { credentials } : {}) };
  return { source, targetTags: ["moor/vllm:base"], mode: "NoForce" };
}

async function imported(caller: Caller, body: unknown) {
  return caller.ended(await caller.send("POST", `${paths.registry}/importImage`, body, "2025-11-01"));
}

describeWithPrograms(["docker-registry"], "registries work with a real registry behind them", () => {
  test("images of two registries are stored under prefixes of their own and are separate", async () => {
    const behind = await registryOf();
    const caller = await azure({ registry: behind.url });
    const [one, two] = ["registry01", "registry02"].map((name) => new RegistryClient(caller.arm.url, `${name}.azurecr.io`));
    const image = imageOf("layer");
    expect(await one!.push("moor/vllm", "v1", image)).toBe(201);
    expect((await two!.send("HEAD", "/v2/moor/vllm/manifests/v1")).status).toBe(404);
    expect(await (await one!.send("GET", `/v2/moor/vllm/manifests/${image.digest}`)).text()).toBe(image.manifest);
    const range = await one!.send("GET", `/v2/moor/vllm/blobs/${sha256("layer")}`, { headers: { range: "bytes=1-2" } });
    expect([range.status, await range.text()]).toEqual([206, "ay"]);
    expect(await one!.code(await two!.putManifest("moor/vllm", "v1", image.manifest))).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
    const { repositories } = (await (await fetch(`${behind.url}/v2/_catalog`)).json()) as { repositories: string[] };
    expect(repositories).toEqual([expect.stringMatching(/^registry01-[0-9a-f]{8}\/moor\/vllm$/)]);
    expect(fs.existsSync(`${caller.home}/registries`)).toBe(false);
  });

  test("uploads in chunks, mounts and wrong digests are answered as by the store on disk", async () => {
    const behind = await registryOf();
    const caller = await azure({ registry: behind.url });
    const registry = new RegistryClient(caller.arm.url, "registry01.azurecr.io");
    const location = (await registry.send("POST", "/v2/base/blobs/uploads/")).headers.get("location")!;
    expect((await registry.send("PATCH", location, { body: "hello " })).headers.get("range")).toBe("0-5");
    expect((await registry.send("PUT", `${location}?digest=${sha256("hello world")}`, { body: "world" })).status).toBe(201);
    const scope = "repository:moor/vllm:pull,push repository:base:pull";
    const headers = { authorization: `Bearer ${await registry.accessToken(scope)}` };
    const mount = (digest: string) => registry.raw("POST", `/v2/moor/vllm/blobs/uploads/?mount=${digest}&from=base`, { headers });
    expect([(await mount(sha256("hello world"))).status, (await mount(sha256("other"))).status]).toEqual([201, 202]);
    expect(await registry.code(await registry.send("POST", `/v2/base/blobs/uploads/?digest=${sha256("x")}`, { body: "y" }))).toEqual([
      400,
      "DIGEST_INVALID",
    ]);
  });

  test("an import copies the image by digest, once, and its repository takes a new layer on it", async () => {
    const [behind, outside] = [await registryOf(), await registryOf()];
    const base = imageOf("base layer");
    await pushOutside(outside, base);
    const caller = await azure({ registry: behind.url, outsideRegistries: { "docker.io": outside.url } });
    expect((await imported(caller, importBody(base))).status).toBe(200);
    const registry = new RegistryClient(caller.arm.url, "registry01.azurecr.io");
    expect((await registry.send("GET", "/v2/moor/vllm/manifests/base")).headers.get("docker-content-digest")).toBe(base.digest);
    const layered = imageOf("base layer", "our layer");
    await registry.putBlob("moor/vllm", "our layer");
    await registry.putBlob("moor/vllm", layered.config);
    expect((await registry.putManifest("moor/vllm", "moor-1", layered.manifest)).status).toBe(201);
    const reads = await outside.requests();
    await caller.send("POST", `${paths.registry}/importImage`, { ...importBody(base), targetTags: ["moor/vllm:again"] }, "2025-11-01");
    await registry.send("GET", "/v2/moor/vllm/manifests/moor-1");
    while ((await outside.requests()).length === reads.length) await new Promise(setImmediate);
    // The second import reads the manifest, but no blob that is there.
    expect((await outside.requests()).slice(reads.length).map(({ path }) => path)).toEqual([`/v2/${SOURCE}/manifests/${base.digest}`]);
  });

  test("an import needs the credentials of the outside registry, and fails with its status", async () => {
    const outside = await registryOf(HTPASSWD);
    const image = imageOf("private");
    const password = "pull-only";
    await pushOutside(outside, image, { authorization: `Basic ${Buffer.from(`team:${password}`).toString("base64")}` });
    const caller = await azure({ outsideRegistries: { "docker.io": outside.url } });
    const code = async (body: unknown) => (await imported(caller, body)).body?.error?.code;
    expect(await code(importBody(image))).toBe("Unauthorized");
    expect(await code(importBody(image, { username: "team", password: "wrong" }))).toBe("Unauthorized");
    expect(await code(importBody(imageOf("missing"), { username: "team", password }))).toBe("NotFound");
    expect(await code(importBody(image, { username: "team", password }))).toBeUndefined();
    const registry = new RegistryClient(caller.arm.url, "registry01.azurecr.io");
    expect(await (await registry.send("GET", `/v2/moor/vllm/blobs/${sha256("private")}`)).text()).toBe("private");
    for (const file of ["state.jsonl", "requests.jsonl"]) expect(fs.readFileSync(`${caller.home}/${file}`, "utf8")).not.toContain(password);
  });

  test("a real registry that ended is reported", async () => {
    const behind = await startDockerRegistry();
    const caller = await azure({ registry: behind.url });
    await behind.close();
    const registry = new RegistryClient(caller.arm.url, "registry01.azurecr.io");
    const answer = await registry.send("POST", "/v2/a/blobs/uploads/");
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining(`(${behind.url}) doesn't respond`)]);
  });
});

test("an import from a host without an address records the digest, and its repository takes manifests on it", async () => {
  const caller = await azure({});
  const base = imageOf("base layer");
  expect((await imported(caller, importBody(base))).status).toBe(200);
  const registry = new RegistryClient(caller.arm.url, "registry01.azurecr.io");
  const head = await registry.send("HEAD", "/v2/moor/vllm/manifests/base");
  expect([head.status, head.headers.get("docker-content-digest")]).toEqual([200, base.digest]);
  const get = await registry.send("GET", "/v2/moor/vllm/manifests/base");
  expect([get.status, await get.text()]).toEqual([404, expect.stringContaining("was imported without its bytes")]);
  const layered = imageOf("base layer", "our layer");
  expect((await registry.putManifest("moor/vllm", "moor-1", layered.manifest)).status).toBe(201);
  expect(await registry.code(await registry.putManifest("other", "moor-1", layered.manifest))).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
});

test("an outside registry that doesn't respond fails the import", async () => {
  const caller = await azure({ outsideRegistries: { "docker.io": "http://127.0.0.1:1" } });
  expect((await imported(caller, importBody(imageOf("x")))).body.error).toMatchObject({ code: "BadGateway" });
});
