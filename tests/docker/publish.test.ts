// Does not prove what an ACR task's identity may do: the registries are Debian's docker-registry without access control, and a fake with
// tokens.
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { digestOf, type FakeAnswer, FakeRegistry, type FakeRequest, type Intercept } from "./fakeRegistry";
import { describeWithRegistry, type RealRegistry } from "./realRegistry";

const script = path.join(__dirname, "../../components/image/publish.py");
const mediaType = "application/vnd.oci.image.manifest.v1+json";
const secret = "s3cret-refresh-token";
const noUser = "00000000-0000-0000-0000-000000000000";
const baseLayer = Buffer.from("base layer");
const layer = Buffer.from("new layer");
const config = '{"architecture":"amd64"}';

const blob = (content: Buffer | string) => ({ mediaType: "application/octet-stream", digest: digestOf(content), size: content.length });
// The bytes count: the manifest has spaces that JSON.stringify doesn't write by default.
const manifestOf = (layers: readonly (Buffer | string)[]) =>
  JSON.stringify({ schemaVersion: 2, mediaType, config: blob(config), layers: layers.map(blob) }, undefined, 3);
const manifest = manifestOf([baseLayer, layer]);
const digest = digestOf(manifest);

let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-publish-"));
});
afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

function write(file: string, content: string | Buffer): void {
  fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
  fs.writeFileSync(path.join(home, file), content);
}

function writeImage(
  files: Readonly<Record<string, string | Buffer>> = { "manifest.json": manifest, "config.json": config, "layer.tar": layer },
) {
  for (const [file, content] of Object.entries(files)) write(`image/${file}`, content);
}

const basic = (user: string, password: string) => ({ auth: Buffer.from(`${user}:${password}`).toString("base64") });

/** Runs the script. No output may contain the secret. */
async function publish(host: string, entry: object | "as written" = basic(noUser, secret)) {
  if (entry !== "as written") write(".docker/config.json", JSON.stringify({ auths: { [host]: entry } }));
  const child: ChildProcess = spawn("python3", ["-B", script, host, "moor/vllm", "moor-1", path.join(home, "image")], {
    env: { PATH: process.env.PATH, HOME: home },
  });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    new Promise<number | null>((resolve) => child.once("exit", resolve)),
  ]);
  expect(stdout + stderr).not.toContain(secret);
  expect(stdout + stderr).not.toContain("token-1");
  return [code, stdout, stderr];
}

const published = [0, `published moor/vllm@${digest}\n`, ""];
const failed = (line: string) => [1, "", `publish.py: ${line}\n`];

describeWithRegistry("publish.py publishes in a real registry", (start) => {
  let registry: RealRegistry;
  beforeEach(async () => {
    registry = await start();
  });
  afterEach(() => registry.stop());

  test("the exact bytes are published; a second run only asks for the tag", async () => {
    writeImage();
    await registry.upload("moor/vllm", baseLayer);
    expect(await publish(registry.host)).toEqual(published);
    const stored = await fetch(`http://${registry.host}/v2/moor/vllm/manifests/moor-1`, { headers: { accept: mediaType } });
    expect([await stored.text(), stored.headers.get("docker-content-digest")]).toEqual([manifest, digest]);
    for (const content of [config, layer]) {
      const answer = await fetch(`http://${registry.host}/v2/moor/vllm/blobs/${digestOf(content)}`);
      expect(await answer.text()).toBe(content.toString());
    }
    const before = registry.calls().length;
    expect(await publish(registry.host)).toEqual([0, `already published moor/vllm@${digest}\n`, ""]);
    expect(registry.calls().slice(before)).toEqual(["HEAD /v2/moor/vllm/manifests/moor-1"]);
  });

  test("without the base, nothing is sent", async () => {
    writeImage();
    expect(await publish(registry.host)).toEqual(
      failed(`The repository moor/vllm has no blob ${digestOf(baseLayer)} of the base image. Import the base image into moor/vllm first.`),
    );
    expect(registry.calls().filter((call) => !call.startsWith("HEAD"))).toEqual([]);
  });

  test("an interrupted publication continues: present blobs aren't sent again", async () => {
    writeImage();
    for (const content of [baseLayer, layer]) await registry.upload("moor/vllm", content);
    const before = registry.calls().length;
    expect(await publish(registry.host)).toEqual(published);
    const writes = registry
      .calls()
      .slice(before)
      .filter((call) => !call.startsWith("HEAD"));
    expect(writes.map((call) => call.replace(/uploads\/.+/, "uploads/…"))).toEqual([
      "POST /v2/moor/vllm/blobs/uploads/",
      "PUT /v2/moor/vllm/blobs/uploads/…",
      "PUT /v2/moor/vllm/manifests/moor-1",
    ]);
  });

  test("an image without a new layer needs no layer.tar", async () => {
    writeImage({ "manifest.json": manifestOf([baseLayer]), "config.json": config });
    await registry.upload("moor/vllm", baseLayer);
    expect(await publish(registry.host)).toEqual([0, `published moor/vllm@${digestOf(manifestOf([baseLayer]))}\n`, ""]);
  });
});

describe("a registry with tokens", () => {
  let registry: FakeRegistry | undefined;
  afterEach(() => registry?.close());

  async function start(intercept?: Intercept): Promise<FakeRegistry> {
    registry = await new FakeRegistry(intercept).start();
    registry.add(baseLayer);
    writeImage();
    return registry;
  }

  /** Requires a token of the realm, which the callback issues. */
  function tokens(issue: (request: FakeRequest) => FakeAnswer): Intercept {
    return (request, { host }) => {
      if (request.url.pathname === "/oauth2/token") return issue(request);
      if (request.authorization === "Bearer token-1") return undefined;
      const challenge = `Bearer realm="http://${host}/oauth2/token",service="${host}",scope="repository:moor/vllm:pull"`;
      return { status: 401, headers: { "www-authenticate": challenge } };
    };
  }
  const issued = { status: 200, body: '{"access_token":"token-1"}' };

  test.each([
    ["user 00000000-…", basic(noUser, secret)],
    ["an identity token", { identitytoken: secret }],
    ["an identity token with a user", { ...basic(noUser, ""), identitytoken: secret }],
    ["user and password in their own fields", { username: noUser, password: secret }],
  ])("%s: the refresh token is exchanged once", async (_, entry) => {
    const { host, requests } = await start(tokens(() => issued));
    expect(await publish(host, entry)).toEqual(published);
    const exchanges = requests.filter(({ url }) => url.pathname === "/oauth2/token");
    const fields = {
      grant_type: "refresh_token",
      client_id: "moor",
      refresh_token: secret,
      service: host,
      scope: "repository:moor/vllm:pull,push",
    };
    expect(
      exchanges.map(({ method, authorization, body }) => [method, authorization, Object.fromEntries(new URLSearchParams(body.toString()))]),
    ).toEqual([["POST", undefined, fields]]);
  });

  test("another user and password get a token by basic authentication", async () => {
    const { host, requests } = await start(tokens(() => ({ status: 200, body: '{"token":"token-1"}' })));
    expect(await publish(host, basic("puller", secret))).toEqual(published);
    const [exchange] = requests.filter(({ url }) => url.pathname === "/oauth2/token");
    expect([exchange!.method, exchange!.authorization]).toEqual(["GET", `Basic ${basic("puller", secret).auth}`]);
    expect(Object.fromEntries(exchange!.url.searchParams)).toEqual({ service: host, scope: "repository:moor/vllm:pull,push" });
  });

  test("a registry with basic authentication gets user and password", async () => {
    const expected = `Basic ${basic("user", secret).auth}`;
    const { host } = await start(({ authorization }) =>
      authorization === expected ? undefined : { status: 401, headers: { "www-authenticate": 'Basic realm="r"' } },
    );
    expect(await publish(host, basic("user", secret))).toEqual(published);
  });

  test("a token that expires is replaced", async () => {
    let served = 0;
    const check = tokens(() => issued);
    const { host, requests } = await start((request, fake) =>
      request.method === "POST" && request.url.pathname.startsWith("/v2/") && ++served === 1
        ? check({ ...request, authorization: undefined }, fake)
        : check(request, fake),
    );
    expect(await publish(host)).toEqual(published);
    expect(requests.filter(({ url }) => url.pathname === "/oauth2/token")).toHaveLength(2);
  });

  test("an error explains a rejected exchange", async () => {
    const { host } = await start(tokens(() => ({ status: 401, body: `{"errors":[{"code":"UNAUTHORIZED","message":"${secret}"}]}` })));
    expect(await publish(host)).toEqual(
      failed(
        `${host} issues no token for moor/vllm (status 401 (UNAUTHORIZED)). The task's identity needs the role AcrPush on the registry.`,
      ),
    );
  });

  test("a token that can't be in a header isn't printed", async () => {
    const { host } = await start(tokens(() => ({ status: 200, body: '{"access_token":"token-1\\nx"}' })));
    expect(await publish(host)).toEqual(
      failed(`${host} issues no token for moor/vllm (status 200). The task's identity needs the role AcrPush on the registry.`),
    );
  });

  test.each([
    [403, '{"errors":[{"code":"DENIED","message":"client with IP \'10.0.0.1\' is not allowed access"}]}', " (DENIED)"],
    [403, "<html>", ""],
  ])("a refused write (%s %s) names the role and the registry's property", async (status, body, code) => {
    const { host } = await start((request, fake) => (request.method === "POST" ? { status, body } : fake.answer(request)));
    expect(await publish(host)).toEqual(
      failed(
        `${host} refuses POST in moor/vllm with status ${status}${code}. The task's identity needs the role AcrPush on the registry, ` +
          "and a registry without public access needs networkRuleBypassAllowedForTasks: true.",
      ),
    );
  });

  test("credentials are sent neither without TLS to another host nor to another host's upload address", async () => {
    const other = await new FakeRegistry(() => ({ status: 201 })).start();
    const check = tokens(() => issued);
    const { host } = await start((request, fake) =>
      request.method === "POST" && request.authorization
        ? { status: 202, headers: { location: `http://${other.host}/v2/moor/vllm/blobs/uploads/9` } }
        : check(request, fake),
    );
    await publish(host);
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    other.close();
    registry!.close();
    const challenge = 'Bearer realm="http://elsewhere.example/token",service="s"';
    const { host: second } = await start(() => ({ status: 401, headers: { "www-authenticate": challenge } }));
    expect(await publish(second)).toEqual(
      failed(`${second} asks to send credentials without TLS to elsewhere.example. Check the registry's settings.`),
    );
  });
});

describe("failures of the registry", () => {
  let registry: FakeRegistry | undefined;
  afterEach(() => registry?.close());

  async function start(intercept: Intercept): Promise<FakeRegistry> {
    registry = await new FakeRegistry(intercept).start();
    registry.add(baseLayer);
    writeImage();
    return registry;
  }

  test.each([429, 500, 503])("each request that is answered with %s once is sent again", async (status) => {
    const seen = new Set<string>();
    const { host } = await start(({ method, url }) => {
      const key = `${method} ${url.pathname}${url.search}`;
      if (seen.has(key)) return undefined;
      seen.add(key);
      return { status, headers: { "retry-after": "0" } };
    });
    expect(await publish(host)).toEqual(published);
    const counts = new Map<string, number>();
    for (const { method, url } of registry!.requests) {
      const key = `${method} ${url.pathname}${url.search}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // The tag, the base's layer, the configuration, the start of an upload (which is used twice), and so on: each is sent once more.
    expect([...counts.values()]).toEqual([2, 2, 2, 3, 2, 2, 2, 2]);
  });

  test("a registry that stays unavailable ends the run with one line", async () => {
    const { host, requests } = await start(() => ({
      status: 503,
      headers: { "retry-after": "0" },
      body: '{"errors":[{"code":"UNAVAILABLE"}]}',
    }));
    const url = `http://${host}/v2/moor/vllm/manifests/moor-1`;
    expect(await publish(host)).toEqual(failed(`HEAD ${url} failed 6 times (status 503). Run the task again.`));
    expect(requests).toHaveLength(6);
  });

  test("an upload whose response was lost is complete", async () => {
    const lost = new Set<string>();
    const { host, manifests } = await start((request, fake) => {
      if (request.method !== "PUT" || !request.url.pathname.includes("uploads")) return undefined;
      const upload = request.url.searchParams.get("digest")!;
      if (lost.has(upload)) return { status: 404, body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' };
      lost.add(upload);
      fake.answer(request);
      return { status: 502, headers: { "retry-after": "0" } };
    });
    expect(await publish(host)).toEqual(published);
    expect([...manifests]).toEqual([["moor-1", Buffer.from(manifest)]]);
  });

  test("a blob that the registry redirects to its storage is present", async () => {
    const { host } = await start(({ method, url }) =>
      method === "HEAD" && url.pathname.includes("/blobs/")
        ? { status: 307, headers: { location: "http://127.0.0.1:1/storage" } }
        : undefined,
    );
    expect(await publish(host)).toEqual(published);
    expect(registry!.calls.map((call) => call.replace(/ .*\/(manifests|blobs)\/.*/, " $1"))).toEqual([
      "HEAD manifests",
      "HEAD blobs",
      "HEAD blobs",
      "HEAD blobs",
      "PUT manifests",
    ]);
  });

  test("another digest than expected is an error", async () => {
    const { host } = await start(({ method }) =>
      method === "PUT" ? { status: 201, headers: { "docker-content-digest": "sha256:other" } } : undefined,
    );
    expect(await publish(host)).toEqual(
      failed(`The registry stored moor/vllm:moor-1 as sha256:other, not as ${digest}. Delete the tag and run the task again.`),
    );
  });

  test("an unexpected status is reported with the registry's code", async () => {
    const { host } = await start(({ url, method }) =>
      method === "PUT" && url.pathname.includes("manifests")
        ? { status: 400, body: '{"errors":[{"code":"MANIFEST_INVALID"}]}' }
        : undefined,
    );
    expect(await publish(host)).toEqual(
      failed("The registry answers PUT of tag moor-1 with status 400 (MANIFEST_INVALID). Run the task again."),
    );
  });
});

describe("input", () => {
  const host = "127.0.0.1:1";

  test.each([
    ["a missing file", { "manifest.json": manifest }, "config.json can't be read: No such file or directory."],
    [
      "no manifest",
      { "manifest.json": "[]", "config.json": config },
      "manifest.json is not an image manifest with mediaType, config and layers.",
    ],
    [
      "another configuration",
      { "manifest.json": manifest, "config.json": "{}", "layer.tar": layer },
      "config.json is not the file that manifest.json refers to. Run pulumi up again to write the task again.",
    ],
    [
      "another layer",
      { "manifest.json": manifest, "config.json": config, "layer.tar": "x" },
      "layer.tar is not the file that manifest.json refers to. Run pulumi up again to write the task again.",
    ],
  ])("%s is an error, without a request", async (_, files, sentence) => {
    writeImage(files);
    expect(await publish(host)).toEqual(failed(`${home}/image/${sentence}`));
  });

  test.each([
    ["no file", undefined, "doesn't exist. Add the registry to the task's credentials.customRegistries."],
    ["no entry", "{}", `has no credentials for ${host}. Add the registry to the task's credentials.customRegistries.`],
    ["no JSON", secret, "is not valid JSON of Docker's format."],
    ["no object", `{"auths":{"${host}":"x"}}`, `has credentials for ${host} that are not in Docker's format.`],
    ["no Base64", `{"auths":{"${host}":{"auth":"x"}}}`, `has credentials for ${host} that are not in Docker's format.`],
  ])("credentials: %s", async (_, content, sentence) => {
    writeImage();
    if (content !== undefined) write(".docker/config.json", content);
    expect(await publish(host, "as written")).toEqual(failed(`${home}/.docker/config.json ${sentence}`));
  });
});
