// Proves access to blobs, images and secrets by the caller's network position. Does not prove name resolution or authorization: storage
// accounts and registries check the caller's identity in tests/azure-local/storage and tests/azure-local/registry.
import * as fs from "node:fs";
import * as path from "node:path";
import { imageOf, RegistryClient } from "../registry/registryClient";
import { blobRequest } from "../storage/blobRequest";
import { Caller, type Parsed } from "./client";
import { bodies, buildPlatform, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";

const BLOB = "storage01.blob.core.windows.net/models/qwen/model.safetensors";
const REGISTRY = "registry01.azurecr.io";
const SECRET = "vault01.vault.azure.net/secrets/hub-token";
const CONTAINER = `${paths.storage}/blobServices/default/containers/models`;

let caller: Caller;
beforeEach(async () => {
  caller = await Caller.start({ dataPlane: "checked" });
  for (const name of ["group", "network", "storage", "vault", "registry"] as const) await caller.made(paths[name], bodies(caller)[name]);
  await caller.made(CONTAINER, {});
});
afterEach(() => caller.stop());

async function data(method: string, where: string, body?: string, network?: "inside" | "outside"): Promise<Parsed> {
  const headers = { ...blobRequest, ...(network ? { "x-azure-local-network": network } : {}) };
  const response = await fetch(`${caller.arm.url}/data/${where}`, { method, body, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

function privateEndpoint(name: string, target: string, groupId: string): Promise<Parsed> {
  const connection = { name, properties: { privateLinkServiceId: caller.id(target), groupIds: [groupId] } };
  return caller.made(`/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/${name}`, {
    location: "swedencentral",
    properties: { subnet: { id: caller.id(paths.subnet) }, privateLinkServiceConnections: [connection] },
  });
}

const open = (name: "storage" | "registry") =>
  caller.made(paths[name], but(bodies(caller)[name], "properties/publicNetworkAccess", "Enabled"));
const secretOf = () => JSON.stringify({ value: "hf_do-not-log" });

describe("a resource without public access", () => {
  test.each([
    ["storage", BLOB, "blob", "<Code>AuthorizationFailure</Code>"],
    ["vault", SECRET, "vault", '"code":"Forbidden"'],
  ] as const)("%s denies access from outside, and from inside until it has a private endpoint", async (target, where, groupId, code) => {
    const outside = await data("PUT", where, secretOf());
    expect([outside.status, outside.text]).toEqual([403, expect.stringContaining(code)]);
    expect((await data("PUT", where, secretOf(), "inside")).status).toBe(403);
    await privateEndpoint(`for-${target}`, paths[target], groupId);
    expect((await data("PUT", where, secretOf(), "inside")).status).toBeLessThan(300);
    expect((await data("PUT", where, secretOf(), "outside")).status).toBe(403);
  });

  test("a registry denies tokens from outside, and from inside until it has a private endpoint", async () => {
    const [outside, inside] = (["outside", "inside"] as const).map((network) => new RegistryClient(caller.arm.url, REGISTRY, { network }));
    expect((await outside!.exchange()).status).toBe(403);
    expect((await inside!.exchange()).status).toBe(403);
    await privateEndpoint("for-registry", paths.registry, "registry");
    expect(await inside!.push("moor/vllm", "1")).toBe(201);
    expect((await outside!.exchange()).status).toBe(403);
  });

  test("public access with the default action Deny is denied too", async () => {
    await caller.made(
      paths.storage,
      but(but(bodies(caller).storage, "properties/publicNetworkAccess", "Enabled"), "properties/networkAcls", { defaultAction: "Deny" }),
    );
    expect((await data("PUT", BLOB, "x")).status).toBe(403);
  });
});

describe("blobs", () => {
  beforeEach(() => open("storage"));

  test("exist with their size after an upload, and do not exist after a delete", async () => {
    expect((await data("HEAD", BLOB)).status).toBe(404);
    expect((await data("PUT", BLOB, "weights")).status).toBe(201);
    const head = await data("HEAD", BLOB);
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "7"]);
    expect((await data("DELETE", BLOB)).status).toBe(202);
    expect((await data("HEAD", BLOB)).status).toBe(404);
  });

  test("need their container, and are deleted with it", async () => {
    expect((await data("PUT", BLOB.replace("/models/", "/other/"), "x")).text).toContain("<Code>ContainerNotFound</Code>");
    await data("PUT", BLOB, "x");
    await caller.delete(CONTAINER);
    caller.clock.advance(30);
    await caller.made(CONTAINER, {});
    expect((await data("HEAD", BLOB)).status).toBe(404);
  });

  test("persist after a restart", async () => {
    await data("PUT", BLOB, "x");
    await caller.arm.close();
    caller = await Caller.start({ home: caller.home, clock: caller.clock });
    expect((await data("HEAD", BLOB)).status).toBe(200);
  });
});

test("an image is found by tag and digest, and a digest that does not match the manifest is rejected", async () => {
  await open("registry");
  const registry = new RegistryClient(caller.arm.url, REGISTRY);
  const image = imageOf();
  expect(await registry.push("moor/vllm", "v1", image)).toBe(201);
  const head = (reference: string) => registry.send("HEAD", `/v2/moor/vllm/manifests/${reference}`);
  expect((await head("v1")).headers.get("docker-content-digest")).toBe(image.digest);
  expect((await head(image.digest)).status).toBe(200);
  expect((await head("v2")).status).toBe(404);
  const wrong = await registry.putManifest("moor/vllm", `sha256:${"0".repeat(64)}`, image.manifest);
  expect(await registry.code(wrong)).toEqual([400, "DIGEST_INVALID"]);
});

test("each version of a secret can be read, ARM returns it without its value, and the value is only in the secrets file", async () => {
  await privateEndpoint("for-vault", paths.vault, "vault");
  const set = async (value: string) =>
    JSON.parse((await data("PUT", SECRET, JSON.stringify({ value }), "inside")).text)
      .id.split("/")
      .pop();
  const [first, last] = [await set("one-do-not-log"), await set("two-do-not-log")];
  const value = async (version = "") => JSON.parse((await data("GET", `${SECRET}${version}`, undefined, "inside")).text).value;
  expect([await value(), await value(`/${first}`), await value(`/${last}`)]).toEqual([
    "two-do-not-log",
    "one-do-not-log",
    "two-do-not-log",
  ]);
  const shown = (await caller.get(`${paths.vault}/secrets/hub-token`)).body;
  expect(shown.properties.secretUriWithVersion).toBe(`https://vault01.vault.azure.net/secrets/hub-token/${last}`);
  const files = fs.readdirSync(caller.home).filter((file) => fs.readFileSync(path.join(caller.home, file), "utf8").includes("do-not-log"));
  expect(files).toEqual(["secrets.jsonl"]);
  expect((await data("GET", SECRET, undefined, "outside")).status).toBe(403);
  expect((await data("GET", `${SECRET}/${"0".repeat(32)}`, undefined, "inside")).status).toBe(404);
});

test("an unknown host is reported", async () => {
  for (const host of ["gone.blob.core.windows.net", "gone.azurecr.io", "gone.vault.azure.net", "example.org"]) {
    const answer = await data("GET", `${host}/x`);
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([404, "HostNotFound"]);
  }
});

test("with an assumed data plane, a deployment needs no upload", async () => {
  const other = await Caller.start();
  try {
    await buildPlatform(other);
    expect((await other.get(paths.deployment)).body.properties.provisioningState).toBe("Succeeded");
  } finally {
    await other.stop();
  }
});

test("the option is the network position of callers that send none", async () => {
  await privateEndpoint("for-storage", paths.storage, "blob");
  const inside = await caller.fork({ network: "inside" });
  try {
    expect((await fetch(`${inside.arm.url}/data/${BLOB}`, { method: "PUT", body: "x", headers: blobRequest })).status).toBe(201);
  } finally {
    await inside.stop();
  }
});
