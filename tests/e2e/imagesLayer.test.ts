// Proves with the real engine and real registries that dev answers a request with a layered image after one `up`, through the registry's
// API and through a task; that preview, lock file, environment version and registry have one digest; that preview and lock make no request
// for images; and that a changed byte is rolled out as a new deployment. Doesn't prove that Azure runs the task: the local Azure does.
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { layeredImage } from "../../planner/image";
import { acceptances } from "../support/acceptances";
import { describeWithPrograms } from "../support/programs";
import {
  askChat,
  digestInRegistry,
  environmentImages,
  expectNothingMore,
  expectRollout,
  type ImageSandbox,
  openImageSandbox,
  registryRequests,
  sentImages,
  up,
  writtenManifests,
} from "./imagesSupport";
import { candidate, weight } from "./rolloutEdits";
import { moor } from "./rolloutSupport";
import type { Change } from "./sandbox";

jest.setTimeout(600_000);

type Via = "registry" | "task";

/** A registry whose tasks bypass its network rules is a finding. */
const taskAccess: Change[] = [
  [["moor:platform", "networkRuleBypassAllowedForTasks"], true],
  [["moor:accept"], acceptances("MOOR425", "MOOR444")],
];

const changes = (via: Via): Change[] => [[["moor:images", "vllm"], { layer: "docker/vllm", via }], ...(via === "task" ? taskAccess : [])];

/** What one publication sends to Azure Resource Manager and the data plane, apart from uploads of blobs. */
const publication: Record<Via, RegExp[]> = {
  registry: [/^POST \S+\/importImage 202$/, /^PUT \/data\/\S+\/manifests\/moor-[0-9a-f]{16} 201$/],
  // The task writes the manifest.
  task: [/^POST \S+\/importImage 202$/, /^POST \S+\/scheduleRun 200$/, /^PUT \/data\/\S+\/manifests\/moor-[0-9a-f]{16} 201$/],
};

describeWithPrograms(["docker-registry"], "a layered image reaches the registry", () => {
  describe.each<Via>(["registry", "task"])("via: %s", (via) => {
    let sandbox: ImageSandbox;
    const digest = () => layeredImage(path.join(sandbox.folder, "docker", "vllm")).manifest.digest;
    beforeAll(async () => {
      sandbox = await openImageSandbox();
    });
    afterAll(() => sandbox?.close());

    test("preview and lock know the digest without a request", async () => {
      sandbox.set([...changes(via), [["moor:lock"], undefined]]);
      const before = await registryRequests(sandbox);
      const locked = await moor(sandbox, "lock", "-s", "dev");
      expect(locked).toMatchObject({ code: 0 });
      const { endpoints } = parse(fs.readFileSync(path.join(sandbox.folder, "moor.lock.dev.yaml"), "utf8"));
      expect(endpoints.chat.main.current.image).toEqual({ repository: "moor/vllm", digest: digest() });
      const preview = await sandbox.run("preview", "dev");
      expect(preview).toMatchObject({ code: 0 });
      expect(preview.output).toContain(endpoints.chat.main.current.name);
      expect(await registryRequests(sandbox)).toBe(before);
      expect((await sentImages(sandbox)).arm).toEqual([]);
      fs.rmSync(path.join(sandbox.folder, "moor.lock.dev.yaml"));
    });

    test("one `up` publishes it once for two deployments, and dev answers", async () => {
      sandbox.set([...changes(via), weight(90), candidate(10)]);
      await up(sandbox);
      const images = await environmentImages(sandbox);
      expect(images).toEqual([expect.stringMatching(new RegExp(`^cr\\w+\\.azurecr\\.io/moor/vllm@${digest()}$`))]);
      expect(await digestInRegistry(sandbox, images[0]!)).toBe(digest());
      expect(await askChat(sandbox)).toMatchObject({ status: 200, text: expect.stringContaining("Stand-in answer") });
      const { arm } = await sentImages(sandbox);
      expect(arm.filter((line) => !line.includes("/blobs/"))).toEqual(publication[via].map((line) => expect.stringMatching(line)));
      const manifests = await writtenManifests(sandbox);
      expect(new Set(manifests).size).toBe(manifests.length);
    });

    test("a second preview and a second `up` send nothing", () => expectNothingMore(sandbox));

    test("a changed byte gives new deployments next to the old ones, then their traffic, then the deletion", async () => {
      await expectRollout(sandbox);
      await expectNothingMore(sandbox);
    });

    test("`destroy` doesn't need the folders, and leaves no task and no role assignment", async () => {
      fs.rmSync(path.join(sandbox.folder, "docker"), { recursive: true });
      expect(await sandbox.run("destroy", "dev")).toMatchObject({ code: 0 });
      expect(sandbox.resources().filter((id) => !/\/deleted(vaults|workspaces)\//.test(id))).toEqual([]);
    });
  });
});
