// Proves that `renew base` saves the exact bytes of a base, follows tokens, redirects and indexes, and writes nothing if a request fails.
// The registry is a small stand-in. Doesn't prove that Docker Hub is reachable.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { renewBase } from "../../../operations/renew/base";
import { type FakeRegistry, image, put, serveRegistry, sha256 } from "./fakeRegistry";

let registry: FakeRegistry;
let folder: string;
const environment = () => ({ HOME: folder, PATH: process.env.PATH });
const file = (name: string) => path.join(folder, name);
const written = () => fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();

beforeEach(async () => {
  registry = await serveRegistry();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-renew-"));
});
afterEach(async () => {
  await registry.close();
  fs.rmSync(folder, { recursive: true });
});

const dockerfile = (reference: string) => `# The base.\nARG BASE=${reference}\nFROM \${BASE}\n\nUSER 2000:0\n`;
const writeDockerfile = (reference: string) => fs.writeFileSync(file("Dockerfile"), dockerfile(reference));

test("The manifest and configuration of the Dockerfile's base are saved byte for byte, with an anonymous token.", async () => {
  const base = image();
  put(registry, base);
  writeDockerfile(`${registry.host}/base@${base.digest}`);
  expect(await renewBase({ folder, environment: environment() })).toEqual([
    `${file("base")} contains the manifest and configuration of ${registry.host}/base@${base.digest}. Commit them.`,
  ]);
  expect(fs.readFileSync(file("base/manifest.json"))).toEqual(base.manifest);
  expect(fs.readFileSync(file("base/config.json"))).toEqual(base.config);
  expect(written()).toEqual(["Dockerfile", "base", "base/config.json", "base/manifest.json"]);
  const token = "Bearer token-for-repository:base:pull";
  expect(registry.requests).toEqual([
    `GET /v2/base/manifests/${base.digest} -`,
    "GET /token?service=fake&scope=repository%3Abase%3Apull -",
    `GET /v2/base/manifests/${base.digest} ${token}`,
    `GET /v2/base/blobs/${sha256(base.config)} ${token}`,
  ]);
});

test("A tag is resolved, and the Dockerfile then refers to the digest. A second run changes nothing.", async () => {
  const base = image();
  put(registry, base);
  writeDockerfile(`${registry.host}/base:v1`);
  expect((await renewBase({ folder, environment: environment() }))[0]).toBe(
    `${file("Dockerfile")} now refers to ${registry.host}/base@${base.digest}.`,
  );
  expect(fs.readFileSync(file("Dockerfile"), "utf8")).toBe(dockerfile(`${registry.host}/base@${base.digest}`));
  expect(await renewBase({ folder, environment: environment() })).toHaveLength(1);
  expect(fs.readFileSync(file("Dockerfile"), "utf8")).toBe(dockerfile(`${registry.host}/base@${base.digest}`));
});

test("A mirror with the same digest does not change the Dockerfile. Another digest does, and only this machine reaches its registry.", async () => {
  const base = image();
  put(registry, base);
  const original = `docker.io/vllm/base@${base.digest}`;
  writeDockerfile(original);
  const mirror = { folder, image: `${registry.host}/base@${base.digest}`, environment: environment() };
  expect(await renewBase(mirror)).toHaveLength(1);
  expect(fs.readFileSync(file("Dockerfile"), "utf8")).toBe(dockerfile(original));
  expect(fs.readFileSync(file("base/manifest.json"))).toEqual(base.manifest);

  writeDockerfile(`docker.io/vllm/base@sha256:${"0".repeat(64)}`);
  expect(await renewBase(mirror)).toEqual([
    `${file("Dockerfile")} now refers to ${mirror.image}.`,
    "Azure can't import from this registry. Before you deploy, copy the image to a registry that Azure can reach, and change FROM.",
    `${file("base")} contains the manifest and configuration of ${mirror.image}. Commit them.`,
  ]);
});

describe("An index of several platforms", () => {
  const base = image();
  const index = () =>
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        manifests: [
          { digest: image("arm64").digest, platform: { os: "linux", architecture: "arm64" } },
          { digest: base.digest, platform: { os: "linux", architecture: "amd64" } },
          { digest: sha256("attestation"), platform: { os: "unknown", architecture: "unknown" } },
        ],
      }),
    );
  const putIndex = (bytes: Buffer) => {
    put(registry, base);
    for (const reference of ["all", sha256(bytes)]) registry.contents.set(`/v2/base/manifests/${reference}`, { body: bytes });
  };

  test("is rejected if the Dockerfile contains its digest, with the command to run.", async () => {
    putIndex(index());
    const reference = `${registry.host}/base@${sha256(index())}`;
    writeDockerfile(reference);
    await expect(renewBase({ folder, environment: environment() })).rejects.toThrow(
      `refers to ${reference}, which is an index of images for several platforms. A layer needs the manifest of one image. Nothing was written. ` +
        `To use the image for linux/amd64, run:\n  npm run renew -- base ${folder} --image ${registry.host}/base@${base.digest}`,
    );
    expect(written()).toEqual(["Dockerfile"]);
  });

  test.each(["tag", "digest"])("of an --image with a %s leads to its image for linux/amd64.", async (kind) => {
    putIndex(index());
    const named = `${registry.host}/base${kind === "tag" ? ":all" : `@${sha256(index())}`}`;
    writeDockerfile(`${registry.host}/base@${sha256("old")}`);
    const notes = await renewBase({ folder, image: named, environment: environment() });
    expect(notes[0]).toContain(`Its image for linux/amd64 is ${base.digest}.`);
    expect(fs.readFileSync(file("Dockerfile"), "utf8")).toBe(dockerfile(`${registry.host}/base@${base.digest}`));
    expect(fs.readFileSync(file("base/manifest.json"))).toEqual(base.manifest);
  });

  test("without linux/amd64 is rejected.", async () => {
    putIndex(Buffer.from(JSON.stringify({ manifests: [{ digest: sha256("x"), platform: { os: "linux", architecture: "arm64" } }] })));
    writeDockerfile(`${registry.host}/base:all`);
    await expect(renewBase({ folder, environment: environment() })).rejects.toThrow(
      "has no image for linux/amd64. Its platforms: linux/arm64.",
    );
  });
});

describe("Credentials", () => {
  const login = (auth: object) => {
    fs.mkdirSync(file(".docker"));
    fs.writeFileSync(file(".docker/config.json"), JSON.stringify({ auths: { [registry.host]: auth } }));
  };
  const basic = `Basic ${Buffer.from("reader:pass:word").toString("base64")}`;

  test("of docker login go to the token endpoint, and to no other host after a redirect.", async () => {
    await registry.close();
    registry = await serveRegistry({ required: basic });
    const storage = await serveRegistry();
    try {
      const base = image();
      put(registry, base);
      const blob = `/v2/base/blobs/${sha256(base.config)}`;
      storage.contents.set("/signed", { body: base.config });
      registry.contents.set(blob, { status: 307, body: "", headers: { location: `http://${storage.host}/signed?sig=1` } });
      writeDockerfile(`${registry.host}/base@${base.digest}`);
      login({ auth: basic.slice("Basic ".length) });
      await renewBase({ folder, environment: environment() });
      expect(storage.requests).toEqual(["GET /signed?sig=1 -"]);
      expect(fs.readFileSync(file("base/config.json"))).toEqual(base.config);
    } finally {
      await storage.close();
    }
  });

  test("that the registry rejects lead to an error without the password.", async () => {
    await registry.close();
    registry = await serveRegistry({ required: "Basic other" });
    writeDockerfile(`${registry.host}/base:v1`);
    login({ auth: basic.slice("Basic ".length) });
    const error = await renewBase({ folder, environment: environment() }).catch((caught: Error) => caught.message);
    expect(error).toBe(
      `The registry ${registry.host} answered 401 to the request for ${registry.host}/base:v1 (UNAUTHORIZED: authentication required). Nothing was written. ` +
        `The repository doesn't exist, or reading it requires a login: run \`docker login ${registry.host}\` with an account that can pull it, then run the command again.`,
    );
  });
});

describe("Nothing is written if", () => {
  const fails = async (message: string, options: { readonly image?: string } = {}) => {
    const before = fs.existsSync(file("Dockerfile")) ? fs.readFileSync(file("Dockerfile"), "utf8") : undefined;
    await expect(renewBase({ folder, environment: environment(), ...options })).rejects.toThrow(message);
    expect(written()).toEqual(before === undefined ? [] : ["Dockerfile"]);
    if (before !== undefined) expect(fs.readFileSync(file("Dockerfile"), "utf8")).toBe(before);
  };

  test("the image doesn't exist.", async () => {
    writeDockerfile(`${registry.host}/base:none`);
    await fails("(MANIFEST_UNKNOWN: manifest unknown). Nothing was written. Check the repository and the tag or digest");
  });

  test("the registry limits pulls.", async () => {
    registry.contents.set("/v2/base/manifests/v1", { status: 429, body: '{"errors":[{"code":"TOOMANYREQUESTS"}]}' });
    writeDockerfile(`${registry.host}/base:v1`);
    await fails("answered 429 to the request for");
  });

  test("the manifest has other bytes than its digest.", async () => {
    const base = image();
    put(registry, base);
    registry.contents.set(`/v2/base/manifests/${base.digest}`, { body: Buffer.concat([base.manifest, Buffer.from(" ")]) });
    writeDockerfile(`${registry.host}/base@${base.digest}`);
    await fails(`instead of ${base.digest}`);
  });

  test("the configuration has other bytes than its digest.", async () => {
    const base = image();
    put(registry, base);
    registry.contents.set(`/v2/base/blobs/${sha256(base.config)}`, { body: "{}" });
    writeDockerfile(`${registry.host}/base:v1`);
    await fails(`instead of ${sha256(base.config)}`);
  });

  test("the image is for another platform.", async () => {
    const base = image("arm64");
    put(registry, base);
    writeDockerfile(`${registry.host}/base:v1`);
    await fails("is an image for linux/arm64. Azure Machine Learning requires linux/amd64");
  });

  test("the registry redirects to another machine without HTTPS.", async () => {
    registry.contents.set("/v2/base/manifests/v1", { status: 302, body: "", headers: { location: "http://storage.example.com/x" } });
    writeDockerfile(`${registry.host}/base:v1`);
    await fails("refers to storage.example.com without HTTPS");
  });

  test("the registry redirects without end.", async () => {
    registry.contents.set("/v2/base/manifests/v1", { status: 302, body: "", headers: { location: "/v2/base/manifests/v1" } });
    writeDockerfile(`${registry.host}/base:v1`);
    await fails("answered 302");
  });

  test("the registry is not reachable.", async () => {
    const { host } = registry;
    await registry.close();
    writeDockerfile(`${host}/base:v1`);
    await fails(`${host} is not reachable from this machine (ECONNREFUSED). Nothing was written.`);
    registry = await serveRegistry();
  });

  test.each([
    ["FROM python:3.11\n", "the base image is python:3.11. Allowed: <registry>/<repository>@sha256:"],
    ["FROM ${BASE}\n", "the base image is ${BASE}, which no ARG before it sets."],
    ["USER 1\n", "has no FROM instruction."],
    ["", "has no FROM instruction."],
  ])("the Dockerfile is %j.", async (text, message) => {
    fs.writeFileSync(file("Dockerfile"), text);
    await fails(message);
  });

  test("there is no Dockerfile.", () => fails("Dockerfile does not exist. Use a folder that contains a Dockerfile"));

  test("--image is not a reference.", async () => {
    writeDockerfile(`${registry.host}/base:v1`);
    await fails('--image is "vllm". Allowed:', { image: "vllm" });
  });

  test("a file can't be written: none is changed.", async () => {
    put(registry, image());
    writeDockerfile(`${registry.host}/base:v1`);
    fs.writeFileSync(file("base"), "a file");
    await expect(renewBase({ folder, environment: environment() })).rejects.toThrow("EEXIST");
    expect(written()).toEqual(["Dockerfile", "base"]);
    expect(fs.readFileSync(file("Dockerfile"), "utf8")).toContain("base:v1");
  });
});
