// Proves that on a full disk a write that can't be stored is rejected without effect, reads continue, and no accepted write is lost. The
// fake disk accepts a number of bytes and then a part of a line. Does not prove the behavior of each file system, nor what a power failure
// loses: nothing is synced to the disk.
import * as fs from "node:fs";
import * as path from "node:path";
import { AppendFile } from "../../../azure-local/files/appendFile";
import { imageOf, RegistryClient } from "../registry/registryClient";
import { Caller } from "./client";
import { bodies, buildPlatform, paths } from "./platform";

let caller: Caller;
let left: number;
let full: jest.SpyInstance;
beforeEach(async () => {
  left = Number.POSITIVE_INFINITY;
  const write = AppendFile.prototype.writeSome;
  full = jest.spyOn(AppendFile.prototype, "writeSome").mockImplementation(function (this: AppendFile, bytes: Uint8Array) {
    // A full device writes a part first, and fails only at the next call.
    if (left <= 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const written = write.call(this, bytes.subarray(0, Math.min(bytes.length, left)));
    left -= written;
    return written;
  });
  caller = await Caller.start();
  await buildPlatform(caller);
});
afterEach(async () => {
  full.mockRestore();
  await caller.stop();
});

const state = () => fs.readFileSync(path.join(caller.home, "state.jsonl"), "utf8");
const linesAreWhole = () =>
  state()
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
const identity = (name: string) => paths.identity.replace(/endpoint$/, name);

test.each([0, 1, 100])("with %d bytes left a write is rejected without effect, and reads continue", async (bytes) => {
  const [before, shown] = [state(), caller.arm.everything()];
  left = bytes;
  const refused = await caller.put(identity("late"), bodies(caller).identity);
  expect([refused.status, refused.body.error]).toEqual([
    507,
    {
      code: "InsufficientStorage",
      message: `The state could not be written to ${caller.home}: ENOSPC: no space left on device, write. Nothing was changed. Free disk space and retry the request.`,
    },
  ]);
  expect((await caller.get(identity("late"))).status).toBe(404);
  expect((await caller.get(paths.endpoint)).status).toBe(200);
  expect((await caller.send("GET", `${paths.endpoint}/deployments`, undefined, "2025-12-01")).body.value).toHaveLength(1);
  expect((await caller.post(`${paths.endpoint}/listKeys`)).status).toBe(200);
  expect(caller.arm.everything()).toEqual(shown);
  expect(state()).toBe(before);
});

test("when there is space again, writes are stored and persist after a restart", async () => {
  left = 10;
  expect((await caller.put(identity("late"), bodies(caller).identity)).status).toBe(507);
  left = Number.POSITIVE_INFINITY;
  await caller.made(identity("later"), bodies(caller).identity);
  linesAreWhole();
  const next = await caller.fork();
  expect((await next.get(identity("later"))).status).toBe(200);
  expect((await next.get(identity("late"))).status).toBe(404);
  await next.stop();
});

test("a rejected update, deletion or key regeneration changes nothing, in both files", async () => {
  const body = bodies(caller);
  const endpoint = paths.endpoint.replace("chat-dev", "keyed-dev");
  const keys = (await caller.post(`${paths.endpoint}/listKeys`)).body;
  const shown = (await caller.get(paths.group)).body;
  // 400 bytes are sufficient for the secrets of an endpoint, which are written first, but not for the state.
  for (const bytes of [0, 20, 100]) {
    left = bytes;
    expect((await caller.put(paths.group, { ...body.group, tags: { changed: "x".repeat(200) } })).status).toBe(507);
    left = bytes;
    expect((await caller.delete(paths.model)).status).toBe(507);
    left = bytes * 4;
    const keyed = { ...body.endpoint.properties, keys: { primaryKey: "new-key", secondaryKey: "newer-key" } };
    expect((await caller.put(endpoint, { ...body.endpoint, properties: keyed })).status).toBe(507);
    left = 0;
    expect((await caller.post(`${paths.endpoint}/regenerateKeys`, { keyType: "Primary" })).status).toBe(507);
  }
  expect((await caller.post(`${paths.endpoint}/listKeys`)).body).toEqual(keys);
  expect((await caller.get(paths.group)).body).toEqual(shown);
  expect((await caller.get(paths.model)).status).toBe(200);
  expect((await caller.get(endpoint)).status).toBe(404);
  expect(fs.readFileSync(path.join(caller.home, "secrets.jsonl"), "utf8")).not.toContain("new-key");
  left = Number.POSITIVE_INFINITY;
  const next = await caller.fork();
  expect((await next.post(`${paths.endpoint}/listKeys`)).body).toEqual(keys);
  await next.stop();
});

test("operations that complete while the disk is full are visible, and stored when there is space", async () => {
  const second = paths.deployment.replace("main-1", "main-2");
  expect((await caller.put(second, bodies(caller).deployment)).status).toBe(201);
  left = 0;
  caller.clock.advance(3600);
  expect((await caller.get(second)).body.properties.provisioningState).toBe("Succeeded");
  expect((await caller.put(identity("late"), bodies(caller).identity)).status).toBe(507);
  expect((await caller.get(second)).body.properties.provisioningState).toBe("Succeeded");
  left = Number.POSITIVE_INFINITY;
  await caller.made(identity("later"), bodies(caller).identity);
  const next = await caller.fork();
  expect((await next.get(second)).body.properties.provisioningState).toBe("Succeeded");
  expect(linesAreWhole().length).toBeGreaterThan(10);
  await next.stop();
});

test("images that can't be stored are rejected too", async () => {
  const registry = new RegistryClient(caller.arm.url, "registry01.azurecr.io", { network: "inside" });
  const image = imageOf();
  await caller.made(`${paths.privateEndpoint}2`, registryEndpoint());
  left = 0;
  expect((await registry.putBlob("vllm", image.config)).status).toBe(507);
  left = Number.POSITIVE_INFINITY;
  expect((await registry.putBlob("vllm", image.config)).status).toBe(201);
  left = 0;
  expect((await registry.putManifest("vllm", "one", image.manifest)).status).toBe(507);
  left = Number.POSITIVE_INFINITY;
  const head = () => registry.send("HEAD", "/v2/vllm/manifests/one");
  expect((await head()).status).toBe(404);
  expect((await registry.putManifest("vllm", "one", image.manifest)).status).toBe(201);
  expect((await head()).status).toBe(200);
});

function registryEndpoint() {
  const connection = { name: "registry", properties: { privateLinkServiceId: caller.id(paths.registry), groupIds: ["registry"] } };
  const { privateEndpoint } = bodies(caller);
  return { ...privateEndpoint, properties: { ...privateEndpoint.properties, privateLinkServiceConnections: [connection] } };
}

test("the request log continues with whole lines, and closing succeeds", async () => {
  left = 30;
  for (let index = 0; index < 5; index++) await caller.get(paths.group);
  await new Promise(setImmediate);
  left = Number.POSITIVE_INFINITY;
  await caller.get(paths.endpoint);
  expect(caller.arm.requests().at(-1)!.path).toContain("/onlineEndpoints/chat-dev");
  const log = fs.readFileSync(path.join(caller.home, "requests.jsonl"), "utf8");
  for (const line of log.split("\n").slice(0, -1)) JSON.parse(line);
  left = 0;
  await caller.get(paths.group);
  await caller.arm.close();
});

test("a folder on a full disk can still be opened and read", async () => {
  const shown = caller.arm.everything();
  await caller.arm.close();
  fs.appendFileSync(path.join(caller.home, "state.jsonl"), '[["resources","half');
  left = 0;
  caller = await Caller.start({ home: caller.home, clock: caller.clock });
  expect(caller.arm.everything()).toEqual(shown);
  left = Number.POSITIVE_INFINITY;
  await caller.made(identity("later"), bodies(caller).identity);
  linesAreWhole();
});

test("a deployment script that ends on a full disk doesn't run again, and its outcome is written later", async () => {
  const script = "/resourceGroups/rg/providers/Microsoft.Resources/deploymentScripts/stage";
  const marker = path.join(caller.home, "runs");
  const scriptContent = `echo run >> ${marker}; while [ ! -e ${marker}.go ]; do sleep 0.05; done; echo done`;
  const properties = { azCliVersion: "2.52.0", retentionInterval: "PT26H", scriptContent };
  await caller.put(script, { kind: "AzureCLI", location: "swedencentral", properties });
  const logOf = async () => (await caller.get(`${script}/logs/default`)).body.properties.log;
  while (!fs.existsSync(marker)) await new Promise(setImmediate);
  left = 0;
  fs.writeFileSync(`${marker}.go`, "");
  while (!(await logOf()).includes("done")) await new Promise(setImmediate);
  for (const _ of Array(20)) await caller.get(script);
  left = Number.POSITIVE_INFINITY;
  caller.clock.advance(60);
  const stateOf = async () => (await caller.get(script)).body.properties.provisioningState;
  while ((await stateOf()) === "Running") await new Promise(setImmediate);
  expect([await stateOf(), await logOf(), fs.readFileSync(marker, "utf8")]).toEqual(["Succeeded", "done\n", "run\n"]);
});
