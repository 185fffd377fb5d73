// Proves whole blobs of the local Azure with Microsoft's client library: content, properties, ranges, conditions, listings. Doesn't prove
// what Azure answers to requests that this library doesn't send.
import { createHash } from "node:crypto";
import type { ContainerClient } from "@azure/storage-blob";
import { Caller } from "../arm/client";
import { containerClient, createAccount, refusal } from "./blobAccount";

let caller: Caller;
let container: ContainerClient;
beforeAll(async () => {
  caller = await Caller.start();
  await createAccount(caller);
  container = containerClient(caller);
});
afterAll(() => caller.stop());
afterEach(async () => {
  for await (const { name } of container.listBlobsFlat()) await container.deleteBlob(name);
});

const put = (name: string, content: string, options = {}) => container.getBlockBlobClient(name).upload(content, content.length, options);
const names = async (options = {}) => {
  const found: string[] = [];
  for await (const { name } of container.listBlobsFlat(options)) found.push(name);
  return found;
};

test("a blob has the content, the headers, the metadata and the MD5 of its upload", async () => {
  const written = await put("models/a b/ü+%.bin", "content", {
    blobHTTPHeaders: { blobContentType: "text/plain", blobCacheControl: "no-cache" },
    metadata: { sha256: "abc", Size: "7" },
  });
  const blob = container.getBlobClient("models/a b/ü+%.bin");
  const md5 = createHash("md5").update("content").digest();
  const properties = await blob.getProperties();
  expect(properties).toMatchObject({
    contentLength: 7,
    contentType: "text/plain",
    cacheControl: "no-cache",
    metadata: { sha256: "abc", size: "7" },
    blobType: "BlockBlob",
    etag: written.etag,
    lastModified: written.lastModified,
  });
  expect(Buffer.from(properties.contentMD5!)).toEqual(md5);
  expect((await blob.downloadToBuffer()).toString()).toBe("content");
  expect(await names()).toEqual(["models/a b/ü+%.bin"]);
});

test("an empty blob has no content", async () => {
  await put("empty", "");
  const blob = container.getBlobClient("empty");
  expect((await blob.getProperties()).contentLength).toBe(0);
  expect((await blob.download()).contentLength).toBe(0);
});

test.each([
  [0, 3, "cont", "bytes 0-3/7"],
  [3, undefined, "tent", "bytes 3-6/7"],
  [5, 100, "nt", "bytes 5-6/7"],
])("the range from %s with the last byte %s is '%s'", async (from, last, text, contentRange) => {
  await put("a", "content");
  const answer = await container.getBlobClient("a").download(from, last === undefined ? undefined : last - from + 1);
  const all: Buffer[] = [];
  for await (const chunk of answer.readableStreamBody!) all.push(Buffer.from(chunk));
  // The library sends no range if it asks for everything.
  expect([Buffer.concat(all).toString(), answer.contentRange]).toEqual([text, contentRange]);
});

test("a range after the end is rejected, also that of an empty blob", async () => {
  await put("a", "content");
  expect(await refusal(container.getBlobClient("a").download(7, 1))).toEqual([416, "InvalidRange"]);
  await put("empty", "");
  expect(await refusal(container.getBlobClient("empty").download(0, 1))).toEqual([416, "InvalidRange"]);
});

test("x-ms-range takes precedence over Range, and other formats of ranges are ignored", async () => {
  await put("a", "content");
  const get = async (headers: Record<string, string>) => {
    const answer = await fetch(container.getBlobClient("a").url, {
      headers: { authorization: "Bearer local", "x-ms-version": "2025-05-05", ...headers },
    });
    return [answer.status, await answer.text()];
  };
  expect(await get({ range: "bytes=0-0", "x-ms-range": "bytes=1-1" })).toEqual([206, "o"]);
  for (const range of ["bytes=-2", "bytes=4-2", "bytes=0-1,3-4", "lines=0-1"]) expect(await get({ range })).toEqual([200, "content"]);
});

describe("conditions", () => {
  test("if-none-match * creates a blob only once", async () => {
    await put("a", "one", { conditions: { ifNoneMatch: "*" } });
    expect(await refusal(put("a", "two", { conditions: { ifNoneMatch: "*" } }))).toEqual([409, "BlobAlreadyExists"]);
    expect((await container.getBlobClient("a").downloadToBuffer()).toString()).toBe("one");
  });

  test("if-match is checked by reads and writes, and needs a blob", async () => {
    const { etag } = await put("a", "one");
    await put("a", "two", { conditions: { ifMatch: etag } });
    expect(await refusal(put("a", "three", { conditions: { ifMatch: etag } }))).toEqual([412, "ConditionNotMet"]);
    expect(await refusal(put("b", "x", { conditions: { ifMatch: "*" } }))).toEqual([412, "ConditionNotMet"]);
    const blob = container.getBlobClient("a");
    expect(await refusal(blob.download(0, undefined, { conditions: { ifMatch: etag } }))).toEqual([412, "ConditionNotMet"]);
    expect(await refusal(blob.delete({ conditions: { ifMatch: etag } }))).toEqual([412, "ConditionNotMet"]);
  });

  test("a read of the known version is answered with 304, by ETag and by time", async () => {
    const { etag, lastModified } = await put("a", "one");
    const blob = container.getBlobClient("a");
    expect((await refusal(blob.download(0, undefined, { conditions: { ifNoneMatch: etag } })))[0]).toBe(304);
    expect((await refusal(blob.getProperties({ conditions: { ifModifiedSince: lastModified } })))[0]).toBe(304);
    expect(await refusal(blob.download(0, undefined, { conditions: { ifNoneMatch: "*" } }))).toEqual([400, "UnsatisfiableCondition"]);
    const before = new Date(lastModified!.getTime() - 1000);
    expect((await blob.getProperties({ conditions: { ifModifiedSince: before } })).etag).toBe(etag);
    expect(await refusal(blob.delete({ conditions: { ifUnmodifiedSince: before } }))).toEqual([412, "ConditionNotMet"]);
  });
});

test("metadata and headers are replaced, with a new ETag, and the content is kept", async () => {
  const { etag } = await put("a", "one", { metadata: { first: "1" }, blobHTTPHeaders: { blobContentType: "text/plain" } });
  const blob = container.getBlobClient("a");
  await blob.setMetadata({ second: "2" });
  expect(await blob.getProperties()).toMatchObject({ metadata: { second: "2" }, contentType: "text/plain" });
  await blob.setHTTPHeaders({ blobContentLanguage: "en" });
  const properties = await blob.getProperties();
  expect(properties).toMatchObject({ metadata: { second: "2" }, contentLanguage: "en", contentType: "application/octet-stream" });
  expect(properties.etag).not.toBe(etag);
  expect((await blob.downloadToBuffer()).toString()).toBe("one");
});

test.each([
  ["an invalid name", { "a-b": "1" }, "InvalidMetadata"],
  ["more than 8 KiB", { a: "x".repeat(8 * 1024) }, "MetadataTooLarge"],
])("metadata with %s is rejected", async (_case, metadata, code) => {
  expect(await refusal(put("a", "one", { metadata }))).toEqual([400, code]);
  expect(await names()).toEqual([]);
});

test("a content with another MD5 than the request's is rejected, and nothing is stored", async () => {
  const url = container.getBlobClient("a").url;
  const send = (more: Record<string, string>) =>
    fetch(url, {
      method: "PUT",
      body: "content",
      headers: { authorization: "Bearer local", "x-ms-version": "2025-05-05", "x-ms-blob-type": "BlockBlob", ...more },
    });
  const wrong = createHash("md5").update("other").digest("base64");
  for (const name of ["content-md5", "x-ms-blob-content-md5"]) {
    const answer = await send({ [name]: wrong });
    expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([400, "Md5Mismatch"]);
  }
  expect((await send({ "content-md5": "abc" })).headers.get("x-ms-error-code")).toBe("InvalidMd5");
  expect(await names()).toEqual([]);
});

describe("a listing", () => {
  test("has pages, a prefix, and the folders of a delimiter, in the order of the bytes", async () => {
    for (const name of ["a/1", "a/2", "a/b/3", "a-1", "Z", "ü", "b"]) await put(name, name);
    expect(await names()).toEqual(["Z", "a-1", "a/1", "a/2", "a/b/3", "b", "ü"]);
    expect(await names({ prefix: "a/" })).toEqual(["a/1", "a/2", "a/b/3"]);
    const pages: string[][] = [];
    for await (const page of container.listBlobsFlat().byPage({ maxPageSize: 3 }))
      pages.push(page.segment.blobItems.map(({ name }) => name));
    expect(pages).toEqual([["Z", "a-1", "a/1"], ["a/2", "a/b/3", "b"], ["ü"]]);
    const folders: string[] = [];
    for await (const page of container.listBlobsByHierarchy("/").byPage({ maxPageSize: 2 })) {
      const { blobItems, blobPrefixes = [] } = page.segment;
      folders.push([...blobPrefixes, ...blobItems].map(({ name }) => name).join(" "));
    }
    expect(folders).toEqual(["Z a-1", "a/ b", "ü"]);
    const below: string[] = [];
    for await (const item of container.listBlobsByHierarchy("/", { prefix: "a/" })) below.push(`${item.kind} ${item.name}`);
    expect(below.sort()).toEqual(["blob a/1", "blob a/2", "prefix a/b/"]);
  });

  test("has sizes, and metadata if asked for; names that XML can't contain are encoded", async () => {
    await put("a&<>\"'", "1234", { metadata: { key: "<&>" } });
    await put("b\u0001", "x");
    const items = [];
    for await (const { name, properties, metadata } of container.listBlobsFlat({ includeMetadata: true }))
      items.push([name, properties.contentLength, metadata]);
    expect(items).toEqual([
      ["a&<>\"'", 4, { key: "<&>" }],
      ["b\u0001", 1, ""],
    ]);
  });

  test("with an invalid page size is rejected", async () => {
    expect(await refusal(container.listBlobsFlat().byPage({ maxPageSize: 0 }).next())).toEqual([400, "OutOfRangeQueryParameterValue"]);
  });
});

test("a blob that doesn't exist is not found, by all operations", async () => {
  const blob = container.getBlockBlobClient("gone");
  expect(await blob.exists()).toBe(false);
  expect(await refusal(blob.download())).toEqual([404, "BlobNotFound"]);
  expect(await refusal(blob.delete())).toEqual([404, "BlobNotFound"]);
  expect(await refusal(blob.setMetadata({}))).toEqual([404, "BlobNotFound"]);
  expect(await refusal(blob.getBlockList("all"))).toEqual([404, "BlobNotFound"]);
  expect(await container.exists()).toBe(true);
});
