// Proves with the real engine and a real registry that `pulumi up` builds an image from a Dockerfile, pushes it and deploys its digest, once
// for two deployments; that a second `up` builds and sends nothing; and that a changed byte is rolled out as a new deployment. buildah builds
// in place of Docker. Doesn't prove anything about the real provider plugin of Docker.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describeWithPrograms } from "../support/programs";
import {
  askChat,
  digestInRegistry,
  environmentImages,
  expectNothingMore,
  expectRollout,
  type ImageSandbox,
  manifestPath,
  openImageSandbox,
  outsideRepository,
  readRegistry,
  registryRequests,
  sentImages,
  up,
  writtenManifests,
} from "./imagesSupport";
import { candidate, weight } from "./rolloutEdits";
import { type Change, openSandbox } from "./sandbox";

jest.setTimeout(600_000);

const build: Change = [["moor:images", "vllm"], { build: "docker/vllm" }];

describeWithPrograms(["docker-registry", "buildah"], "an image that is built reaches the registry", () => {
  let sandbox: ImageSandbox;
  /** Storage of buildah. */
  const storage = fs.mkdtempSync(path.join(os.tmpdir(), "moor-buildah-"));
  const buildah = (...args: string[]) => {
    const roots = ["--root", `${storage}/storage`, "--runroot", `${storage}/run`];
    const env = {
      ...process.env,
      STORAGE_DRIVER: "vfs",
      BUILDAH_ISOLATION: "chroot",
      CONTAINERS_REGISTRIES_CONF: `${storage}/registries.conf`,
    };
    const { status, stdout, stderr } = spawnSync("buildah", [...roots, ...args], { encoding: "utf8", env });
    if (status !== 0) throw new Error(`buildah ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  beforeAll(async () => {
    // The local provider of Docker runs in this process.
    process.env.MOOR_BUILDAH_ROOT = storage;
    sandbox = await openImageSandbox();
    const mirror = `[[registry]]\nprefix = "docker.io"\nlocation = "${new URL(sandbox.outside.url).host}"\ninsecure = true\n`;
    fs.writeFileSync(`${storage}/registries.conf`, mirror);
    buildah("pull", "--quiet", `docker.io/${outsideRepository}@${sandbox.base.digest}`);
  });
  afterAll(async () => {
    delete process.env.MOOR_BUILDAH_ROOT;
    await sandbox?.close();
    fs.rmSync(storage, { recursive: true, force: true });
  });

  test("a preview builds and sends nothing", async () => {
    sandbox.set([build, weight(90), candidate(10)]);
    const before = await registryRequests(sandbox);
    expect(await sandbox.run("preview", "dev")).toMatchObject({ code: 0 });
    expect(await registryRequests(sandbox)).toBe(before);
    expect((await sentImages(sandbox)).arm).toEqual([]);
  });

  test("one `up` from inside publishes it once for two deployments, and dev answers", async () => {
    await up(sandbox);
    const images = await environmentImages(sandbox);
    expect(images).toEqual([expect.stringMatching(/^cr\w+\.azurecr\.io\/moor\/vllm@sha256:[0-9a-f]{64}$/)]);
    expect(await digestInRegistry(sandbox, images[0]!)).toBe(images[0]!.split("@")[1]);
    expect(await askChat(sandbox)).toMatchObject({ status: 200, text: expect.stringContaining("Stand-in answer") });
    const manifests = await writtenManifests(sandbox);
    expect(manifests).toEqual([expect.stringMatching(/\/moor\/vllm\/manifests\/moor-[0-9a-f]{16}$/)]);
    expect(await filesAdded(images[0]!)).toContain("opt/moor/entrypoint.sh");
  });

  /** The files of the last layer of an image in the registry. */
  async function filesAdded(image: string): Promise<string[]> {
    const { layers } = (await (await readRegistry(sandbox, manifestPath(image))).json()) as { layers: { digest: string }[] };
    const blob = await readRegistry(sandbox, `${image.split("@")[0]}/blobs/${layers.at(-1)!.digest}`);
    const list = spawnSync("tar", ["--list", "--gzip"], { input: new Uint8Array(await blob.arrayBuffer()), encoding: "utf8" });
    return list.stdout.split("\n");
  }

  test("a second preview and a second `up` build and send nothing", () => expectNothingMore(sandbox));

  test("a changed byte gives new deployments next to the old ones, then their traffic, then the deletion", async () => {
    await expectRollout(sandbox);
    expect(await writtenManifests(sandbox)).toHaveLength(2);
    await expectNothingMore(sandbox);
  });

  test("`destroy` doesn't need the folders", async () => {
    fs.rmSync(path.join(sandbox.folder, "docker"), { recursive: true });
    expect(await sandbox.run("destroy", "dev")).toMatchObject({ code: 0 });
    expect(sandbox.resources().filter((id) => !/\/deleted(vaults|workspaces)\//.test(id))).toEqual([]);
  });
});

test("where nothing can build, `up` says so, and dev answers with an image that is only recorded", async () => {
  process.env.MOOR_BUILDAH_ROOT = fs.mkdtempSync(path.join(os.tmpdir(), "moor-buildah-"));
  const sandbox = await openSandbox();
  try {
    const { code, output } = await sandbox.run("up", "dev", { stackFile: sandbox.edit("dev", [build]) });
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/nothing was built/i) });
    expect(await askChat(sandbox)).toMatchObject({ status: 200 });
  } finally {
    await sandbox.close();
    fs.rmSync(process.env.MOOR_BUILDAH_ROOT, { recursive: true });
    delete process.env.MOOR_BUILDAH_ROOT;
  }
});
