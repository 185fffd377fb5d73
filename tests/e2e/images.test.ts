// Proves with the real engine and real registries that dev answers a request after one `up` with an image that is in the registry, and with
// one that Azure copies from another registry; that each image is published once; and that a second `up` sends nothing. Doesn't prove how
// long Azure takes for 11 GB, or that Docker Hub accepts its requests.
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { acceptances } from "../support/acceptances";
import { describeWithPrograms } from "../support/programs";
import {
  askChat,
  digestInRegistry,
  environmentImages,
  expectNothingMore,
  type ImageSandbox,
  openImageSandbox,
  outsideRepository,
  registryRequests,
  sentImages,
  up,
  writtenManifests,
} from "./imagesSupport";
import { candidate, weight } from "./rolloutEdits";
import { type Change, openSandbox } from "./sandbox";

jest.setTimeout(600_000);

const group = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/hub";
const central = `${group}/providers/Microsoft.ContainerRegistry/registries/hubcentral`;

describeWithPrograms(["docker-registry"], "images reach a registry of Azure", () => {
  let sandbox: ImageSandbox;
  beforeEach(async () => {
    sandbox = await openImageSandbox();
  });
  afterEach(() => sandbox.close());

  test("a digest that is in an adopted registry is used as it is: nothing is published", async () => {
    const { base } = sandbox;
    await adoptRegistry();
    sandbox.set([
      [["moor:platform", "imageRegistry"], central],
      [["moor:images", "vllm"], `team/model@${base.digest}`],
      // The registry of the other team allows exports.
      [["moor:accept"], acceptances("MOOR416", "MOOR425")],
    ]);
    const before = await sentImages(sandbox);
    await up(sandbox);
    expect(await environmentImages(sandbox)).toEqual([`hubcentral.azurecr.io/team/model@${base.digest}`]);
    expect(await askChat(sandbox)).toMatchObject({ status: 200, text: expect.stringContaining("Stand-in answer") });
    expect(await sentImages(sandbox)).toEqual(before);
    await expectNothingMore(sandbox);
  });

  /** A registry of another team that has the stand-in base as `team/model`. */
  async function adoptRegistry(): Promise<void> {
    const { arm, base } = sandbox;
    const place = { location: "swedencentral" };
    expect((await arm("PUT", group, "2024-03-01", place)).status).toBe(201);
    const body = { ...place, sku: { name: "Premium" }, properties: { publicNetworkAccess: "Enabled" } };
    const asked = await arm("PUT", central, "2023-01-01-preview", body);
    expect(asked.status).toBe(201);
    await fetch(asked.headers.get("azure-asyncoperation")!);
    const imported = await arm("POST", `${central}/importImage`, "2025-11-01", {
      source: { registryUri: "docker.io", sourceImage: `${outsideRepository}@${base.digest}` },
      targetTags: ["team/model:1"],
      mode: "NoForce",
    });
    expect(imported.status).toBe(202);
    while ((await fetch(imported.headers.get("location")!)).status === 202) await sleep(20);
  }

  test("an import needs only one `up`: Azure copies the image once for two deployments, by digest", async () => {
    const { base, outside } = sandbox;
    const image: Change = [["moor:images", "vllm"], { import: `docker.io/${outsideRepository}@${base.digest}` }];
    sandbox.set([image, weight(90), candidate(10)]);
    const before = await registryRequests(sandbox);
    const preview = await sandbox.run("preview", "dev");
    expect({ ...preview }).toMatchObject({ code: 0 });
    expect(await registryRequests(sandbox)).toBe(before);

    await up(sandbox);
    const [environment, ...others] = await environmentImages(sandbox);
    expect([environment, others]).toEqual([
      expect.stringMatching(new RegExp(`^cr\\w+\\.azurecr\\.io/${outsideRepository}@${base.digest}$`)),
      [],
    ]);
    expect(await digestInRegistry(sandbox, environment!)).toBe(base.digest);
    expect(await askChat(sandbox)).toMatchObject({ status: 200, text: expect.stringContaining("Stand-in answer") });
    const { arm } = await sentImages(sandbox);
    expect(arm).toEqual([expect.stringMatching(/^POST \S+\/registries\/cr\w+\/importImage 202$/)]);
    const reads = (await outside.requests()).filter(({ method, path: target }) => method === "GET" && target.includes("/manifests/"));
    expect(reads).toHaveLength(1);
    expect((await outside.writes()).filter(({ status }) => status >= 400)).toEqual([]);
    expect(new Set(await writtenManifests(sandbox)).size).toBe((await writtenManifests(sandbox)).length);
    await expectNothingMore(sandbox);

    // The state is enough for `destroy`.
    fs.rmSync(path.join(sandbox.folder, "docker"), { recursive: true });
    expect(await sandbox.run("destroy", "dev")).toMatchObject({ code: 0 });
    expect(sandbox.resources().filter((id) => !/\/deleted(vaults|workspaces)\//.test(id))).toEqual([]);
  });

  test("a digest that the other registry doesn't have is an error that names the image, and the next `up` goes on", async () => {
    const missing = `sha256:${"ab".repeat(32)}`;
    sandbox.set([[["moor:images", "vllm"], { import: `docker.io/${outsideRepository}@${missing}` }]]);
    const { code, output } = await sandbox.run("up", "dev");
    expect(code).not.toBe(0);
    expect(output).toContain(`docker.io/${outsideRepository}@${missing}`);
    expect(await environmentImages(sandbox)).toEqual([]);
    sandbox.set([[["moor:images", "vllm"], { import: `docker.io/${outsideRepository}@${sandbox.base.digest}` }]]);
    await up(sandbox);
    expect(await askChat(sandbox)).toMatchObject({ status: 200 });
  });
});

test("without an outside registry, the local Azure records an import without bytes, and dev answers", async () => {
  const sandbox = await openSandbox();
  try {
    const stackFile = sandbox.edit("dev", [[["moor:images", "vllm"], { import: `docker.io/library/any@sha256:${"ab".repeat(32)}` }]]);
    const { code, output } = await sandbox.run("up", "dev", { stackFile });
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(await askChat(sandbox)).toMatchObject({ status: 200 });
  } finally {
    await sandbox.close();
  }
});
