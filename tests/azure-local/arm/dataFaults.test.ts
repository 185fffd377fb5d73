// Proves which requests to the data plane are affected by injected faults, and what is stored afterwards. Doesn't prove that services fail
// only in these ways.
import { imageOf, RegistryClient } from "../registry/registryClient";
import { blobRequest } from "../storage/blobRequest";
import { Caller } from "./client";
import { bodies, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";

const SERVER = "registry01.azurecr.io";
const TYPE = "Microsoft.ContainerRegistry/registries/data";
const REPOSITORY = "moor/vllm";
const MANIFEST = `/data/${SERVER}/v2/${REPOSITORY}/manifests/1`;

let caller: Caller;
let registry: RegistryClient;
beforeEach(async () => {
  caller = await Caller.start();
  for (const name of ["group", "network", "storage", "registry"] as const) {
    const body = bodies(caller)[name];
    await caller.made(paths[name], name === "registry" ? but(body, "properties/publicNetworkAccess", "Enabled") : body);
  }
  registry = new RegistryClient(caller.arm.url, SERVER);
});
afterEach(() => caller.stop());

/** The status of the tag's manifest; `broken` without an answer. */
async function push(): Promise<number | "broken"> {
  return registry.push(REPOSITORY, "1").catch(() => "broken" as const);
}

async function exists(): Promise<boolean> {
  return (await registry.send("HEAD", `/v2/${REPOSITORY}/manifests/1`)).status === 200;
}

test("A refused write has the service's error format and no effect", async () => {
  caller.arm.setFaults([{ effect: "refuse", method: "write", path: MANIFEST, status: 503, code: "UNAVAILABLE" }]);
  const image = imageOf();
  await registry.putBlob(REPOSITORY, image.config);
  const answer = await registry.putManifest(REPOSITORY, "1", image.manifest);
  expect(await registry.code(answer)).toEqual([503, "UNAVAILABLE"]);
  expect(await exists()).toBe(false);
  expect(await push()).toBe(201);
});

test.each([
  [true, true],
  [false, false],
])("A write with a dropped connection, applied %s, took effect: %s", async (applied, effect) => {
  caller.arm.setFaults([{ effect: "drop", method: "PUT", type: TYPE, applied }]);
  expect(await push()).toBe("broken");
  expect(caller.arm.faultReport().strikes).toMatchObject([{ effect: "drop", method: "PUT", path: MANIFEST }]);
  expect(caller.arm.requests().filter(({ status, error }) => status === 0 && error === "(drop)")).toHaveLength(1);
  expect(await exists()).toBe(effect);
});

test("A crash leaves the written image to the next simulator", async () => {
  caller.arm.setFaults([{ effect: "crash", method: "PUT", type: TYPE }]);
  expect(await push()).toBe("broken");
  await caller.arm.crashed;
  caller = await Caller.start({ home: caller.home, clock: caller.clock });
  registry = new RegistryClient(caller.arm.url, SERVER);
  expect(await exists()).toBe(true);
});

test("Requests for tokens are not writes; an asterisk matches a part of a path", async () => {
  const uploads = `/data/${SERVER}/v2/moor/*/blobs/uploads/`;
  caller.arm.setFaults([{ effect: "refuse", path: uploads, times: 0 }]);
  await push();
  const { calls, writes, matched } = caller.arm.faultReport();
  // One blob and the manifest, each with two requests for tokens.
  expect({ calls, writes, matched }).toEqual({ calls: 6, writes: 2, matched: [1] });
});

test("A refused write of a blob has the format of Azure Storage", async () => {
  await caller.made(paths.storage, but(bodies(caller).storage, "properties/publicNetworkAccess", "Enabled"));
  await caller.made(`${paths.storage}/blobServices/default/containers/models`, {});
  caller.arm.setFaults([{ effect: "refuse", method: "PUT", type: "microsoft.storage/storageaccounts/DATA", status: 500, code: "Busy" }]);
  const put = () =>
    fetch(`${caller.arm.url}/data/storage01.blob.core.windows.net/models/a`, { method: "PUT", body: "x", headers: blobRequest });
  const refused = await put();
  expect([refused.status, await refused.text()]).toEqual([500, expect.stringContaining("<Code>Busy</Code>")]);
  expect((await put()).status).toBe(201);
});
