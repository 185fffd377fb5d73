// Proves block lists of the local Azure with Microsoft's client library: order, reuse, limits, expiry, and what a replaced block leaves.
// Doesn't prove Azure's limits with their real sizes: tests use smaller ones.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { Readable } from "node:stream";
import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { BlobService } from "../../../azure-local/storage/blobService";
import { blobLimits } from "../../../azure-local/storage/limits";
import { Caller } from "../arm/client";
import { blockId, containerClient, createAccount, refusal } from "./blobAccount";
import { blobRequest } from "./blobRequest";
import { memoryHost, request } from "./memoryHost";

const WEEK = 7 * 24 * 3600;

let caller: Caller;
let container: ContainerClient;
let blob: BlockBlobClient;
beforeEach(async () => {
  caller = await Caller.start();
  await createAccount(caller);
  container = containerClient(caller);
  blob = container.getBlockBlobClient("models/qwen/model.safetensors");
});
afterEach(() => caller.stop());

const stage = (index: number, text: string) => blob.stageBlock(blockId(index), text, text.length);
const content = async () => (await blob.downloadToBuffer()).toString();
function files(): string[] {
  const folder = path.join(caller.home, "blobs");
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}
async function lists(): Promise<{ committed: [string, number][]; uncommitted: [string, number][] }> {
  const { committedBlocks = [], uncommittedBlocks = [] } = await blob.getBlockList("all");
  const pairs = (blocks: { name: string; size: number }[]) => blocks.map(({ name, size }): [string, number] => [name, size]);
  return { committed: pairs(committedBlocks), uncommitted: pairs(uncommittedBlocks) };
}

test("blocks become a blob in the order of the list, and only then", async () => {
  await stage(2, "world");
  await stage(1, "hello ");
  expect(await blob.exists()).toBe(false);
  expect(await lists()).toEqual({
    committed: [],
    uncommitted: [
      [blockId(2), 5],
      [blockId(1), 6],
    ],
  });
  const md5 = createHash("md5").update("unrelated").digest();
  await blob.commitBlockList([blockId(1), blockId(2)], {
    metadata: { sha256: "x" },
    blobHTTPHeaders: { blobContentMD5: md5, blobContentType: "application/x-safetensors" },
  });
  expect(await content()).toBe("hello world");
  const properties = await blob.getProperties();
  expect(properties).toMatchObject({ contentLength: 11, metadata: { sha256: "x" }, contentType: "application/x-safetensors" });
  // The service does not compare it with the content.
  expect(Buffer.from(properties.contentMD5!)).toEqual(md5);
  expect(await lists()).toEqual({
    committed: [
      [blockId(1), 6],
      [blockId(2), 5],
    ],
    uncommitted: [],
  });
});

test("a block that is written twice has the last content, and the first one leaves no file", async () => {
  await stage(1, "first");
  await stage(1, "second");
  expect(files()).toHaveLength(1);
  await blob.commitBlockList([blockId(1), blockId(1)]);
  expect(await content()).toBe("secondsecond");
});

test("committed blocks can be reused, and those that are left out are deleted", async () => {
  for (const [index, text] of ["a", "b", "c"].entries()) await stage(index, text);
  await blob.commitBlockList([blockId(0), blockId(1), blockId(2)]);
  await stage(1, "B");
  await stage(3, "unused");
  const url = `${blob.url}?comp=blocklist`;
  const body = `<?xml version="1.0"?>\n<BlockList><Committed>${blockId(1)}</Committed><Uncommitted>${blockId(1)}</Uncommitted><Latest>${blockId(2)}</Latest></BlockList>`;
  expect((await fetch(url, { method: "PUT", body, headers: blobRequest })).status).toBe(201);
  expect(await content()).toBe("bBc");
  expect(files()).toHaveLength(3);
  // A block list of the present blocks replaces only the metadata.
  await blob.commitBlockList([blockId(2)], { metadata: { a: "1" } });
  expect([await content(), files().length]).toEqual(["c", 1]);
  await blob.commitBlockList([]);
  expect([await content(), files().length]).toEqual(["", 0]);
});

test("Put Blob discards uncommitted blocks, and its content has no block IDs", async () => {
  await stage(1, "block");
  await blob.upload("whole", 5);
  expect(await lists()).toEqual({ committed: [], uncommitted: [] });
  expect([await content(), files().length]).toEqual(["whole", 1]);
  await stage(1, "block");
  expect(await refusal(blob.commitBlockList([""]))).toEqual([400, "InvalidBlockList"]);
  await blob.commitBlockList([blockId(1)]);
  expect([await content(), files().length]).toEqual(["block", 1]);
});

test("a deleted blob leaves no uncommitted blocks; a blob that has only those can't be deleted", async () => {
  await stage(1, "x");
  expect(await refusal(blob.delete())).toEqual([404, "BlobNotFound"]);
  await blob.commitBlockList([blockId(1)]);
  await stage(2, "y");
  await blob.delete();
  expect([files(), await refusal(blob.getBlockList("all"))]).toEqual([[], [404, "BlobNotFound"]]);
});

test("a range reads only its part of the blocks", async () => {
  for (const [index, text] of ["aaaa", "bbbb", "cccc"].entries()) await stage(index, text);
  await blob.commitBlockList([blockId(0), blockId(1), blockId(2)]);
  for (const [offset, count, text] of [
    [0, 12, "aaaabbbbcccc"],
    [3, 2, "ab"],
    [4, 4, "bbbb"],
    [11, 1, "c"],
    [2, 8, "aabbbbcc"],
  ] as const)
    expect((await blob.downloadToBuffer(offset, count)).toString()).toBe(text);
});

test.each([
  ["is missing", "", "InvalidQueryParameterValue"],
  ["is not base64", "a-b_", "InvalidQueryParameterValue"],
  ["has no padding", "YQ", "InvalidQueryParameterValue"],
  ["has more than 64 bytes", Buffer.alloc(65).toString("base64"), "OutOfRangeInput"],
])("a block ID that %s is rejected", async (_case, id, code) => {
  expect(await refusal(blob.stageBlock(id, "x", 1))).toEqual([400, code]);
  expect(files()).toEqual([]);
});

test("block IDs of a blob have the same length; those of another blob can differ", async () => {
  await blob.stageBlock(blockId(1, 48), "x", 1);
  expect(await refusal(blob.stageBlock(blockId(1, 45), "x", 1))).toEqual([400, "InvalidBlobOrBlock"]);
  await container.getBlockBlobClient("other").stageBlock(blockId(1, 45), "x", 1);
  await blob.commitBlockList([blockId(1, 48)]);
  expect(await refusal(blob.stageBlock(blockId(1, 45), "x", 1))).toEqual([400, "InvalidBlobOrBlock"]);
  expect(files()).toHaveLength(2);
});

test.each([
  ["an unknown block", `<BlockList><Latest>${blockId(9)}</Latest></BlockList>`, "InvalidBlockList"],
  ["an uncommitted block as committed", `<BlockList><Committed>${blockId(1)}</Committed></BlockList>`, "InvalidBlockList"],
  ["another element", `<BlockList><Newest>${blockId(1)}</Newest></BlockList>`, "InvalidXmlDocument"],
  ["another document", "<Blocks></Blocks>", "InvalidXmlDocument"],
  ["a text besides its elements", `<BlockList>x<Latest>${blockId(1)}</Latest></BlockList>`, "InvalidXmlDocument"],
  ["an empty ID", "<BlockList><Latest/></BlockList>", "InvalidBlockList"],
  ["an unfinished document", `<BlockList><Latest>${blockId(1)}</Latest>`, "InvalidXmlDocument"],
  ["JSON", "[]", "InvalidXmlDocument"],
  ["nothing", "", "InvalidXmlDocument"],
])("a block list with %s is rejected, and changes nothing", async (_case, body, code) => {
  await stage(1, "x");
  const answer = await fetch(`${blob.url}?comp=blocklist`, { method: "PUT", body, headers: blobRequest });
  expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([400, code]);
  expect(await lists()).toEqual({ committed: [], uncommitted: [[blockId(1), 1]] });
});

test("a block list is checked by its MD5 and its conditions", async () => {
  await stage(1, "x");
  const body = `<BlockList><Latest>${blockId(1)}</Latest></BlockList>`;
  const md5 = createHash("md5").update("other").digest("base64");
  const answer = await fetch(`${blob.url}?comp=blocklist`, { method: "PUT", body, headers: { ...blobRequest, "content-md5": md5 } });
  expect(answer.headers.get("x-ms-error-code")).toBe("Md5Mismatch");
  const { etag } = await blob.commitBlockList([blockId(1)], { conditions: { ifNoneMatch: "*" } });
  await stage(2, "y");
  expect(await refusal(blob.commitBlockList([blockId(2)], { conditions: { ifNoneMatch: "*" } }))).toEqual([409, "BlobAlreadyExists"]);
  await blob.commitBlockList([blockId(2)], { conditions: { ifMatch: etag } });
  expect(await refusal(blob.commitBlockList([], { conditions: { ifMatch: etag } }))).toEqual([412, "ConditionNotMet"]);
});

test("a block with another MD5 than the request's is rejected and leaves no file", async () => {
  const transactionalContentMD5 = createHash("md5").update("other").digest();
  expect(await refusal(blob.stageBlock(blockId(1), "x", 1, { transactionalContentMD5 }))).toEqual([400, "Md5Mismatch"]);
  await blob.stageBlock(blockId(1), "x", 1, { transactionalContentMD5: createHash("md5").update("x").digest() });
  expect(files()).toHaveLength(1);
});

test("uncommitted blocks expire a week after the last one, and leave no file when the next one is written", async () => {
  await stage(1, "x");
  caller.clock.advance(WEEK - 1);
  await stage(2, "y");
  caller.clock.advance(WEEK - 1);
  expect((await lists()).uncommitted).toHaveLength(2);
  caller.clock.advance(1);
  expect(await refusal(blob.getBlockList("uncommitted"))).toEqual([404, "BlobNotFound"]);
  expect(await refusal(blob.commitBlockList([blockId(1)]))).toEqual([400, "InvalidBlockList"]);
  // The length of expired IDs doesn't matter.
  await blob.stageBlock(blockId(1, 45), "z", 1);
  expect([files().length, (await lists()).uncommitted]).toEqual([1, [[blockId(1, 45), 1]]]);
});

test("zeros take no disk space", async () => {
  const size = 64 * 1024 ** 2;
  const chunk = Buffer.alloc(1024 ** 2);
  const body = () => Readable.from(Array.from({ length: 64 }, () => chunk));
  await blob.stageBlock(blockId(1), body, size);
  await blob.commitBlockList([blockId(1)]);
  const { size: length, blocks } = fs.statSync(path.join(caller.home, "blobs", files()[0]!));
  expect([length, blocks * 512 < 1024 ** 2]).toEqual([size, true]);
  expect((await blob.downloadToBuffer(size - 2, 2)).equals(Buffer.alloc(2))).toBe(true);
});

test("a body that ends early leaves neither a block nor a file", async () => {
  const { port } = new URL(caller.arm.url);
  const socket = net.connect(Number(port), "127.0.0.1");
  const lines = Object.entries({ host: `127.0.0.1:${port}`, "content-length": "10", ...blobRequest }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const { pathname } = new URL(blob.url);
  socket.write(`PUT ${pathname}?comp=block&blockid=${encodeURIComponent(blockId(1))} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\nbegin`);
  while (files().length === 0) await new Promise(setImmediate);
  socket.destroy();
  while (files().length > 0) await new Promise(setImmediate);
  expect(await refusal(blob.getBlockList("all"))).toEqual([404, "BlobNotFound"]);
});

describe("limits", () => {
  const limits = { ...blobLimits, block: 4, wholeBlob: 6, committedBlocks: 2, uncommittedBlocks: 3 };
  const folder = () => fs.mkdtempSync(path.join(caller.home, "limits-"));
  const send = async (service: BlobService, method: string, query: string, body: string) => {
    const { status, headers } = await service.serve(request(method, "models/a", query, body));
    return [status, headers?.["x-ms-error-code"]];
  };

  test("of sizes are checked before the body is read", async () => {
    const service = new BlobService(memoryHost(), folder(), limits);
    expect(await send(service, "PUT", `comp=block&blockid=${blockId(1)}`, "12345")).toEqual([413, "RequestBodyTooLarge"]);
    expect(await send(service, "PUT", `comp=block&blockid=${blockId(1)}`, "1234")).toEqual([201, undefined]);
    expect(await send(service, "PUT", "", "1234567")).toEqual([413, "RequestBodyTooLarge"]);
    expect(await send(service, "PUT", "", "123456")).toEqual([201, undefined]);
    expect(await send(service, "PUT", `comp=block&blockid=${blockId(1)}`, "")).toEqual([400, "InvalidHeaderValue"]);
  });

  test("of numbers of blocks", async () => {
    const service = new BlobService(memoryHost(), folder(), limits);
    const put = (index: number) => send(service, "PUT", `comp=block&blockid=${blockId(index)}`, "x");
    for (const index of [1, 2, 3]) expect(await put(index)).toEqual([201, undefined]);
    expect(await put(4)).toEqual([409, "BlockCountExceedsLimit"]);
    expect(await put(3)).toEqual([201, undefined]);
    const list = (count: number) => `<BlockList>${`<Latest>${blockId(1)}</Latest>`.repeat(count)}</BlockList>`;
    expect(await send(service, "PUT", "comp=blocklist", list(3))).toEqual([409, "BlockCountExceedsLimit"]);
    expect(await send(service, "PUT", "comp=blocklist", list(2))).toEqual([201, undefined]);
  });

  test("are those of Azure", () => {
    expect(blobLimits).toEqual({
      block: 4_194_304_000,
      wholeBlob: 5_242_880_000,
      committedBlocks: 50_000,
      uncommittedBlocks: 100_000,
      uncommittedFor: 604_800_000,
    });
  });
});
