// Proves what is left of blobs after a restart, a kill at any point, a full disk and the deletion of their container, and that the files of
// a model can be mounted. Doesn't prove what a power failure loses: nothing is synced to the disk.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Readable } from "node:stream";
import type { ContainerClient } from "@azure/storage-blob";
import { AppendFile } from "../../../azure-local/files/appendFile";
import { Caller } from "../arm/client";
import { bodies, buildPlatform, paths } from "../arm/platform";
import { but } from "../arm/rejections/rejectedRequest";
import { blockId, CONTAINER, containerClient, createAccount, HOST, refusal } from "./blobAccount";
import { blobRequest } from "./blobRequest";

let caller: Caller;
afterEach(() => caller.stop());

const files = () => fs.readdirSync(path.join(caller.home, "blobs")).sort();
const stage = (container: ContainerClient, index: number, text: string) =>
  container.getBlockBlobClient("a").stageBlock(blockId(index), text, text.length);
const content = async (container: ContainerClient) => (await container.getBlobClient("a").downloadToBuffer()).toString();
const blockNames = async (container: ContainerClient) =>
  ((await container.getBlockBlobClient("a").getBlockList("uncommitted")).uncommittedBlocks ?? []).map(({ name }) => name);

async function open(): Promise<ContainerClient> {
  caller = await Caller.start();
  await createAccount(caller);
  return containerClient(caller);
}

/** Ends the simulator and starts another one with its state. */
async function restart(): Promise<ContainerClient> {
  await caller.arm.close();
  caller = await Caller.start({ home: caller.home, clock: caller.clock });
  return containerClient(caller);
}

test("blobs and uncommitted blocks persist after a restart; only their owner can read the files", async () => {
  let container = await open();
  await container.getBlockBlobClient("whole").upload("whole", 5, { metadata: { sha256: "x" } });
  await stage(container, 1, "a");
  await stage(container, 2, "b");
  const before = await container.getBlobClient("whole").getProperties();
  const stored = files();
  container = await restart();
  const after = await container.getBlobClient("whole").getProperties();
  expect([after.etag, after.metadata, after.lastModified]).toEqual([before.etag, { sha256: "x" }, before.lastModified]);
  await container.getBlockBlobClient("a").commitBlockList([blockId(2), blockId(1)]);
  expect(await content(container)).toBe("ba");
  expect(files()).toEqual(stored);
  const modes = stored.map((file) => fs.statSync(path.join(caller.home, "blobs", file)).mode & 0o777);
  expect([fs.statSync(path.join(caller.home, "blobs")).mode & 0o777, ...new Set(modes)]).toEqual([0o700, 0o600]);
});

test("files to which no record refers are deleted at the next start, as a killed process leaves them", async () => {
  const container = await open();
  await stage(container, 1, "a");
  const [stored] = files();
  fs.writeFileSync(path.join(caller.home, "blobs", "11111111-1111-4111-8111-111111111111"), "half a block");
  expect(await blockNames(await restart())).toEqual([blockId(1)]);
  expect(files()).toEqual([stored]);
});

test.each([
  ["a block", (container: ContainerClient) => stage(container, 2, "b"), [blockId(1), blockId(2)], undefined],
  ["a block list", (container: ContainerClient) => container.getBlockBlobClient("a").commitBlockList([blockId(1)]), undefined, "a"],
])("a kill after %s was written and before it was answered keeps it", async (_what, write, blocks, text) => {
  let container = await open();
  await stage(container, 1, "a");
  caller.arm.setFaults([{ effect: "crash", method: "PUT", type: "Microsoft.Storage/storageAccounts/data" }]);
  await expect(write(container)).rejects.toThrow();
  await caller.arm.crashed;
  caller = await Caller.start({ home: caller.home, clock: caller.clock });
  container = containerClient(caller);
  if (blocks) expect(await blockNames(container)).toEqual(blocks);
  if (text !== undefined) expect(await content(container)).toBe(text);
});

test("a kill before a block was written leaves the others", async () => {
  let container = await open();
  await stage(container, 1, "a");
  caller.arm.setFaults([{ effect: "crash", applied: false, method: "PUT", type: "Microsoft.Storage/storageAccounts/data" }]);
  await expect(stage(container, 2, "b")).rejects.toThrow();
  await caller.arm.crashed;
  caller = await Caller.start({ home: caller.home, clock: caller.clock });
  container = containerClient(caller);
  expect([await blockNames(container), files().length]).toEqual([[blockId(1)], 1]);
});

test("blobs that an earlier version stored without their bytes don't exist, and can be written", async () => {
  await open();
  await caller.arm.close();
  const scope = caller.id(CONTAINER).toLowerCase();
  fs.appendFileSync(path.join(caller.home, "state.jsonl"), `${JSON.stringify([["blobs", `${scope}/a`, { scope, path: "a", size: 7 }]])}\n`);
  caller = await Caller.start({ home: caller.home, clock: caller.clock });
  const container = containerClient(caller);
  expect(await container.getBlobClient("a").exists()).toBe(false);
  await container.getBlockBlobClient("a").upload("x", 1);
  expect(await content(container)).toBe("x");
});

test("a block that can't be stored on a full disk is rejected with 507 and leaves nothing", async () => {
  const container = await open();
  await stage(container, 1, "a");
  const stored = files();
  const full = jest.spyOn(AppendFile.prototype, "writeSome").mockImplementation(() => {
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  });
  expect(await refusal(stage(container, 2, "b"))).toEqual([507, "InsufficientStorage"]);
  expect(await refusal(container.getBlockBlobClient("a").commitBlockList([blockId(1)]))).toEqual([507, "InsufficientStorage"]);
  full.mockRestore();
  const handle = await fs.promises.open(path.join(caller.home, "probe"), "w");
  const write = jest.spyOn(Object.getPrototypeOf(handle), "write").mockImplementation(async () => {
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  });
  await handle.close();
  const large = () => Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(64 * 1024, "x")));
  expect(await refusal(container.getBlockBlobClient("a").stageBlock(blockId(2), large, 64 * 64 * 1024))).toEqual([
    507,
    "InsufficientStorage",
  ]);
  write.mockRestore();
  expect([await blockNames(container), files()]).toEqual([[blockId(1)], stored]);
  await container.getBlockBlobClient("a").commitBlockList([blockId(1)]);
  expect(await content(container)).toBe("a");
});

test.each([
  ["container", CONTAINER],
  ["account", paths.storage],
])("the blobs and blocks of a deleted %s are deleted, with their files", async (_what, id) => {
  const container = await open();
  await container.getBlockBlobClient("whole").upload("whole", 5);
  await stage(container, 1, "a");
  await caller.delete(id);
  caller.clock.advance(60);
  await caller.get(id);
  while (files().length > 0) await new Promise(setImmediate);
  await createAccount(caller);
  expect(await container.getBlobClient("whole").exists()).toBe(false);
  expect(await refusal(container.getBlockBlobClient("a").getBlockList("all"))).toEqual([404, "BlobNotFound"]);
});

test("a block whose container is deleted while it is written is not stored", async () => {
  const container = await open();
  const body = new Readable({ read() {} });
  body.push("x");
  const written = refusal(container.getBlockBlobClient("a").stageBlock(blockId(1), () => body, 2));
  while (!fs.existsSync(path.join(caller.home, "blobs")) || files().length === 0) await new Promise(setImmediate);
  await caller.delete(CONTAINER);
  body.push("y");
  body.push(null);
  expect([await written, files()]).toEqual([[404, "ContainerNotFound"], []]);
});

test("parallel writers of one blob leave one whole blob", async () => {
  const container = await open();
  const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(1000));
  await Promise.all(texts.map((text) => container.getBlockBlobClient("a").upload(text, text.length)));
  expect(texts).toContain(await content(container));
  expect(files()).toHaveLength(1);
  const created = await Promise.allSettled(
    texts.map((text) => container.getBlockBlobClient("once").upload(text, text.length, { conditions: { ifNoneMatch: "*" } })),
  );
  expect(created.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(files()).toHaveLength(2);
});

describe("a model", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-mount-"));
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  test("is mounted with the last folder of its path, and only with the files of that folder", async () => {
    caller = await Caller.start({ network: "inside" });
    await buildPlatform(caller);
    await caller.made(paths.storage, but(bodies(caller).storage, "properties/publicNetworkAccess", "Enabled"));
    const { workspaceId } = (await caller.get(paths.workspace)).body.properties;
    const put = (name: string) =>
      fetch(`${caller.arm.url}/data/${HOST}/azureml-blobstore-${workspaceId}/${name}`, { method: "PUT", headers: blobRequest, body: name });
    const model = caller.id(paths.model);
    await expect(caller.arm.mountModel(model, folder)).rejects.toThrow("has no files");
    for (const name of ["models/qwen/config.json", "models/qwen/1_Pooling/config.json", "models/qwen2/config.json"])
      expect((await put(name)).status).toBe(201);
    await caller.arm.mountModel(model, folder);
    const found = fs.readdirSync(folder, { recursive: true }).map(String).sort();
    expect(found).toEqual(["qwen", "qwen/1_Pooling", "qwen/1_Pooling/config.json", "qwen/config.json"]);
    expect(fs.readFileSync(path.join(folder, "qwen/config.json"), "utf8")).toBe("models/qwen/config.json");
    await expect(caller.arm.mountModel(model.replace(/1$/, "9"), folder)).rejects.toThrow("doesn't exist");
  });
});
