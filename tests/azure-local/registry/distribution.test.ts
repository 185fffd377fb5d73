// Proves the OCI API of registries, their tokens and rights, and that nothing is lost or half stored. Doesn't prove what Azure answers to
// requests that its clients don't send.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { openIssuer } from "../../../azure-local/scoringProxy";
import { Caller } from "../arm/client";
import { bodies, grant, paths } from "../arm/platform";
import { but } from "../arm/rejections/rejectedRequest";
import { imageOf, RegistryClient, sha256 } from "./registryClient";

const LOGIN = "registry01.azurecr.io";
const DEPLOYER = "11111111-1111-4111-8111-111111111111";
const OTHER = "22222222-2222-4222-8222-222222222222";
const REPOSITORY = "moor/vllm";
const ROLES = { pull: "7f951dda-4ed3-4680-a7ca-43fe172d538d", push: "8311e382-0749-4cb8-b61a-304f252e45ec" };
const ACR = "https://containerregistry.azure.net";

let caller: Caller;
let registry: RegistryClient;
let issuer: ReturnType<typeof openIssuer>;

const issuerFolder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-issuer-"));
afterAll(() => fs.rmSync(issuerFolder, { recursive: true }));

async function open(home?: string): Promise<void> {
  issuer = openIssuer(path.join(issuerFolder, "secret"));
  caller = await Caller.start({ home, directory: { tokenSecret: issuer.secret, deployerId: () => DEPLOYER } });
  registry = new RegistryClient(caller.arm.url, LOGIN);
}

beforeEach(async () => {
  await open();
  await caller.made(paths.group, bodies(caller).group);
  await caller.made(paths.registry, but(bodies(caller).registry, "properties/publicNetworkAccess", "Enabled"));
});
afterEach(() => caller.stop());

const clientOf = (oid: string, audience = ACR) =>
  new RegistryClient(caller.arm.url, LOGIN, { token: issuer.issueToken({ oid, audience }) });

describe("tokens", () => {
  test("a request without a token gets a challenge with the scope that it needs", async () => {
    const root = await registry.raw("GET", "/v2/");
    expect([root.status, root.headers.get("www-authenticate")]).toEqual([
      401,
      `Bearer realm="${registry.origin}/oauth2/token",service="${LOGIN}"`,
    ]);
    const answer = await registry.raw("POST", `/v2/${REPOSITORY}/blobs/uploads/`);
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
      401,
      `Bearer realm="${registry.origin}/oauth2/token",service="${LOGIN}",scope="repository:${REPOSITORY}:pull,push"`,
    ]);
    expect(await answer.json()).toEqual({
      errors: [
        {
          code: "UNAUTHORIZED",
          message: "authentication required, visit https://aka.ms/acr/authorization for more information.",
          detail: [
            { Type: "repository", Name: REPOSITORY, Action: "pull" },
            { Type: "repository", Name: REPOSITORY, Action: "push" },
          ],
        },
      ],
    });
  });

  test.each([
    ["none", [401, 401, 401]],
    ["pull", [200, 200, 401]],
    ["push", [200, 200, 200]],
  ] as const)("a principal with the role: %s", async (role, expected) => {
    if (role !== "none") await caller.made(...grant(caller, paths.registry, ROLE_NAME, ROLES[role], OTHER));
    const client = clientOf(OTHER);
    const exchanged = await client.exchange();
    const refresh_token = exchanged.status === 200 ? ((await exchanged.json()) as { refresh_token: string }).refresh_token : "";
    const token = (scope: string) =>
      client.post("/oauth2/token", { grant_type: "refresh_token", service: LOGIN, scope, refresh_token }).then(({ status }) => status);
    expect([exchanged.status, await token(`repository:${REPOSITORY}:pull`), await token(`repository:${REPOSITORY}:pull,push`)]).toEqual(
      expected,
    );
  });

  test("a token for Azure Resource Manager is accepted unless the registry's policy disables it; other audiences and signatures are not", async () => {
    const status = async (token: string) => (await registry.exchange(token)).status;
    const arm = issuer.issueToken({ oid: DEPLOYER, audience: "https://management.azure.com/" });
    expect(await status(arm)).toBe(200);
    expect(await status(issuer.issueToken({ oid: DEPLOYER, audience: "https://ml.azure.com" }))).toBe(401);
    expect(await status(issuer.issueToken({ oid: DEPLOYER, audience: ACR, lifetime: -1 }))).toBe(401);
    expect(await status(`${arm.slice(0, -4)}AAAA`)).toBe(401);
    expect(await status("")).toBe(401);
    const body = but(bodies(caller).registry, "properties/publicNetworkAccess", "Enabled");
    await caller.made(paths.registry, but(body, "properties/policies", { azureADAuthenticationAsArmPolicy: { status: "disabled" } }));
    expect(await status(arm)).toBe(401);
    expect(await status(issuer.issueToken({ oid: DEPLOYER, audience: ACR }))).toBe(200);
  });

  test("a refresh token is the password of the token user, with GET and with POST, and of no other user", async () => {
    const password = await registry.refreshToken();
    const basic = (user: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}` });
    const get = async (user: string, secret: string) =>
      (await registry.raw("GET", `/oauth2/token?service=${LOGIN}&scope=repository:a:pull`, { headers: basic(user, secret) })).status;
    const user = "00000000-0000-0000-0000-000000000000";
    expect([await get(user, password), await get("admin", password), await get(user, "other")]).toEqual([200, 401, 401]);
    const post = async (username: string) =>
      (await registry.post("/oauth2/token", { grant_type: "password", service: LOGIN, scope: "repository:a:pull", username, password }))
        .status;
    expect([await post(user), await post("admin")]).toEqual([200, 401]);
  });

  test("a token of another registry, another repository or another kind is rejected", async () => {
    const body = but(bodies(caller).registry, "properties/publicNetworkAccess", "Enabled");
    await caller.made(paths.registry.replace("registry01", "registry02"), body);
    const second = new RegistryClient(caller.arm.url, "registry02.azurecr.io");
    const read = async (authorization: string) =>
      (await registry.raw("GET", `/v2/${REPOSITORY}/tags/list`, { headers: { authorization } })).status;
    expect(await read(`Bearer ${await second.accessToken(`repository:${REPOSITORY}:pull`)}`)).toBe(401);
    expect(await read(`Bearer ${await registry.accessToken("repository:other:pull")}`)).toBe(401);
    expect(await read(`Bearer ${await registry.refreshToken()}`)).toBe(401);
    expect(await read("Basic x")).toBe(401);
    expect(await read(`Bearer ${await registry.accessToken(`repository:${REPOSITORY}:pull`)}`)).toBe(404);
  });

  test("images can be pulled without credentials only if the registry allows it", async () => {
    await registry.push(REPOSITORY, "1");
    const anonymous = async (scope: string) =>
      (await registry.raw("GET", `/oauth2/token?service=${LOGIN}&scope=${encodeURIComponent(scope)}`)).status;
    expect(await anonymous(`repository:${REPOSITORY}:pull`)).toBe(401);
    const body = but(bodies(caller).registry, "properties/publicNetworkAccess", "Enabled");
    await caller.made(paths.registry, but(body, "properties/anonymousPullEnabled", true));
    expect([await anonymous(`repository:${REPOSITORY}:pull`), await anonymous(`repository:${REPOSITORY}:pull,push`)]).toEqual([200, 401]);
  });

  test("no token is in the logs or the state", async () => {
    const [refresh, access] = [await registry.refreshToken(), await registry.accessToken("repository:a:pull")];
    await registry.push(REPOSITORY, "1");
    await registry.raw("GET", `/oauth2/token?service=${LOGIN}&refresh_token=${refresh}&access_token=${access}`);
    caller.arm.requests();
    for (const file of ["state.jsonl", "secrets.jsonl", "requests.jsonl"]) {
      const text = fs.readFileSync(path.join(caller.home, file), "utf8");
      expect([file, text.includes(refresh), text.includes(access)]).toEqual([file, false, false]);
    }
  });
});

test("each request to the data plane is in the request log", async () => {
  await registry.push(REPOSITORY, "1");
  const logged = caller.arm.requests().filter(({ path: one }) => one.startsWith("/data/"));
  expect(logged.map(({ method, path: one, status }) => [method, one.replace(/^\/data\/registry01\.azurecr\.io/, ""), status])).toEqual([
    ["POST", "/oauth2/exchange", 200],
    ["POST", "/oauth2/token", 200],
    ["POST", `/v2/${REPOSITORY}/blobs/uploads/?digest=${sha256(imageOf().config)}`, 201],
    ["POST", "/oauth2/exchange", 200],
    ["POST", "/oauth2/token", 200],
    ["PUT", `/v2/${REPOSITORY}/manifests/1`, 201],
  ]);
});

describe("blobs", () => {
  const start = async () => (await registry.send("POST", `/v2/${REPOSITORY}/blobs/uploads/`)).headers.get("location")!;

  test("are uploaded in chunks, with their digest checked at the end", async () => {
    const location = await start();
    expect(location).toMatch(/^\/v2\/moor\/vllm\/blobs\/uploads\/[0-9a-f-]{36}$/);
    const first = await registry.send("PATCH", location, { body: "hello ", headers: { "content-range": "0-5" } });
    expect([first.status, first.headers.get("range")]).toEqual([202, "0-5"]);
    const wrong = await registry.send("PATCH", location, { body: "world", headers: { "content-range": "7-11" } });
    expect([wrong.status, wrong.headers.get("range")]).toEqual([416, "0-5"]);
    expect((await registry.send("PATCH", location, { body: "wor" })).headers.get("range")).toBe("0-8");
    expect((await registry.send("GET", location)).headers.get("range")).toBe("0-8");
    const digest = sha256("hello world");
    const done = await registry.send("PUT", `${location}?digest=${digest}`, { body: "ld" });
    expect([done.status, done.headers.get("location")]).toEqual([201, `/v2/${REPOSITORY}/blobs/${digest}`]);
    expect(await (await registry.send("GET", `/v2/${REPOSITORY}/blobs/${digest}`)).text()).toBe("hello world");
    expect(await registry.code(await registry.send("GET", location))).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
  });

  test("with another digest are rejected and leave nothing", async () => {
    const location = await start();
    await registry.send("PATCH", location, { body: "hello" });
    expect(await registry.code(await registry.send("PUT", `${location}?digest=${sha256("other")}`))).toEqual([400, "DIGEST_INVALID"]);
    expect(await registry.code(await registry.send("GET", `/v2/${REPOSITORY}/blobs/${sha256("hello")}`))).toEqual([404, "BLOB_UNKNOWN"]);
    expect(fs.readdirSync(path.join(caller.home, "registries", "_uploads"))).toEqual([]);
    for (const digest of ["", "sha256:x", `sha512:${"0".repeat(128)}`, "../../../etc/passwd"])
      expect((await registry.send("PUT", `${await start()}?digest=${encodeURIComponent(digest)}`)).status).toBe(400);
  });

  test("an upload belongs to its repository and can be canceled", async () => {
    const location = await start();
    expect((await registry.send("PATCH", location.replace("vllm", "other"), { body: "x" })).status).toBe(404);
    expect((await registry.send("DELETE", location)).status).toBe(204);
    expect((await registry.send("PATCH", location, { body: "x" })).status).toBe(404);
  });

  test.each([
    ["bytes=0-4", 206, "hello", "bytes 0-4/11"],
    ["bytes=6-", 206, "world", "bytes 6-10/11"],
    ["bytes=-3", 206, "rld", "bytes 8-10/11"],
    ["bytes=0-99", 206, "hello world", "bytes 0-10/11"],
    ["bytes=11-", 416, undefined, "bytes */11"],
    ["lines=1-2", 200, "hello world", null],
  ])("the range %s is answered with %d", async (range, status, text, contentRange) => {
    await registry.putBlob(REPOSITORY, "hello world");
    const answer = await registry.send("GET", `/v2/${REPOSITORY}/blobs/${sha256("hello world")}`, { headers: { range } });
    expect([answer.status, answer.headers.get("content-range")]).toEqual([status, contentRange]);
    if (text !== undefined) expect(await answer.text()).toBe(text);
  });

  test("are mounted from a repository that the caller can pull from, and otherwise uploaded", async () => {
    await registry.putBlob("base", "hello");
    const digest = sha256("hello");
    const mount = async (scope: string) => {
      const headers = { authorization: `Bearer ${await registry.accessToken(scope)}` };
      return registry.raw("POST", `/v2/${REPOSITORY}/blobs/uploads/?mount=${digest}&from=base`, { headers });
    };
    expect((await mount(`repository:${REPOSITORY}:pull,push`)).status).toBe(202);
    expect((await registry.send("HEAD", `/v2/${REPOSITORY}/blobs/${digest}`)).status).toBe(404);
    expect((await mount(`repository:${REPOSITORY}:pull,push repository:base:pull`)).status).toBe(201);
    expect((await registry.send("HEAD", `/v2/${REPOSITORY}/blobs/${digest}`)).headers.get("content-length")).toBe("5");
  });
});

describe("manifests", () => {
  test("return the bytes, type and digest that were sent", async () => {
    const image = imageOf("layer");
    expect(await registry.push(REPOSITORY, "v1", image)).toBe(201);
    for (const reference of ["v1", image.digest]) {
      const answer = await registry.send("GET", `/v2/${REPOSITORY}/manifests/${reference}`);
      expect([await answer.text(), answer.headers.get("content-type"), answer.headers.get("docker-content-digest")]).toEqual([
        image.manifest,
        "application/vnd.oci.image.manifest.v1+json",
        image.digest,
      ]);
    }
    expect(await (await registry.send("GET", `/v2/${REPOSITORY}/tags/list`)).json()).toEqual({ name: REPOSITORY, tags: ["v1"] });
  });

  test("need all their blobs in the same repository", async () => {
    const image = imageOf("layer");
    await registry.push("other", "v1", image);
    const answer = await registry.putManifest(REPOSITORY, "v1", image.manifest);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { errors: [{ code: "MANIFEST_BLOB_UNKNOWN", detail: [{ digest: sha256(image.config) }, { digest: sha256("layer") }] }] },
    ]);
  });

  test("an index needs its images", async () => {
    const image = imageOf("layer");
    const type = "application/vnd.oci.image.index.v1+json";
    const index = JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [{ digest: image.digest, size: 1, mediaType: "x" }] });
    expect((await registry.putManifest(REPOSITORY, "v1", index, type)).status).toBe(400);
    await registry.push(REPOSITORY, "amd64", image);
    expect((await registry.putManifest(REPOSITORY, "v1", index, type)).status).toBe(201);
  });

  test("a tag moves to a newer manifest, and a deleted manifest is deleted with its tags", async () => {
    const [one, two] = [imageOf("one"), imageOf("two")];
    await registry.push(REPOSITORY, "v1", one);
    await registry.push(REPOSITORY, "v1", two);
    const head = async (reference: string) =>
      (await registry.send("HEAD", `/v2/${REPOSITORY}/manifests/${reference}`)).headers.get("docker-content-digest");
    expect([await head("v1"), await head(one.digest)]).toEqual([two.digest, one.digest]);
    expect((await registry.send("DELETE", `/v2/${REPOSITORY}/manifests/${two.digest}`)).status).toBe(202);
    expect([await head("v1"), await head(two.digest), await head(one.digest)]).toEqual([null, null, one.digest]);
  });

  const manifest = (value: unknown) => JSON.stringify(value);
  test.each([
    ["text", "x", "MANIFEST_INVALID"],
    ["an old schema", manifest({ schemaVersion: 1 }), "MANIFEST_INVALID"],
    ["no layers", manifest({ schemaVersion: 2, config: { digest: sha256("") } }), "MANIFEST_INVALID"],
    ["an invalid digest", manifest({ schemaVersion: 2, config: { digest: "sha256:../x" }, layers: [] }), "MANIFEST_INVALID"],
    [
      "another media type",
      manifest({ schemaVersion: 2, mediaType: "a/b", config: { digest: sha256("") }, layers: [] }),
      "MANIFEST_INVALID",
    ],
    ["deep nesting", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`, "MANIFEST_INVALID"],
  ])("%s is rejected", async (_what, body, code) => {
    expect(await registry.code(await registry.putManifest(REPOSITORY, "v1", body))).toEqual([400, code]);
  });

  test("a manifest larger than 4 MiB is rejected", async () => {
    const answer = await registry.putManifest(REPOSITORY, "v1", `"${"x".repeat(4 * 1024 * 1024)}"`);
    expect(await registry.code(answer)).toEqual([413, "SIZE_INVALID"]);
  });

  test.each([
    ["GET", "/v2/../../etc/manifests/passwd", 400],
    ["GET", "/v2/%2e%2e%2f%2e%2e%2fetc/manifests/passwd", 400],
    ["GET", "/v2/Upper/manifests/v1", 400],
    ["GET", "/v2/_blobs/manifests/v1", 400],
    ["GET", `/v2/${"a".repeat(256)}/manifests/v1`, 400],
    ["GET", "/v2/a//b/manifests/v1", 400],
    ["GET", "/v2/a/manifests/..", 400],
    ["GET", "/v2/a/manifests/%2e%2e%2fx", 404],
    ["PUT", "/v2/a/manifests/-tag", 400],
    ["GET", "/v2/a/blobs/sha256:..%2f..%2f..%2fstate.jsonl", 404],
    ["GET", "/v2/a/blobs/sha256:%00", 400],
    ["GET", "/v2/a/unknown", 404],
  ])("%s %s is answered with %d", async (method, where, status) => {
    const { port } = new URL(caller.arm.url);
    const name = decodeURIComponent(/^\/v2\/(.+?)\/(?:manifests|blobs)\//.exec(where)?.[1] ?? "a");
    const token = /^[\w/.-]+$/.test(name)
      ? await registry.accessToken(`repository:${name}:pull,push`)
      : await registry.accessToken("repository:a:pull");
    expect(await rawStatus(Number(port), method, `/data/${LOGIN}${where}`, token)).toBe(status);
  });
});

/** Sends a path as it is; `fetch` would remove its dots. */
function rawStatus(port: number, method: string, target: string, token: string): Promise<number> {
  const http = require("node:http") as typeof import("node:http");
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-length": "0" };
    http
      .request({ host: "127.0.0.1", port, method, path: target, headers }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      })
      .once("error", reject)
      .end();
  });
}

test("200 repositories are listed in pages", async () => {
  const image = imageOf();
  const type = "application/vnd.oci.image.manifest.v1+json";
  for (let index = 0; index < 200; index++) {
    const name = `r${1000 + index}`;
    const headers = { authorization: `Bearer ${await registry.accessToken(`repository:${name}:pull,push`)}`, "content-type": type };
    await registry.raw("POST", `/v2/${name}/blobs/uploads/?digest=${sha256(image.config)}`, { body: image.config, headers });
    await registry.raw("PUT", `/v2/${name}/manifests/1`, { body: image.manifest, headers });
  }
  const found: string[] = [];
  let next: string | undefined = "/v2/_catalog?n=80";
  while (next) {
    const page: Response = await registry.send("GET", next);
    found.push(...((await page.json()) as { repositories: string[] }).repositories);
    next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
  }
  expect(found).toEqual(Array.from({ length: 200 }, (_, index) => `r${1000 + index}`));
});

test("images survive a restart; uploads of a killed process and the images of a deleted registry don't", async () => {
  const image = imageOf("layer");
  await registry.push(REPOSITORY, "v1", image);
  const uploads = path.join(caller.home, "registries", "_uploads");
  fs.writeFileSync(path.join(uploads, "half"), "x");
  await caller.arm.close();
  await open(caller.home);
  expect(fs.existsSync(uploads)).toBe(false);
  expect(await (await registry.send("GET", `/v2/${REPOSITORY}/manifests/v1`)).text()).toBe(image.manifest);
  expect(await (await registry.send("GET", `/v2/${REPOSITORY}/blobs/${sha256("layer")}`)).text()).toBe("layer");
  await caller.delete(paths.registry);
  caller.clock.advance(3600);
  await caller.made(paths.registry, but(bodies(caller).registry, "properties/publicNetworkAccess", "Enabled"));
  expect((await registry.send("GET", `/v2/${REPOSITORY}/manifests/v1`)).status).toBe(404);
  expect((await registry.send("HEAD", `/v2/${REPOSITORY}/blobs/${sha256("layer")}`)).status).toBe(404);
  await new Promise(setImmediate);
  expect(fs.readdirSync(path.join(caller.home, "registries"))).toEqual([]);
});

test("a caller that disconnects during an upload leaves the upload as before", async () => {
  const location = (await registry.send("POST", `/v2/${REPOSITORY}/blobs/uploads/`)).headers.get("location")!;
  const token = await registry.accessToken(`repository:${REPOSITORY}:pull,push`);
  const http = require("node:http") as typeof import("node:http");
  const headers = { authorization: `Bearer ${token}`, "content-length": "1000000" };
  const request = http.request(`${registry.origin}${location}`, { method: "PATCH", headers });
  request.on("error", () => {});
  request.write("x".repeat(1000));
  const range = async () => (await registry.send("GET", location)).headers.get("range");
  while ((await range()) !== "0-999") await new Promise(setImmediate);
  request.destroy();
  while ((await range()) !== "0-0") await new Promise(setImmediate);
  expect((await registry.send("PUT", `${location}?digest=${sha256("ok")}`, { body: "ok" })).status).toBe(201);
});

test("two registries with the same repository are separate", async () => {
  await caller.made(
    paths.registry.replace("registry01", "registry02"),
    but(bodies(caller).registry, "properties/publicNetworkAccess", "Enabled"),
  );
  const second = new RegistryClient(caller.arm.url, "registry02.azurecr.io");
  const [one, two] = [imageOf("one"), imageOf("two")];
  await registry.push(REPOSITORY, "v1", one);
  expect((await second.send("HEAD", `/v2/${REPOSITORY}/blobs/${sha256("one")}`)).status).toBe(404);
  await second.push(REPOSITORY, "v1", two);
  expect((await registry.send("HEAD", `/v2/${REPOSITORY}/manifests/v1`)).headers.get("docker-content-digest")).toBe(one.digest);
});

const ROLE_NAME = "11111111-0000-4000-8000-000000000009";
