// Proves with the real engine and a real registry that `pulumi up` builds an image from a Dockerfile, pushes it and deploys its digest, once
// for two deployments; that a second `up` builds and sends nothing; and that a changed byte is rolled out as a new deployment. buildah builds
// in place of Docker where the base is on this machine. Doesn't prove anything about the real provider plugin of Docker.
import * as fs from "node:fs";
import * as path from "node:path";
import { describeWithDockerRegistry } from "../support/dockerRegistry";
import {
  askChat,
  digestInRegistry,
  environmentImages,
  expectNothingMore,
  type ImageSandbox,
  openImageSandbox,
  registryRequests,
  sentImages,
  servingWrites,
  touchEntrypoint,
  up,
  writtenManifests,
} from "./imagesSupport";
import { candidate, weight } from "./rolloutEdits";
import { serving } from "./rolloutSupport";
import type { Change } from "./sandbox";

jest.setTimeout(600_000);

const build: Change = [["moor:images", "vllm"], { build: "docker/vllm" }];

describeWithDockerRegistry("an image that is built reaches the registry", () => {
  let sandbox: ImageSandbox;
  beforeAll(async () => {
    sandbox = await openImageSandbox();
  });
  afterAll(() => sandbox?.close());

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
  });

  test("a second preview and a second `up` build and send nothing", () => expectNothingMore(sandbox));

  test("a changed byte gives a new deployment next to the old one, then its traffic, then the deletion", async () => {
    sandbox.set([build]);
    await up(sandbox);
    const [old] = (await serving(sandbox)).deployments;
    const before = servingWrites(sandbox).length;
    touchEntrypoint(sandbox, "changed");
    await up(sandbox);
    const { traffic, deployments } = await serving(sandbox);
    const [changed] = deployments;
    expect(changed).not.toBe(old);
    expect({ traffic, deployments }).toEqual({ traffic: { [changed!]: 100 }, deployments: [changed] });
    expect(servingWrites(sandbox).slice(before)).toEqual([
      `create ${changed}`,
      `traffic ${JSON.stringify({ [changed!]: 100 })}`,
      `delete ${old}`,
    ]);
    expect(await writtenManifests(sandbox)).toHaveLength(2);
    await expectNothingMore(sandbox);
  });

  test("`destroy` doesn't need the folders", async () => {
    fs.rmSync(path.join(sandbox.folder, "docker"), { recursive: true });
    expect(await sandbox.run("destroy", "dev")).toMatchObject({ code: 0 });
    expect(sandbox.resources().filter((id) => !/\/deleted(vaults|workspaces)\//.test(id))).toEqual([]);
  });
});
