// Proves when the digest of an image changes, and what is pushed where nothing can be built. Real builds: dockerBuild.test.ts.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerProvider } from "../../../azure-local/providers/docker";
import { type Properties, secret, UNKNOWN } from "../../../azure-local/providers/wire";

const provider = dockerProvider({}).configure({});
const base = { urn: "u", name: "n", type: "docker:index/image:Image" };
let context: string;

beforeEach(() => {
  context = mkdtempSync(join(tmpdir(), "moor-docker-"));
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
});
afterEach(() => rmSync(context, { recursive: true, force: true }));

const image = (more: Properties = {}): Properties => ({
  imageName: "acr.azurecr.io:443/vllm:1",
  build: { context, args: { A: "1" }, platform: "linux/amd64", ...more },
  registry: { server: "acr.azurecr.io", password: secret("hunter2") },
});
const create = (inputs: Properties, preview = false) => provider.create({ ...base, inputs, preview, timeout: 0 });
const check = (news: Properties) => provider.check({ ...base, olds: {}, news, randomSeed: new Uint8Array() });
const digest = async (inputs: Properties) => String((await create((await check(inputs)).inputs)).state.repoDigest);

test("the digest contains the repository with its port and without the tag", async () => {
  expect(await digest(image())).toMatch(/^acr\.azurecr\.io:443\/vllm@sha256:[0-9a-f]{64}$/);
});

test("a preview does not contain the digest, because only the build has it", async () => {
  expect((await create(image(), true)).state).toMatchObject({ repoDigest: UNKNOWN, imageName: "acr.azurecr.io:443/vllm:1" });
});

test("ignored files don't change the digest", async () => {
  writeFileSync(join(context, ".dockerignore"), "*.md\n");
  const first = await digest(image());
  writeFileSync(join(context, "README.md"), "x");
  expect(await digest(image())).toBe(first);
});

test("a preview of an image with an unknown name contains only unknown values", async () => {
  const { state } = await create({ ...image(), imageName: UNKNOWN }, true);
  expect(state.repoDigest).toBe(UNKNOWN);
  expect(JSON.stringify(state)).not.toContain("hunter2");
});

test("the digest changes with a file, an argument and the platform, and not with the time or the .git folder", async () => {
  const first = await digest(image());
  expect(await digest(image())).toBe(first);
  mkdirSync(join(context, ".git"));
  writeFileSync(join(context, ".git", "HEAD"), "x");
  expect(await digest(image())).toBe(first);
  expect(await digest(image({ args: { A: "2" } }))).not.toBe(first);
  expect(await digest(image({ platform: "linux/arm64" }))).not.toBe(first);
  writeFileSync(join(context, "start.sh"), "exec vllm\n");
  expect(await digest(image())).not.toBe(first);
});

test("a changed file is a difference, new credentials are not", async () => {
  const before = (await check(image())).inputs;
  const credentials = { ...before, registry: { server: "acr.azurecr.io", password: "other" } };
  expect(provider.diff({ ...base, oldInputs: before, news: credentials, ignoreChanges: [] }).differences.size).toBe(0);
  writeFileSync(join(context, "Dockerfile"), "FROM busybox\n");
  const after = (await check(image())).inputs;
  expect([...provider.diff({ ...base, oldInputs: before, news: after, ignoreChanges: [] }).differences.keys()]).toEqual(["build"]);
});

test("the same files in another folder are no difference, other files are", async () => {
  const before = (await check(image())).inputs;
  const moved = mkdtempSync(join(tmpdir(), "moor-docker-"));
  try {
    writeFileSync(join(moved, "Dockerfile"), "FROM scratch\n");
    const same = (await check(image({ context: moved, dockerfile: join(moved, "Dockerfile") }))).inputs;
    expect([...provider.diff({ ...base, oldInputs: before, news: same, ignoreChanges: [] }).differences.keys()]).toEqual([]);
    writeFileSync(join(moved, "Dockerfile"), "FROM busybox\n");
    const other = (await check(image({ context: moved, dockerfile: join(moved, "Dockerfile") }))).inputs;
    expect([...provider.diff({ ...base, oldInputs: before, news: other, ignoreChanges: [] }).differences.keys()]).toEqual(["build"]);
  } finally {
    rmSync(moved, { recursive: true });
  }
});

test("the state contains no credentials", async () => {
  expect(JSON.stringify((await create(image())).state)).not.toContain("hunter2");
});

test("a missing context is reported in a preview", async () => {
  const { failures } = await check({ imageName: "a/b:1", build: { context: join(context, "none") } });
  expect(failures).toEqual([`build context '${join(context, "none")}' does not exist: set build.context to a folder`]);
});
