// Proves that @huggingface/hub uses the local Hub: information, file lists, files, access, faults. Doesn't prove Xet transfers, which the
// local Hub doesn't offer, or what huggingface.co answers to requests that this library doesn't send.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { downloadFile, fileDownloadInfo, HubApiError, listFiles, modelInfo, pathsInfo } from "@huggingface/hub";
import {
  bytesContents,
  folderRepository,
  type HubRepository,
  type LocalHub,
  type LocalHubOptions,
  sparseContents,
  startLocalHub,
} from "../../../azure-local";

const COMMIT = "1".repeat(40);
const OTHER = "2".repeat(40);
const TOKEN = "hf_test";
const sha = (algorithm: string, bytes: string | Buffer) => createHash(algorithm).update(bytes).digest("hex");

const repository: HubRepository = {
  id: "org/model",
  commit: COMMIT,
  license: "apache-2.0",
  files: {
    "config.json": bytesContents("{}"),
    "model.safetensors": bytesContents("weights"),
    "1_Pooling/config.json": bytesContents("[]"),
    "a b/ü.txt": bytesContents("text"),
  },
};

let hub: LocalHub;
const open = async (options: LocalHubOptions = {}) => {
  hub = await startLocalHub({ repositories: [repository], users: { [TOKEN]: { repositories: ["org/gated"] }, hf_other: {} }, ...options });
};
afterEach(() => hub.close());

const at = (revision = COMMIT, accessToken?: string) => ({ hubUrl: hub.url, revision, ...(accessToken ? { accessToken } : {}) });
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
const files = (revision = COMMIT, repo = "org/model", more = {}) => collect(listFiles({ repo, recursive: true, ...at(revision), ...more }));
async function failure(request: Promise<unknown>): Promise<[status: number, message: string]> {
  const error = await request.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof HubApiError) return [error.statusCode, error.message.replace(/\. URL: .*/s, "")];
  throw error ?? new Error("The request was not rejected.");
}

describe("information", () => {
  test("has the commit, the license, gating and the files of a revision", async () => {
    await open();
    for (const revision of [COMMIT, "main"]) {
      const info = await modelInfo({ name: "org/model", additionalFields: ["sha", "tags", "cardData", "filePaths"], ...at(revision) });
      expect(info).toMatchObject({
        name: "org/model",
        sha: COMMIT,
        gated: false,
        private: false,
        tags: ["transformers", "safetensors", "license:apache-2.0"],
        cardData: { license: "apache-2.0" },
        filePaths: Object.keys(repository.files),
      });
    }
  });

  test("has sizes and hashes with blobs, which excludes expand; unknown properties are refused", async () => {
    await open();
    const get = (query: string) => fetch(`${hub.url}/api/models/org/model/revision/${COMMIT}?${query}`);
    const { siblings } = (await (await get("blobs=true")).json()) as { siblings: unknown[] };
    expect(siblings.slice(0, 2)).toEqual([
      { rfilename: "config.json", size: 2, blobId: sha("sha1", "blob 2\0{}") },
      {
        rfilename: "model.safetensors",
        size: 7,
        blobId: expect.stringMatching(/^[0-9a-f]{40}$/),
        lfs: { sha256: sha("sha256", "weights"), size: 7, pointerSize: 126 },
      },
    ]);
    expect((await get("blobs=true&expand=sha")).status).toBe(400);
    expect((await get("expand=nothing")).status).toBe(400);
    expect(Object.keys((await (await get("expand=sha")).json()) as object)).toEqual(["_id", "id", "modelId", "sha"]);
  });
});

describe("a file list", () => {
  test("has Git's hash of each file, and SHA-256 of large ones", async () => {
    await open();
    const list = await files();
    expect(list.map(({ type, path: where, size }) => [type, where, size])).toEqual([
      ["directory", "1_Pooling", 0],
      ["file", "1_Pooling/config.json", 2],
      ["directory", "a b", 0],
      ["file", "a b/ü.txt", 4],
      ["file", "config.json", 2],
      ["file", "model.safetensors", 7],
    ]);
    const large = list.find(({ path: where }) => where === "model.safetensors")!;
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha("sha256", "weights")}\nsize 7\n`;
    expect([large.oid, large.lfs]).toEqual([
      sha("sha1", `blob ${pointer.length}\0${pointer}`),
      { oid: sha("sha256", "weights"), size: 7, pointerSize: pointer.length },
    ]);
    const expanded = await files(COMMIT, "org/model", { expand: true });
    expect(expanded.every(({ lastCommit }) => lastCommit?.id === COMMIT)).toBe(true);
  });

  test("of one folder has only its entries", async () => {
    await open();
    const list = (more: object) => collect(listFiles({ repo: "org/model", ...at(), ...more }));
    expect((await list({})).map(({ path: where }) => where)).toEqual(["1_Pooling", "a b", "config.json", "model.safetensors"]);
    expect((await list({ path: "1_Pooling" })).map(({ path: where }) => where)).toEqual(["1_Pooling/config.json"]);
    expect(await failure(list({ path: "gone" }))).toEqual([404, expect.stringContaining("gone does not exist")]);
  });

  test("has pages", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 25 }, (_, index) => [`file-${String(index).padStart(2, "0")}.json`, bytesContents("{}")]),
    );
    await open({ repositories: [{ ...repository, files: many }], pageSize: 10 });
    expect((await files()).map(({ path: where }) => where)).toEqual(Object.keys(many));
    expect(hub.requests()).toHaveLength(3);
  });

  test("of paths leaves out those that don't exist", async () => {
    await open();
    const paths = ["model.safetensors", "gone", "1_Pooling"];
    expect(await pathsInfo({ repo: "org/model", paths, ...at() })).toMatchObject([
      { path: "model.safetensors", type: "file", lfs: { oid: sha("sha256", "weights") } },
      { path: "1_Pooling", type: "directory" },
    ]);
    const form = await fetch(`${hub.url}/api/models/org/model/paths-info/${COMMIT}`, {
      method: "POST",
      body: new URLSearchParams([["paths", "config.json"]]),
    });
    expect(await form.json()).toMatchObject([{ path: "config.json" }]);
  });
});

describe("a file", () => {
  test.each(["redirected", "direct"] as const)("is downloaded, small ones %s", async (smallFiles) => {
    await open({ smallFiles });
    for (const [where, text] of [
      ["config.json", "{}"],
      ["model.safetensors", "weights"],
      ["a b/ü.txt", "text"],
    ] as const)
      expect(await (await downloadFile({ repo: "org/model", path: where, ...at() }))!.text()).toBe(text);
    expect(await fileDownloadInfo({ repo: "org/model", path: "gone", ...at() })).toBeNull();
    const raw = await downloadFile({ repo: "org/model", path: "model.safetensors", raw: true, ...at() });
    expect(await raw!.text()).toBe(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha("sha256", "weights")}\nsize 7\n`);
    expect(await (await downloadFile({ repo: "org/model", path: "model.safetensors", ...at() }))!.slice(2, 5).text()).toBe("igh");
  });

  test("that is large is a redirect to a signed address of another origin, which needs no token and expires", async () => {
    let time = Date.parse("2026-01-01T00:00:00Z");
    await open({ now: () => time });
    const answer = await fetch(`${hub.url}/org/model/resolve/main/model.safetensors`, { redirect: "manual", method: "HEAD" });
    expect([
      answer.status,
      answer.headers.get("x-repo-commit"),
      answer.headers.get("x-linked-size"),
      answer.headers.get("x-linked-etag"),
    ]).toEqual([302, COMMIT, "7", `"${sha("sha256", "weights")}"`]);
    const location = answer.headers.get("location")!;
    expect(new URL(location).origin).toBe(hub.cdnUrl);
    const range = async (address: string, text: string) => {
      const response = await fetch(address, { headers: { range: text } });
      return [response.status, response.headers.get("content-range"), await response.text()];
    };
    expect(await range(location, "bytes=1-2")).toEqual([206, "bytes 1-2/7", "ei"]);
    expect(await range(location, "bytes=-3")).toEqual([206, "bytes 4-6/7", "hts"]);
    expect(await range(location, "bytes=7-")).toEqual([416, "bytes */7", ""]);
    expect((await fetch(location.replace(/Signature=[^&]+/, "Signature=x"))).status).toBe(403);
    expect((await fetch(location.replace(/Expires=\d+/, "Expires=99999999999"))).status).toBe(403);
    time += 3600 * 1000;
    expect((await fetch(location)).status).toBe(403);
    const next = () => fetch(`${hub.url}/org/model/resolve/main/model.safetensors`, { redirect: "manual" });
    const fresh = (await next()).headers.get("location")!;
    expect((await fetch(fresh)).status).toBe(200);
    hub.expireAddresses();
    expect((await fetch(fresh)).status).toBe(403);
    expect((await fetch((await next()).headers.get("location")!)).status).toBe(200);
  });

  test("can be huge, without disk space or memory, and has a known hash", async () => {
    const beginning = Buffer.from("header");
    const size = 20 * 1024 ** 2 + 3;
    const whole = Buffer.concat([beginning, Buffer.alloc(size - beginning.length)]);
    const huge = sparseContents(5 * 1024 ** 4, beginning, "a".repeat(64));
    await open({ repositories: [{ ...repository, files: { "a.safetensors": sparseContents(size, beginning), "b.safetensors": huge } }] });
    const [a, b] = await files();
    expect([a!.lfs?.oid, b!.lfs]).toEqual([sha("sha256", whole), { oid: "a".repeat(64), size: 5 * 1024 ** 4, pointerSize: 138 }]);
    const read = async (where: string, range?: string) => {
      const response = await fetch(`${hub.url}/org/model/resolve/main/${where}`, { headers: range ? { range } : {} });
      return Buffer.from(await response.arrayBuffer());
    };
    expect((await read("a.safetensors")).equals(whole)).toBe(true);
    expect((await read("b.safetensors", "bytes=4-7")).toString()).toBe("er\0\0");
    expect((await read("b.safetensors", `bytes=${5 * 1024 ** 4 - 2}-`)).toString()).toBe("\0\0");
  });

  test("can come from a folder", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-hub-"));
    fs.mkdirSync(path.join(folder, "sub"));
    fs.writeFileSync(path.join(folder, "sub/config.json"), "{}");
    fs.writeFileSync(path.join(folder, "model.safetensors"), "weights");
    fs.writeFileSync(path.join(folder, "empty.txt"), "");
    await open({ repositories: [folderRepository(folder, { id: "name", commit: COMMIT })] });
    expect((await files(COMMIT, "name")).map(({ path: where, size }) => [where, size])).toEqual([
      ["empty.txt", 0],
      ["model.safetensors", 7],
      ["sub", 0],
      ["sub/config.json", 2],
    ]);
    expect(await (await fetch(`${hub.url}/name/resolve/main/sub/config.json`)).text()).toBe("{}");
    expect(await (await fetch(`${hub.url}/name/resolve/main/empty.txt`)).text()).toBe("");
    fs.rmSync(folder, { recursive: true });
  });
});

describe("access", () => {
  const gated: HubRepository = { ...repository, id: "org/gated", gated: "manual" };
  const download = (repo: string, accessToken?: string) => downloadFile({ repo, path: "config.json", ...at(COMMIT, accessToken) });
  const code = async (where: string, token?: string) => {
    const response = await fetch(`${hub.url}${where}`, { headers: token ? { authorization: `Bearer ${token}` } : {}, redirect: "manual" });
    return [response.status, response.headers.get("x-error-code")];
  };

  test("the files of a gated repository need a token of a user who accepted its license; its information doesn't", async () => {
    await open({ repositories: [gated] });
    expect((await modelInfo({ name: "org/gated", ...at() })).gated).toBe("manual");
    expect(await files(COMMIT, "org/gated")).toHaveLength(6);
    expect(await failure(download("org/gated"))).toEqual([401, expect.stringContaining("Access to model org/gated is restricted")]);
    expect(await failure(download("org/gated", "hf_other"))).toEqual([403, expect.stringContaining("you are not in the authorized list")]);
    expect(await (await download("org/gated", TOKEN))!.text()).toBe("{}");
    for (const [token, status] of [
      [undefined, 401],
      ["hf_other", 403],
    ] as const)
      expect(await code(`/org/gated/resolve/${COMMIT}/model.safetensors`, token)).toEqual([status, "GatedRepo"]);
  });

  test("a private repository does not exist for others, and an unknown one needs a token to be known as such", async () => {
    await open({ repositories: [{ ...gated, private: true, gated: false }] });
    for (const name of ["org/gated", "org/gone"]) {
      expect(await code(`/api/models/${name}`)).toEqual([401, "RepoNotFound"]);
      expect(await code(`/api/models/${name}`, "hf_other")).toEqual([404, "RepoNotFound"]);
    }
    expect((await modelInfo({ name: "org/gated", ...at(COMMIT, TOKEN) })).private).toBe(true);
    expect(await code("/api/models/org/gated", "hf_unknown")).toEqual([401, null]);
  });

  test("a disabled repository is refused", async () => {
    await open({ repositories: [{ ...repository, disabled: true }] });
    expect(await failure(modelInfo({ name: "org/model", ...at() }))).toEqual([403, "Access to this resource is disabled."]);
  });

  test("an unknown revision, file and page have their codes", async () => {
    await open();
    expect(await code(`/api/models/org/model/revision/${OTHER}`)).toEqual([404, "RevisionNotFound"]);
    expect(await code(`/org/model/resolve/${OTHER}/config.json`)).toEqual([404, "RevisionNotFound"]);
    expect(await code(`/org/model/resolve/${COMMIT}/gone`)).toEqual([404, "EntryNotFound"]);
    expect(await code(`/org/model/resolve/${COMMIT}/__proto__`)).toEqual([404, "EntryNotFound"]);
    expect(await code("/datasets/org/model")).toEqual([404, null]);
  });
});

test("a branch moves to the commit that was added last, and a removed commit is unknown", async () => {
  await open();
  hub.add({ ...repository, commit: OTHER, files: { "config.json": bytesContents("new") } });
  const commitOf = async (revision: string) => (await modelInfo({ name: "org/model", additionalFields: ["sha"], ...at(revision) })).sha;
  expect([await commitOf("main"), await commitOf(COMMIT)]).toEqual([OTHER, COMMIT]);
  hub.remove("org/model", COMMIT);
  expect(await failure(commitOf(COMMIT))).toEqual([404, `Invalid rev id: ${COMMIT}`]);
  hub.remove("org/model");
  expect((await failure(commitOf("main")))[0]).toBe(401);
});

describe("faults", () => {
  const get = async (where: string) => {
    const response = await fetch(`${hub.url}${where}`);
    return [response.status, await response.text()];
  };
  const WEIGHTS = `/org/model/resolve/${COMMIT}/model.safetensors`;

  test("affect the nth request to a part, a number of times", async () => {
    await open({ faults: [{ part: "cdn", nth: 2, times: 2, effect: 503 }] });
    const statuses = [];
    for (let index = 0; index < 4; index++) statuses.push((await get(WEIGHTS))[0]);
    expect(statuses).toEqual([200, 503, 503, 200]);
  });

  test("affect only one file", async () => {
    await open({ faults: [{ part: "resolve", file: "model.safetensors", effect: 500 }] });
    expect((await get(`/org/model/resolve/${COMMIT}/config.json`))[0]).toBe(200);
    expect((await get(WEIGHTS))[0]).toBe(500);
  });

  test("a rate limit has the headers of the Hub", async () => {
    await open({ faults: [{ part: "api", effect: 429, reset: 7 }] });
    const response = await fetch(`${hub.url}/api/models/org/model`);
    expect([response.status, response.headers.get("ratelimit"), response.headers.get("ratelimit-policy")]).toEqual([
      429,
      '"api";r=0;t=7',
      '"fixed window";"api";q=500;w=300',
    ]);
    expect((await fetch(`${hub.url}/api/models/org/model`)).status).toBe(200);
  });

  test("bytes are wrong or cut, and connections are closed", async () => {
    await open();
    hub.setFaults([{ part: "cdn", effect: "wrongBytes" }]);
    expect(await get(WEIGHTS)).toEqual([200, expect.not.stringMatching(/^weights$/)]);
    expect(await get(WEIGHTS)).toEqual([200, "weights"]);
    for (const effect of ["cut", "drop"] as const) {
      hub.setFaults([{ part: "cdn", effect }]);
      await expect(get(WEIGHTS)).rejects.toThrow();
      expect(await get(WEIGHTS)).toEqual([200, "weights"]);
    }
    expect(hub.requests().at(-1)).toEqual({ method: "GET", path: expect.stringMatching(/^\/xet-bridge-us\//), status: 200 });
  });
});
