/**
 * Tests `npm run lock` with each form of an image, offline and before the registry exists. Doesn't prove that the images can be published.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { type LockArguments, lock } from "../../../cli/lock";
import { type LockEntry, readLock } from "../../../config/lockFile";
import { imageText } from "../../../planner/image";
import { layerFolder, removeFolders as removeLayers, savedFiles } from "../../planner/image/layerFolder";
import { type Folder, removeFolders, shippedFolder } from "./shipped";

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  jest.spyOn(console, "log").mockImplementation((line: string) => printed.push(line));
});

afterEach(() => {
  jest.restoreAllMocks();
});

afterAll(() => {
  removeFolders();
  removeLayers();
});

const digest = `sha256:${"cd".repeat(32)}`;
const main = ["moor:endpoints", "chat", "deployments", "main"];
/** Nothing listens on this port, so that any request to Hugging Face fails. */
const run = (folder: Folder, args: Partial<LockArguments> = {}) =>
  lock({ stack: "prod", folder: folder.path, hub: "http://127.0.0.1:9", ...args });
const refusal = (folder: Folder, args: Partial<LockArguments> = {}) => run(folder, args).then(() => "", String);

function entry(folder: Folder, endpoint = "chat", label = "main"): LockEntry {
  const read = readLock("prod", folder.lockText());
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.lock.endpoints[endpoint]![label]!;
}

/** Adds the folder layers/vllm, whose image is a layered one. */
function withLayer(folder: Folder): Folder {
  const base = savedFiles();
  fs.cpSync(layerFolder(["COPY start.sh /opt/moor/"], { "start.sh": "exec true\n" }, base), path.join(folder.path, "layers/vllm"), {
    recursive: true,
  });
  return folder;
}

const change = (folder: Folder, file: string) => fs.appendFileSync(path.join(folder.path, file), "# changed\n");

test.each<[string, unknown, string]>([
  ["a digest", `moor/vllm@${digest}`, `moor/vllm@${digest}`],
  ["an import", { import: `docker.io/vllm/vllm-openai@${digest}` }, `vllm/vllm-openai@${digest}`],
  ["a layer", { layer: "layers/vllm" }, "moor/vllm@sha256:"],
  ["a build", { build: "docker/vllm" }, "moor/vllm:moor-"],
])("%s is locked without a registry, and locking it again changes nothing", async (_, image, text) => {
  const folder = withLayer(shippedFolder());
  folder.removeLock();
  folder.edit([["moor:images", "vllm"], image]);
  await run(folder);
  const { wish, current } = entry(folder);
  expect(wish.image).toBe(imageText(current.image));
  expect(wish.image).toContain(text);
  const once = folder.lockText();
  await run(folder);
  expect(folder.lockText()).toBe(once);
  await run(folder, { check: true });
});

test("moving from the digest of an image to its import changes nothing", async () => {
  const folder = shippedFolder();
  folder.edit([["moor:images", "vllm"], `vllm/vllm-openai@${digest}`]);
  await run(folder);
  const before = folder.lockText();
  folder.edit([["moor:images", "vllm"], { import: `docker.io/vllm/vllm-openai@${digest}` }]);
  await run(folder);
  expect(folder.lockText()).toBe(before);
});

test("moving from a layered image to its digest changes the requirements, but not the deployment", async () => {
  const folder = withLayer(shippedFolder());
  folder.edit([["moor:images", "vllm"], { layer: "layers/vllm" }]);
  await run(folder);
  const before = entry(folder);
  folder.edit([["moor:images", "vllm"], imageText(before.current.image)]);
  await run(folder);
  const after = entry(folder);
  expect(after.current).toEqual(before.current);
  expect(after.previous).toEqual(before.previous);
  expect(Object.keys(before.wish).filter((key) => !(key in after.wish))).toEqual([
    "image.layer",
    "image.base",
    "image.baseConfig",
    "image.files.start.sh",
  ]);
});

test("the differences of an image are listed with short digests", async () => {
  const folder = withLayer(shippedFolder());
  const listed = () => printed.filter((line) => line.startsWith("chat/main ") && line.includes("image"));
  const hash = "(?:sha256:)?[0-9a-f]{12}…";
  folder.edit([["moor:images", "vllm"], { layer: "layers/vllm" }]);
  await run(folder);
  printed.length = 0;
  change(folder, "layers/vllm/start.sh");
  await run(folder);
  expect(listed()).toEqual([
    expect.stringMatching(`^chat/main requirement image: "moor/vllm@${hash}" → "moor/vllm@${hash}"$`),
    expect.stringMatching(`^chat/main requirement image\\.files\\.start\\.sh: "${hash} 0644" → "${hash} 0644"$`),
    expect.stringMatching(`^chat/main image\\.digest: "${hash}" → "${hash}"$`),
  ]);
});

test("a mistake in the files of an image is an error at its setting", async () => {
  const folder = withLayer(shippedFolder());
  fs.appendFileSync(path.join(folder.path, "layers/vllm/Dockerfile"), "RUN true\n");
  folder.edit([["moor:images", "vllm"], { layer: "layers/vllm" }]);
  expect(await refusal(folder)).toMatch(/MOOR241 moor:images\.vllm\.layer\n .*line 3/);
});

describe("the digest of an image that `npm run image` built", () => {
  const recorded = (folder: Folder) => folder.editLock([["endpoints", "chat", "main", "current", "image", "digest"], digest]);

  test("stays in the lock file while its inputs are the same, and applies to all deployments with the image", async () => {
    const folder = shippedFolder();
    recorded(folder);
    folder.edit([[...main, "vllm", "concurrencyPerInstance"], 32]);
    await run(folder);
    const { current, previous } = entry(folder);
    expect([current.image.digest, previous?.image.digest]).toEqual([digest, digest]);
    expect(entry(folder, "chat", "candidate").current.image.digest).toBe(digest);
    expect(entry(folder, "fraud").current.image).not.toHaveProperty("digest");
  });

  test("is not used for other inputs, and is used again when the inputs are restored", async () => {
    const folder = shippedFolder();
    recorded(folder);
    const file = path.join(folder.path, "docker/vllm/entrypoint.sh");
    const text = fs.readFileSync(file, "utf8");
    change(folder, "docker/vllm/entrypoint.sh");
    await run(folder);
    expect(entry(folder).current.image).not.toHaveProperty("digest");
    expect(entry(folder).previous?.image.digest).toBe(digest);
    fs.writeFileSync(file, text);
    await run(folder);
    expect(entry(folder).current.image.digest).toBe(digest);
  });
});

describe("a rollback to another image", () => {
  test("is possible if the previous image is layered, because its digest is known", async () => {
    const folder = withLayer(shippedFolder());
    folder.edit([["moor:images", "vllm"], { layer: "layers/vllm" }]);
    await run(folder);
    const before = entry(folder).current;
    change(folder, "layers/vllm/start.sh");
    await run(folder);
    await run(folder, { rollback: "chat/main" });
    expect(entry(folder).current).toEqual(before);
  });

  test("is rejected if `pulumi up` built the previous image, with the way to restore it", async () => {
    const folder = shippedFolder();
    const { current: old, wish } = entry(folder);
    const file = path.join(folder.path, "docker/vllm/entrypoint.sh");
    const text = fs.readFileSync(file, "utf8");
    change(folder, "docker/vllm/entrypoint.sh");
    await run(folder);
    const changed = folder.lockText();
    expect(await refusal(folder, { rollback: "chat/main" })).toBe(
      `Error: chat/main can't be rolled back to ${old.name} by this command: \`pulumi up\` built its image ${imageText(old.image)} from files that have changed since. Restore these files with \`git checkout <commit> -- <folder>\`, and run \`npm run lock -- -s prod\`. The deployment then has the name ${old.name} again, and \`pulumi up\` uses the image that is in the registry.`,
    );
    expect(folder.lockText()).toBe(changed);
    fs.writeFileSync(file, text);
    await run(folder);
    expect(entry(folder).current).toEqual(old);
    expect(entry(folder).wish).toEqual(wish);
  });

  test("is possible if the previous deployment is kept, or if the digest is recorded", async () => {
    for (const prepare of [
      (folder: Folder) => folder.edit([[...main, "keepPrevious"], true]),
      (folder: Folder) => folder.editLock([["endpoints", "chat", "main", "current", "image", "digest"], digest]),
    ]) {
      const folder = shippedFolder();
      prepare(folder);
      const { current: old } = entry(folder);
      change(folder, "docker/vllm/entrypoint.sh");
      await run(folder);
      await run(folder, { rollback: "chat/main" });
      expect(entry(folder).current).toEqual(old);
      expect(entry(folder).rolledBack).toBe(true);
    }
  });
});
