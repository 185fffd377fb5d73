// Proves Put Block From URL and Put Blob From URL of the local Azure with Microsoft's client library. Doesn't prove which sources Azure
// reaches, and its codes for a source that ends early.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { type BlockBlobClient, RestError } from "@azure/storage-blob";
import { Caller } from "../arm/client";
import { blockId, containerClient, createAccount, refusal } from "./blobAccount";

const CONTENT = "0123456789";

let caller: Caller;
let blob: BlockBlobClient;
let source: http.Server;
let asked: http.IncomingHttpHeaders[] = [];
let url: string;
beforeAll(async () => {
  caller = await Caller.start();
  await createAccount(caller);
  source = http.createServer((request, response) => {
    asked.push(request.headers);
    const [, what] = /^\/(\w+)/.exec(request.url ?? "")!;
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const part = from === undefined ? CONTENT : CONTENT.slice(Number(from), Number(to) + 1);
    if (what === "file") return void response.writeHead(from === undefined ? 200 : 206, { "content-length": part.length }).end(part);
    if (what === "whole") return void response.writeHead(200, { "content-length": CONTENT.length }).end(CONTENT);
    if (what === "moved") return void response.writeHead(302, { location: "/file" }).end();
    if (what === "cut") {
      response.writeHead(206, { "content-length": part.length }).write(part.slice(1));
      return void setImmediate(() => response.destroy());
    }
    if (what === "blob") return void response.writeHead(404, { "x-ms-error-code": "BlobNotFound" }).end();
    response.writeHead(Number(what)).end("reason");
  });
  await new Promise<void>((resolve) => source.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(source.address() as AddressInfo).port}`;
});
afterAll(async () => {
  source.closeAllConnections();
  source.close();
  await caller.stop();
});
beforeEach(() => {
  asked = [];
  blob = containerClient(caller).getBlockBlobClient(`blob${Math.random()}`);
});

const files = () => fs.readdirSync(path.join(caller.home, "blobs")).length;
const md5 = (text: string) => createHash("md5").update(text).digest();
const stage = (where: string, offset?: number, count?: number, options = {}) =>
  blob.stageBlockFromURL(blockId(1), where, offset, count, options);

test("a block is the range of the source, and the request's token is not sent to it", async () => {
  await stage(`${url}/file?X-Amz-Signature=secret`, 2, 3);
  await blob.commitBlockList([blockId(1)]);
  expect((await blob.downloadToBuffer()).toString()).toBe("234");
  expect(asked).toMatchObject([{ range: "bytes=2-4" }]);
  expect([asked[0]!.authorization, asked[0]!["accept-encoding"]]).toEqual([undefined, undefined]);
  expect(JSON.stringify(caller.arm.requests())).not.toContain("X-Amz-Signature");
});

test("a token for the source is sent to it", async () => {
  await stage(`${url}/file`, 0, 10, { sourceAuthorization: { scheme: "Bearer", value: "token" } });
  expect(asked).toMatchObject([{ authorization: "Bearer token" }]);
});

test("without a range, a block and a blob are the whole source", async () => {
  await stage(`${url}/file`);
  await blob.commitBlockList([blockId(1)]);
  expect((await blob.downloadToBuffer()).toString()).toBe(CONTENT);
  await blob.syncUploadFromURL(`${url}/file`);
  const properties = await blob.getProperties();
  expect([properties.contentLength, Buffer.from(properties.contentMD5!)]).toEqual([10, md5(CONTENT)]);
});

test("a content with the MD5 of the request is stored, another one is not", async () => {
  const before = files();
  expect(await refusal(stage(`${url}/file`, 0, 4, { sourceContentMD5: md5("other") }))).toEqual([400, "Md5Mismatch"]);
  expect(files()).toBe(before);
  await stage(`${url}/file`, 0, 4, { sourceContentMD5: md5("0123") });
  expect(files()).toBe(before + 1);
});

test.each([
  ["a redirect", "moved", 400, "302"],
  ["an expired signature", "403", 403, "403"],
  ["a missing object", "blob", 404, "404"],
  ["throttling", "429", 429, "429"],
  ["an error of the source", "503", 503, "503"],
  ["a source that ignores the range", "whole", 400, "200"],
])("%s is reported with its status", async (_case, what, status, sourceStatus) => {
  const before = files();
  const error = await stage(`${url}/${what}`, 0, 4).catch((thrown: unknown) => thrown);
  if (!(error instanceof RestError)) throw new Error("The request was not rejected.");
  expect([error.statusCode, error.code, error.response?.headers.get("x-ms-copy-source-status-code")]).toEqual([
    status,
    "CannotVerifyCopySource",
    sourceStatus,
  ]);
  expect(error.response?.bodyAsText).toContain(`<CopySourceStatusCode>${sourceStatus}</CopySourceStatusCode>`);
  if (what === "blob") expect(error.response?.headers.get("x-ms-copy-source-error-code")).toBe("BlobNotFound");
  if (what === "moved")
    expect(error.message).toContain("A redirected response (HTTP status code 302) from the copy source is not supported.");
  expect(files()).toBe(before);
});

test("a source that ends early, that is shorter than the range, or that can't be reached is reported", async () => {
  const before = files();
  expect(await refusal(stage(`${url}/cut`, 0, 4))).toEqual([500, "CannotVerifyCopySource"]);
  expect(await refusal(stage(`${url}/file`, 8, 4))).toEqual([400, "CannotVerifyCopySource"]);
  expect(await refusal(stage("http://127.0.0.1:1/file", 0, 4))).toEqual([400, "CannotVerifyCopySource"]);
  expect(files()).toBe(before);
});

test.each([
  ["another scheme", "file:///etc/passwd"],
  ["no scheme", "/file"],
  ["more than 2 KiB", `http://127.0.0.1/${"a".repeat(2048)}`],
])("an address with %s is rejected and not shown", async (_case, address) => {
  const error = await stage(address, 0, 4).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ statusCode: 400, code: "InvalidHeaderValue" });
  expect((error as RestError).response?.bodyAsText).not.toContain(address);
});

test("a blob of the local Azure can be the source", async () => {
  const from = containerClient(caller).getBlockBlobClient("source");
  await from.upload(CONTENT, 10);
  await stage(from.url, 3, 2, { sourceAuthorization: { scheme: "Bearer", value: "local" } });
  await blob.commitBlockList([blockId(1)]);
  expect((await blob.downloadToBuffer()).toString()).toBe("34");
  expect(await refusal(stage(from.url, 3, 2))).toEqual([401, "CannotVerifyCopySource"]);
});
