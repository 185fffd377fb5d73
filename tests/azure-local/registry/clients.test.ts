// Proves that Microsoft's client library, skopeo and buildah use the registries of the local Azure, and that images that buildah builds for
// the docker stand-in arrive. Doesn't prove Docker, which isn't installed where this runs.
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { ContainerRegistryContentClient } from "@azure/container-registry";
import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import { type Azure, openAzure } from "../../../azure-local";
import { dockerProvider } from "../../../azure-local/providers/docker";
import { describeWithPrograms } from "../../support/programs";
import { imageOf, RegistryClient, sha256 } from "./registryClient";

const LOGIN = "registry01.azurecr.io";
const group = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg";

let azure: Azure;
let folder: string;
beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-clients-"));
  azure = await openAzure({ home: path.join(folder, "home") });
  await put(group, "2024-03-01", { location: "swedencentral" });
  const network = `${group}/providers/Microsoft.Network`;
  const registry = `${group}/providers/Microsoft.ContainerRegistry/registries/registry01`;
  const properties = { publicNetworkAccess: "Disabled" };
  await put(registry, "2023-01-01-preview", { location: "swedencentral", sku: { name: "Premium" }, properties });
  const subnets = [{ name: "endpoints", properties: { addressPrefix: "10.0.0.0/26" } }];
  const addressSpace = { addressPrefixes: ["10.0.0.0/24"] };
  await put(`${network}/virtualNetworks/network`, "2024-05-01", { location: "swedencentral", properties: { addressSpace, subnets } });
  const connection = { name: "registry", properties: { privateLinkServiceId: registry, groupIds: ["registry"] } };
  const endpoint = { subnet: { id: `${network}/virtualNetworks/network/subnets/endpoints` }, privateLinkServiceConnections: [connection] };
  await put(`${network}/privateEndpoints/registry`, "2024-05-01", { location: "swedencentral", properties: endpoint });
});
afterEach(async () => {
  await azure.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function put(id: string, version: string, body: object): Promise<void> {
  const answer = await fetch(`${azure.armUrl}${id}?api-version=${version}`, { method: "PUT", body: JSON.stringify(body) });
  if (answer.status >= 300) throw new Error(`${id}: ${await answer.text()}`);
  const operation = answer.headers.get("azure-asyncoperation");
  if (operation) await fetch(operation);
}

/** The library sends tokens only over HTTPS. The local Azure is on loopback, so this policy sends the requests over HTTP. */
function overHttp(network: "inside" | "outside"): PipelinePolicy {
  return {
    name: "overHttp",
    sendRequest: (request, next) => {
      request.url = request.url.replace(/^https:/, "http:");
      request.allowInsecureConnection = true;
      request.headers.set("x-azure-local-network", network);
      return next(request);
    },
  };
}

function contentClient(repository: string, network: "inside" | "outside" = "inside"): ContainerRegistryContentClient {
  const opaque = { getToken: async () => ({ token: "opaque", expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const endpoint = `${azure.armUrl.replace("http:", "https:")}/data/${LOGIN}`;
  return new ContainerRegistryContentClient(endpoint, repository, opaque, {
    additionalPolicies: [{ policy: overHttp(network), position: "perRetry" }],
    retryOptions: { maxRetries: 0 },
  });
}

test("Microsoft's client library pushes and pulls blobs in chunks, and manifests", async () => {
  const client = contentClient("moor/vllm");
  const layer = Buffer.alloc(9 * 1024 * 1024, "layer");
  const image = imageOf(layer.toString());
  for (const blob of [layer, Buffer.from(image.config)]) {
    expect(await client.uploadBlob(blob)).toEqual({ digest: sha256(blob), sizeInBytes: blob.length });
  }
  expect(await client.setManifest(Buffer.from(image.manifest), { tag: "v1" })).toEqual({ digest: image.digest });
  const { digest, content } = await client.getManifest("v1");
  expect([digest, content.toString()]).toEqual([image.digest, image.manifest]);
  const pulled = await client.downloadBlob(sha256(layer));
  expect(
    createHash("sha256")
      .update(await text(pulled.content))
      .digest("hex"),
  ).toBe(sha256(layer).slice("sha256:".length));
  await expect(client.getManifest("v2")).rejects.toMatchObject({
    statusCode: 404,
    details: { errors: [{ code: "MANIFEST_UNKNOWN" }] },
  });
});

test("from outside, the library gets Azure's 403 when it exchanges its token", async () => {
  await expect(contentClient("moor/vllm", "outside").getManifest("v1")).rejects.toMatchObject({
    statusCode: 403,
    details: {
      errors: [
        {
          code: "DENIED",
          message: "client with IP '127.0.0.1' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.",
        },
      ],
    },
  });
});

test("the loopback registry names what it serves, and other web origins can't use it", async () => {
  const get = (where: string, headers: Record<string, string> = {}) => fetch(`http://${azure.imagesAddress}${where}`, { headers });
  expect((await get("/v2/")).status).toBe(200);
  expect((await get("/v2/moor/vllm")).status).toBe(404);
  expect((await get(`/v2/gone.azurecr.io/a/manifests/1`)).status).toBe(404);
  expect((await get(`/v2/vault01.vault.azure.net/secrets/x`)).status).toBe(404);
  expect((await get("/v2/", { origin: "https://example.com" })).status).toBe(403);
});

/** A storage of buildah with a base image without files, and a folder to build. */
function buildFolder(): { context: string; environment: NodeJS.ProcessEnv } {
  const root = path.join(folder, "buildah");
  const environment = { ...process.env, MOOR_BUILDAH_ROOT: root };
  const env = { ...environment, STORAGE_DRIVER: "vfs" };
  const buildah = (...args: string[]) =>
    execFileSync("buildah", ["--root", `${root}/storage`, "--runroot", `${root}/run`, ...args], { encoding: "utf8", env });
  const container = buildah("from", "scratch").trim();
  buildah("commit", "--quiet", container, "localhost/base:1");
  const context = path.join(folder, "context");
  fs.mkdirSync(context);
  fs.writeFileSync(path.join(context, "Dockerfile"), "ARG BASE=localhost/base:1\nFROM $BASE\nCOPY file /file\nUSER 2000\n");
  fs.writeFileSync(path.join(context, "file"), "content\n");
  return { context, environment };
}

function imageProvider(environment: NodeJS.ProcessEnv) {
  const said: string[] = [];
  const { armUrl, imagesAddress } = azure;
  const provider = dockerProvider({ armUrl, imagesAddress, environment }).configure({}, async (_urn, line) => void said.push(line));
  const type = "docker:index/image:Image";
  const create = (inputs: object, preview = false) =>
    provider.create({ urn: "u", name: "n", type, inputs: inputs as Parameters<typeof provider.create>[0]["inputs"], preview, timeout: 0 });
  return { said, create };
}

describeWithPrograms(["buildah", "skopeo"], "buildah and skopeo use the local registries", () => {
  // Not synchronous: the registry is in this process.
  const skopeo = (...args: string[]) => promisify(execFile)("skopeo", args, { timeout: 60_000 });

  test("the docker stand-in builds with buildah and pushes; skopeo pulls the image", async () => {
    const { context, environment } = buildFolder();
    const { said, create } = imageProvider(environment);
    const { state } = await create({ imageName: `${LOGIN}/moor/score:v1`, build: { context, platform: "linux/amd64" } });
    const digest = (
      await new RegistryClient(azure.armUrl, LOGIN, { network: "inside" }).send("HEAD", "/v2/moor/score/manifests/v1")
    ).headers.get("docker-content-digest");
    expect([said, state.repoDigest]).toEqual([["building with buildah"], `${LOGIN}/moor/score@${digest}`]);
    const copied = await skopeo(
      "copy",
      "--src-tls-verify=false",
      `docker://${azure.imagesAddress}/${LOGIN}/moor/score@${digest}`,
      `dir:${folder}/pulled`,
    );
    expect(copied.stderr).toBe("");
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, "pulled", "manifest.json"), "utf8"));
    const config = JSON.parse(fs.readFileSync(path.join(folder, "pulled", manifest.config.digest.slice("sha256:".length)), "utf8"));
    expect(config).toMatchObject({ architecture: "amd64", config: { User: "2000" } });
  }, 120_000);

  test("skopeo copies an image to a second repository, with blobs that are there", async () => {
    buildFolder();
    const [one, two] = ["one", "two"].map((name) => `${azure.imagesAddress}/${LOGIN}/${name}:v1`);
    const roots = ["--root", `${folder}/buildah/storage`, "--runroot", `${folder}/buildah/run`];
    const env = { ...process.env, STORAGE_DRIVER: "vfs" };
    await promisify(execFile)("buildah", [...roots, "push", "--quiet", "--tls-verify=false", "localhost/base:1", `docker://${one}`], {
      env,
    });
    const copied = await skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false", `docker://${one}`, `docker://${two}`);
    expect(copied.stderr).toBe("");
    const inspected = await skopeo("inspect", "--tls-verify=false", `docker://${two}`);
    expect(JSON.parse(inspected.stdout)).toMatchObject({ Name: `${azure.imagesAddress}/${LOGIN}/two`, RepoTags: ["v1"] });
  }, 120_000);

  test("a failed build fails the resource with the end of its output", async () => {
    const { context, environment } = buildFolder();
    fs.writeFileSync(path.join(context, "Dockerfile"), "FROM localhost/base:1\nCOPY missing /\n");
    const { create } = imageProvider(environment);
    await expect(create({ imageName: `${LOGIN}/moor/score:v1`, build: { context } })).rejects.toThrow(
      /^buildah build failed: exit code \d+\n[\s\S]*missing/,
    );
  }, 120_000);
});

describe("without a builder", () => {
  test("nothing is built, which is reported, and the tag exists with a digest of the inputs; a preview builds nothing", async () => {
    fs.writeFileSync(path.join(folder, "Dockerfile"), "FROM docker.io/vllm/vllm-openai@sha256:0\n");
    const { said, create } = imageProvider({ PATH: "/nowhere" });
    const inputs = { imageName: `${LOGIN}/moor/vllm:v1`, build: { context: folder } };
    await create(inputs, true);
    expect(said).toEqual([]);
    const { state } = await create({ ...inputs, build: { context: contextOf("FROM a\n") } });
    expect(said).toEqual([
      "nothing was built: neither Docker nor buildah is available on this machine. The digest is a hash of the inputs.",
    ]);
    const registry = new RegistryClient(azure.armUrl, LOGIN, { network: "inside" });
    const head = await registry.send("HEAD", "/v2/moor/vllm/manifests/v1");
    expect(state.repoDigest).toBe(`${LOGIN}/moor/vllm@${head.headers.get("docker-content-digest")}`);
  });

  test("the credentials of the resource must be valid", async () => {
    const registry = { server: LOGIN, username: "00000000-0000-0000-0000-000000000000" };
    const inputs = { imageName: `${LOGIN}/moor/vllm:v1`, build: { context: contextOf("FROM a\n") } };
    const { create } = imageProvider({ PATH: "/nowhere" });
    await expect(create({ ...inputs, registry: { ...registry, password: "expired" } })).rejects.toThrow(
      "unauthorized: authentication required",
    );
    const password = await new RegistryClient(azure.armUrl, LOGIN, { network: "inside" }).refreshToken();
    expect((await create({ ...inputs, registry: { ...registry, password } })).state.repoDigest).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  test("an image of another registry is neither built nor pushed", async () => {
    const { said, create } = imageProvider({ PATH: "/nowhere" });
    const { state } = await create({ imageName: "example.test/a/b:1", build: { context: contextOf("FROM a\n") } });
    expect(said).toEqual([
      "nothing was built or pushed: the local Azure has no registry example.test. The digest is a hash of the inputs.",
    ]);
    expect(state.repoDigest).toMatch(/^example\.test\/a\/b@sha256:/);
  });

  function contextOf(dockerfile: string): string {
    const context = fs.mkdtempSync(path.join(folder, "context-"));
    fs.writeFileSync(path.join(context, "Dockerfile"), dockerfile);
    return context;
  }
});
