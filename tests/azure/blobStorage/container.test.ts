/** The client of blob containers, against a service in memory. That Azure answers like it is not proved here. */
import { Readable } from "node:stream";
import { BlobContainer, type BlobContainerOptions, BlobError } from "../../../azure/blobStorage";
import { clouds } from "../../../azure/clouds";
import { type BlobServer, type BlobServerOptions, serveBlobs } from "../../support/blobServer";
import { hashOf, serveHub } from "../../support/hubServer";

const servers: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function open(server: BlobServerOptions = {}, options: Partial<BlobContainerOptions> = {}) {
  const service = await serveBlobs(server);
  servers.push(service);
  const audiences: string[] = [];
  const container = new BlobContainer({
    ...{ account: "staccount", container: "store", cloud: clouds.AzureCloud, retrySeconds: 0, endpoint: service.url },
    credential: async (audience) => {
      audiences.push(audience);
      return "token-1";
    },
    ...options,
  });
  return { service, container, audiences };
}

const id = (number: number) => Buffer.from(`block-${number}`).toString("base64");
const operations = ({ calls }: BlobServer) => calls.map(({ operation }) => operation);

test("A blob is made of blocks, with metadata, and read in parts", async () => {
  const { service, container, audiences } = await open({}, { headers: { "x-azure-local-network": "inside" } });
  await container.stageBlock("a/b c.bin", id(1), () => Readable.from([Buffer.from("first ")]), 6);
  await container.stageBlock("a/b c.bin", id(2), () => Readable.from([Buffer.from("second")]), 6);
  expect(await container.stagedBlocks("a/b c.bin")).toEqual([
    { id: id(1), size: 6 },
    { id: id(2), size: 6 },
  ]);
  expect(await container.properties("a/b c.bin")).toBeUndefined();
  await container.commit("a/b c.bin", [id(1), id(2)], { sha256: "abc" });
  expect(await container.properties("a/b c.bin")).toEqual({ size: 12, metadata: { sha256: "abc" } });
  await container.setMetadata("a/b c.bin", { sha256: "def" });
  expect(await container.list("a/")).toEqual([{ name: "a/b c.bin", size: 12, metadata: { sha256: "def" } }]);
  const read: Buffer[] = [];
  await container.read("a/b c.bin", { offset: 3, size: 5 }, (chunk) => read.push(chunk));
  expect(Buffer.concat(read).toString()).toBe("st se");
  expect((await container.get("a/b c.bin"))?.toString()).toBe("first second");
  expect(new Set(service.calls.map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer token-1"]));
  expect(new Set(service.calls.map(({ headers }) => headers["x-azure-local-network"]))).toEqual(new Set(["inside"]));
  expect(new Set(audiences)).toEqual(new Set(["https://storage.azure.com"]));
  await container.remove("a/b c.bin");
  await container.remove("a/b c.bin");
  expect(await container.list("")).toEqual([]);
  expect(await container.get("a/b c.bin")).toBeUndefined();
});

test("The service reads a block from a URL", async () => {
  const content = Buffer.from("0123456789");
  const hub = await serveHub({ files: { "model.safetensors": content } });
  servers.push(hub);
  const { service, container } = await open();
  await container.stageBlockFromUrl("w", id(1), `${hub.cdn}/model.safetensors?Signature=secret-1`, { offset: 2, size: 5 });
  expect(service.staged.get("w")?.get(id(1))?.toString()).toBe("23456");
  expect(service.sent).toBe(0);
});

test("Discarding leaves neither a blob nor blocks", async () => {
  const { service, container } = await open();
  await container.stageBlock("w", id(1), () => Readable.from([Buffer.from("x")]), 1);
  await container.discard("w");
  expect([service.blobs.size, service.staged.size]).toEqual([0, 0]);
  expect(await container.stagedBlocks("w")).toEqual([]);
});

test("A source that can't be read is an error with the status of the source and without its signature", async () => {
  const hub = await serveHub({
    files: { "m.safetensors": Buffer.from("x") },
    answer: ({ kind }) => (kind === "cdn" ? { status: 403 } : undefined),
  });
  servers.push(hub);
  const { container } = await open();
  const copied = container.stageBlockFromUrl("w", id(1), `${hub.cdn}/m.safetensors?Signature=secret-1`, { offset: 0, size: 1 });
  const error = await copied.catch((one: unknown) => one);
  expect(error).toBeInstanceOf(BlobError);
  expect(error).toMatchObject({
    status: 403,
    code: "CannotVerifyCopySource",
    copySource: { status: 403 },
    isCopySource: true,
    isAccessDenied: false,
  });
  expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain("secret-1");
});

test("500 and 503 are retried; a block that is streamed is sent only once", async () => {
  let left = 2;
  const { service, container } = await open({
    answer: () => (left-- > 0 ? { status: 503, headers: { "x-ms-error-code": "ServerBusy" } } : undefined),
  });
  await container.put("w", Buffer.from("x"));
  expect(operations(service)).toEqual(["putBlob", "putBlob", "putBlob"]);
  left = 1;
  const streamed = container.stageBlock("w", id(1), () => Readable.from([Buffer.from("x")]), 1);
  await expect(streamed).rejects.toMatchObject({ status: 503, code: "ServerBusy" });
  expect(service.calls).toHaveLength(4);
});

test("A download that breaks continues after the last byte, and ends with an error if it breaks again and again", async () => {
  const content = "0123456789";
  let broken = 2;
  let isEmpty = false;
  const { service, container } = await open({
    answer: ({ operation, headers }) => {
      if (operation !== "get" || broken-- <= 0) return undefined;
      const first = Number(/^bytes=(\d+)-/.exec(String(headers["x-ms-range"]))![1]);
      const range = `bytes ${first}-9/10`;
      return {
        status: 206,
        headers: { etag: '"0x1"', "content-length": 10 - first, "content-range": range },
        body: isEmpty ? "" : content.slice(first, first + 3),
      };
    },
  });
  await container.put("w", Buffer.from(content));
  const read = async () => {
    const chunks: Buffer[] = [];
    await container.read("w", { offset: 0, size: 10 }, (chunk) => chunks.push(chunk));
    return Buffer.concat(chunks).toString();
  };
  expect(await read()).toBe(content);
  expect(operations(service).filter((operation) => operation === "get")).toHaveLength(3);
  broken = 100;
  isEmpty = true;
  await expect(read()).rejects.toMatchObject({ name: "BlobConnectionError", code: "the transfer broke" });
});

test("A canceled request rejects with an AbortError", async () => {
  const { container } = await open();
  await expect(container.list("", { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
});

describe("Why an account can't be reached", () => {
  const host = "staccount.blob.core.windows.net";
  const probe = async (status: number, code: string, address = "10.0.0.4") => {
    const { container } = await open(
      { answer: () => ({ status, headers: { "x-ms-error-code": code } }) },
      { resolve: async () => [address] },
    );
    return container.probe();
  };

  test("It can be reached", async () => {
    expect(await (await open()).container.probe()).toBe("reachable");
  });

  test("The network rules refuse, from a private and from a public address", async () => {
    expect(await probe(403, "AuthorizationFailure")).toEqual({
      kind: "networkRules",
      detail: `The network rules of ${host} reject this machine.`,
    });
    expect(await probe(403, "AuthorizationFailure", "fd00::4")).toMatchObject({ kind: "networkRules" });
    expect(await probe(403, "AuthorizationFailure", "20.60.1.2")).toEqual({
      kind: "publicAddress",
      detail: `${host} resolves to the public address 20.60.1.2 on this machine, not to its private endpoint, and the account rejects it.`,
    });
    expect(await probe(403, "AuthorizationFailure", "2603:1030::1")).toMatchObject({ kind: "publicAddress" });
  });

  test("The identity has no role", async () => {
    expect(await probe(403, "AuthorizationPermissionMismatch")).toEqual({
      kind: "permission",
      detail: `${host} answered 403 AuthorizationPermissionMismatch.`,
    });
  });

  test("There is no connection, or no name", async () => {
    const { container } = await open({}, { endpoint: "http://127.0.0.1:1" });
    expect(await container.probe()).toEqual({ kind: "connection", detail: `${host} can't be reached (ECONNREFUSED).` });
    const named = await open({}, { endpoint: "https://no-such-account.invalid" });
    expect(await named.container.probe()).toMatchObject({ kind: "nameResolution" });
  });

  test("A proxy can be the reason", async () => {
    const before = process.env.ALL_PROXY;
    process.env.ALL_PROXY = "http://user:hidden@proxy.example.com:8080";
    try {
      const advice = `ALL_PROXY is set: if the private endpoint is reachable without the proxy, add ${host} to NO_PROXY.`;
      const { container } = await open({}, { endpoint: "http://127.0.0.1:1" });
      expect(await container.probe()).toEqual({ kind: "connection", detail: `${host} can't be reached (ECONNREFUSED). ${advice}` });
      expect(await probe(403, "AuthorizationFailure")).toEqual({
        kind: "networkRules",
        detail: `The network rules of ${host} reject this machine. ${advice}`,
      });
    } finally {
      if (before === undefined) delete process.env.ALL_PROXY;
      else process.env.ALL_PROXY = before;
    }
  });

  test("A missing container is another problem", async () => {
    await expect(probe(404, "ContainerNotFound")).rejects.toMatchObject({ status: 404, isAbsence: false });
  });

  test("A token is sent only over HTTPS or to this machine", async () => {
    const { container, audiences } = await open({}, { endpoint: "http://example.com" });
    await expect(container.list("")).rejects.toThrow("http://example.com/store is not an HTTPS URL.");
    expect(audiences).toEqual([]);
  });
});

test("Hashes of the support are SHA-256", () => {
  expect(hashOf(Buffer.from("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test.each(["silence", "stall"] as const)("A transfer without bytes (%s) is sent again", async (answer) => {
  let silent = 1;
  const { service, container } = await open(
    { answer: ({ operation }) => (operation === "get" && silent-- > 0 ? answer : undefined) },
    { patience: 0.5 },
  );
  await container.put("w", Buffer.from("0123456789"));
  const chunks: Buffer[] = [];
  await container.read("w", { offset: 2, size: 5 }, (chunk) => chunks.push(chunk));
  expect(Buffer.concat(chunks).toString()).toBe("23456");
  expect(operations(service)).toEqual(["putBlob", "get", "get"]);
});

test("An interruption ends a transfer without bytes", async () => {
  const stop = new AbortController();
  const { container } = await open({
    answer: ({ operation }) => {
      if (operation !== "get") return undefined;
      stop.abort();
      return "silence";
    },
  });
  await expect(container.read("w", { offset: 0, size: 5 }, () => {}, { signal: stop.signal })).rejects.toMatchObject({
    name: "AbortError",
  });
});
