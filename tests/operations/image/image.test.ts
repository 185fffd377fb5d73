// Proves how `npm run image` creates, runs and removes a task, with a stand-in for Azure Resource Manager that responds as specified.
// Doesn't prove that Azure runs the task: see docs/images.md.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Lock } from "../../../config/lockFile";
import { type BuildImagesOptions, buildImages, type ImageToBuild } from "../../../operations/image";
import { startedMark } from "../../../operations/image/taskFile";
import { memoryStack } from "../memoryStack";
import { type FakeTasks, group, registryId, serveTasks } from "./fakeTasks";
import { lockWith, withPrevious } from "./sampleLock";

const [inputs, digest, other] = ["a", "d", "e"].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string, string];
const reference = { repository: "moor/score", inputs };
const resource = (type: string, id: string) => ({ urn: `urn:${type}`, custom: true, type: `azure-native:${type}`, id });
const created = [resource("resources:ResourceGroup", group), resource("containerregistry:Registry", registryId)];

let azure: FakeTasks;
let folder: string;
let said: string[];
let recorded: [string, string][];
let image: ImageToBuild;
/** Seconds that the clock has advanced. */
let slept: number;

beforeEach(async () => {
  azure = await serveTasks();
  azure.results = [{ status: "Succeeded", log: startedMark, digest }];
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-image-"));
  fs.writeFileSync(path.join(folder, "Dockerfile"), "FROM x\n");
  [said, recorded, slept] = [[], [], 0];
  image = { reference, context: folder, dockerfile: path.join(folder, "Dockerfile"), args: {}, setting: "moor:images.score" };
});
afterEach(async () => {
  await azure.close();
  fs.rmSync(folder, { recursive: true });
});

const stack = (resources = created, local = false) => memoryStack({ state: { version: 3, deployment: { resources } }, local });

function options(changes: Partial<BuildImagesOptions> = {}): BuildImagesOptions {
  return {
    ...{ azure: azure.azure, images: [image], lock: lockWith(reference), force: false },
    manifestExists: async () => "unknown",
    record: ({ repository }, found) => recorded.push([repository, found]),
    report: (line) => said.push(line),
    clock: {
      now: () => slept * 1000,
      sleep: async (seconds) => {
        slept += seconds;
      },
    },
    ...changes,
  };
}

const build = (changes?: Partial<BuildImagesOptions>, resources = created) => buildImages(stack(resources), options(changes));
const task = expect.stringMatching(/^PUT tasks\/moor-build-prod-[0-9a-f]{8}-[0-9a-f]{8}$/);
const lifecycle = [
  task,
  expect.stringMatching(/^PUT roleAssignments\/[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
  "POST scheduleRun",
  expect.stringMatching(/^DELETE roleAssignments\//),
  expect.stringMatching(/^DELETE tasks\//),
];

test("The task is created, receives AcrPush, runs once, and is removed with its role. The digest is recorded.", async () => {
  const bodies: unknown[] = [];
  await build({ record: (_, found) => bodies.push(found, ...[...azure.resources.values()].map((body) => body.properties)) });
  expect(azure.writes).toEqual(lifecycle);
  expect(azure.resources.size).toBe(0);
  expect(bodies).toEqual([
    digest,
    expect.objectContaining({ timeout: 28_800 }),
    {
      roleDefinitionId:
        "/subscriptions/11111111-1111-4111-8111-111111111111/providers/Microsoft.Authorization/roleDefinitions/8311e382-0749-4cb8-b61a-304f252e45ec",
      principalId: expect.stringMatching(/^principal-of-moor-build-prod-/),
      principalType: "ServicePrincipal",
    },
  ]);
  expect(said.at(-1)).toBe(`Built moor/score@${digest}.`);
});

test("If the result names no image, the digest is read from the log.", async () => {
  azure.results = [{ status: "Succeeded", log: `${startedMark}\nmoor-aaaaaaaaaaaaaaaa: digest: ${other} size: 1234\n` }];
  await build();
  expect(recorded).toEqual([["moor/score", other]]);
});

test("Without a digest, the build is an error, and nothing is left.", async () => {
  azure.results = [{ status: "Succeeded", log: startedMark }];
  await expect(build()).rejects.toThrow("Run r1 succeeded, but neither its result nor its log contains the digest");
  expect([recorded, azure.resources.size]).toEqual([[], 0]);
});

test("The reason why the local Azure built nothing is printed instead of the success. In Azure, a line of the build's output means nothing.", async () => {
  const line = "Nothing was built: docker.io/library/python is not on this machine. The digest is a hash of the inputs.";
  azure.results = [{ status: "Succeeded", log: `${startedMark}\n${line}\nRun complete`, digest }];
  await buildImages(stack(created, true), options());
  expect(said.at(-1)).toBe(
    `moor:images.score: ${line} The local copy of the lock file has moor/score@${digest}, an image without content.`,
  );
  await build();
  expect(said.at(-1)).toBe(`Built moor/score@${digest}.`);
});

describe("A failed run", () => {
  test("is an error with the end of its log and without the signed URL, and nothing is left.", async () => {
    azure.results = [{ status: "Failed", log: `${startedMark}\nstep failed: no such file` }];
    const error = await build().catch((caught: Error) => caught.message);
    expect(error).toContain("step failed: no such file");
    expect(error).not.toContain("sig=");
    expect(azure.writes).toEqual(lifecycle);
    expect(azure.resources.size).toBe(0);
  });

  test("before its first step is repeated, because the role takes effect with a delay.", async () => {
    const early = { status: "Failed", log: "failed to login, ran out of retries" } as const;
    azure.results = [early, early, { status: "Succeeded", log: startedMark, digest }];
    await build();
    expect(azure.writes.filter((write) => write === "POST scheduleRun")).toHaveLength(3);
    expect([slept, recorded]).toEqual([60, [["moor/score", digest]]]);
    expect(said).toContain(
      "Run r1 failed before its first step. The role of the task can need some minutes to take effect. Trying again in 30 s.",
    );
  });

  test("before its first step is repeated for 10 minutes only.", async () => {
    azure.results = [{ status: "Failed", log: "failed to login, ran out of retries" }];
    await expect(build()).rejects.toThrow("failed to login, ran out of retries");
    expect([slept, azure.runs.length, azure.resources.size]).toEqual([600, 21, 0]);
  });
});

describe("An image that was built already", () => {
  const built = () => lockWith({ ...reference, digest });

  test.each<[string, boolean | "unknown", string]>([
    ["is in the registry", true, `moor:images.score was already built: moor/score@${digest}. Nothing was sent.`],
    [
      "can't be looked up",
      "unknown",
      "This machine doesn't reach the registry, so its presence was not checked. To build it again, add --force.",
    ],
  ])("and %s is not built again.", async (_, exists, message) => {
    const asked: unknown[] = [];
    await build({
      lock: built(),
      manifestExists: async ({ loginServer }, repository, wanted) => {
        asked.push([loginServer, repository, wanted]);
        return exists;
      },
    });
    expect(asked).toEqual([["acrprod.azurecr.io", "moor/score", digest]]);
    expect([azure.writes, said]).toEqual([[], [expect.stringContaining(message)]]);
  });

  test.each<[string, Partial<BuildImagesOptions>]>([
    ["is no longer in the registry", { manifestExists: async () => false }],
    ["must be built again", { force: true }],
  ])("and %s is built again, even if a run succeeded earlier.", async (_, changes) => {
    await build();
    await build({ lock: built(), ...changes });
    expect(azure.runs).toHaveLength(2);
  });
});

describe("While a deployment with the image exists in Azure,", () => {
  const workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw`;
  const [endpoint, second] = ["chat", "chat2"].map((name) => `${workspace}/onlineEndpoints/${name}`) as [string, string];
  const running = [...created, resource("machinelearningservices:OnlineEndpoint", endpoint)];
  const name = lockWith(reference).endpoints.chat!.main0!.current.name;

  /** Adds a deployment to Azure. */
  function deploy(deployment: string, runs: string | undefined, at = endpoint): void {
    const environmentId = `${workspace}/environments/prod-chat/versions/${deployment}`;
    azure.resources.set(`${at}/deployments`, { value: [{ name: deployment, properties: { environmentId } }] });
    if (runs !== undefined) azure.resources.set(environmentId, { properties: { image: `acrprod.azurecr.io/moor/score@${runs}` } });
  }

  test("its digest is recorded and nothing is built, even if the registry excludes tasks.", async () => {
    deploy(name, digest);
    azure.registry = { ...azure.registry, networkRuleBypassAllowedForTasks: false };
    await build({}, running);
    expect(recorded).toEqual([["moor/score", digest]]);
    expect(azure.writes).toEqual([]);
    expect(said).toEqual([`moor:images.score: the deployment ${name} runs moor/score@${digest}. Nothing is built.`]);
  });

  test.each([
    ["the same digest stays", digest, []],
    ["another digest is replaced", other, [["moor/score", digest]]],
  ])("in the lock file, %s.", async (_, locked, expected) => {
    deploy(name, digest);
    await build({ lock: lockWith({ ...reference, digest: locked }), manifestExists: async () => false }, running);
    expect([recorded, azure.writes]).toEqual([expected, []]);
  });

  test("the digest of a previous decision with the image counts too.", async () => {
    const lock = withPrevious(lockWith(reference), reference, "--enforce-eager");
    deploy(lock.endpoints.chat!.main0!.previous!.name, digest);
    await build({ lock }, running);
    expect([recorded, azure.writes]).toEqual([[["moor/score", digest]], []]);
  });

  const wayOut =
    "The image of a deployment never changes under its name. To build another image, change an input of the build, for example a build argument or " +
    "a comment in the Dockerfile, run `npm run lock -- -s prod`, then run this command again.";

  test("--force is refused.", async () => {
    deploy(name, digest);
    await expect(build({ force: true }, running)).rejects.toThrow(
      `moor:images.score: the deployment ${name} exists and runs this image, so --force is not allowed. ${wayOut}`,
    );
    expect([recorded, azure.writes]).toEqual([[], []]);
  });

  test("an image that can't be read is an error.", async () => {
    deploy(name, undefined);
    await expect(build({}, running)).rejects.toThrow(
      `moor:images.score: the deployment ${name} exists, but Azure doesn't return the digest of its image. ${wayOut}`,
    );
    expect([recorded, azure.writes]).toEqual([[], []]);
  });

  test("two images of deployments on two endpoints are an error.", async () => {
    const lock = withPrevious(lockWith(reference), reference, "--enforce-eager");
    const before = lock.endpoints.chat!.main0!.previous!.name;
    deploy(name, digest);
    deploy(before, other, second);
    const both = [...running, resource("machinelearningservices:OnlineEndpoint", second)];
    await expect(build({ lock }, both)).rejects.toThrow(
      `moor:images.score: the deployment ${name} runs ${digest}, and ${before} runs ${other}. The lock file can contain only one of them. ${wayOut}`,
    );
    expect([recorded, azure.writes]).toEqual([[], []]);
  });

  test("a task that a killed run left is removed.", async () => {
    azure.failures.set("DELETE", 403);
    await build();
    azure.failures.clear();
    azure.writes.length = 0;
    deploy(name, digest);
    await build({ lock: lockWith({ ...reference, digest }) }, running);
    expect(azure.writes).toEqual([expect.stringMatching(/^DELETE roleAssignments\//), expect.stringMatching(/^DELETE tasks\//)]);
  });

  test("but under another name, the image is built.", async () => {
    deploy("main0-00000000", other);
    await build({}, running);
    expect(recorded).toEqual([["moor/score", digest]]);
    expect(azure.writes).toEqual(lifecycle);
  });
});

describe("A killed run", () => {
  /** Leaves what a run left that was killed while its task ran. */
  async function kill(): Promise<void> {
    azure.failures.set("DELETE", 403);
    await build();
    azure.failures.clear();
    azure.writes.length = 0;
  }

  test("that had succeeded is not repeated: the next run takes its result.", async () => {
    await kill();
    expect(azure.resources.size).toBe(2);
    await build();
    expect(azure.writes.filter((write) => write === "POST scheduleRun")).toEqual([]);
    expect([recorded, azure.resources.size]).toEqual([
      [
        ["moor/score", digest],
        ["moor/score", digest],
      ],
      0,
    ]);
  });

  test("of other inputs is removed at the start of the next run.", async () => {
    await kill();
    const changed = { ...reference, inputs: other };
    await build({ images: [{ ...image, reference: changed }], lock: lockWith(changed) });
    expect(azure.writes.slice(0, 3)).toEqual([
      expect.stringMatching(/^DELETE roleAssignments\//),
      expect.stringMatching(/^DELETE tasks\//),
      task,
    ]);
    expect([said.filter((line) => line.startsWith("Removing the task moor-build-prod-")).length, azure.resources.size]).toEqual([1, 0]);
  });

  test("of another stack with the same name and registry is left alone.", async () => {
    await kill();
    const theirs = [resource("resources:ResourceGroup", `${group}-theirs`), created[1]!];
    await build({}, theirs);
    expect(azure.resources.size).toBe(2);
  });
});

test("If the role can't be removed, the task stays, so that the next run finds both.", async () => {
  azure.failures.set("DELETE roleAssignments", 403);
  await build();
  expect(azure.resources.size).toBe(2);
  expect(recorded).toEqual([["moor/score", digest]]);
  expect(said.at(-1)).toMatch(
    /^The task moor-build-prod-\S+ could not be removed\. The next run of this command removes it\. Azure answered 403/,
  );
});

test("If the role can't be assigned, the error names the role, and the task is removed.", async () => {
  azure.failures.set("PUT roleAssignments", 403);
  await expect(build()).rejects.toThrow("Run this command with an identity that can assign roles there");
  expect(azure.resources.size).toBe(0);
});

test("An interrupted build removes its task.", async () => {
  azure.results = [{ status: "Running", log: "" }];
  const interruption = new AbortController();
  const report = (line: string) => {
    said.push(line);
    if (line.startsWith("Run r1")) interruption.abort();
  };
  await expect(build({ report, signal: interruption.signal })).rejects.toThrow("The build was interrupted.");
  expect(azure.resources.size).toBe(0);
});

describe("Refused before anything is sent:", () => {
  const refused = async (message: string, changes: Partial<BuildImagesOptions> = {}, resources = created) => {
    await expect(build(changes, resources)).rejects.toThrow(message);
    expect(azure.writes).toEqual([]);
  };

  test("a stack without a registry", () =>
    refused(
      "The container registry of prod doesn't exist yet. Create the platform first, without the endpoints:\n  npm run platform -- -s prod",
      {},
      [],
    ));

  test("a registry that was deleted", () => {
    azure.registry = undefined;
    return refused(`The container registry ${registryId} doesn't exist in Azure. If it was deleted, run \`pulumi refresh -s prod\``);
  });

  test("a registry that was deleted or excludes tasks, in the local Azure", async () => {
    const local = () => buildImages(stack(created, true), options());
    azure.registry = { ...azure.registry, networkRuleBypassAllowedForTasks: false };
    await expect(local()).rejects.toThrow(
      "run `npm run platform -- -s prod --local`, or `npm run local -- up -s prod` if the stack has endpoints.",
    );
    azure.registry = undefined;
    await expect(local()).rejects.toThrow("run `npm run local -- refresh -s prod`, then `npm run platform -- -s prod --local`.");
    expect(azure.writes).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["whose flag is false", { networkRuleBypassAllowedForTasks: false }, "its property networkRuleBypassAllowedForTasks is not true."],
    [
      "whose flag isn't set",
      { networkRuleBypassAllowedForTasks: undefined },
      "set `networkRuleBypassAllowedForTasks: true` in `moor:platform`",
    ],
    [
      "without trusted services",
      { networkRuleBypassOptions: "None" },
      "its property networkRuleBypassOptions is None. Allowed: AzureServices.",
    ],
    ["with roles per repository", { roleAssignmentMode: "AbacRepositoryPermissions" }, "the role AcrPush has no effect"],
    [
      "with selected networks and no flag",
      { publicNetworkAccess: "Enabled", networkRuleSet: { defaultAction: "Deny" }, networkRuleBypassAllowedForTasks: false },
      "networkRuleBypassAllowedForTasks is not true",
    ],
  ])("a registry %s", (_, properties, message) => {
    azure.registry = { ...azure.registry, ...properties };
    return refused(message);
  });

  test("a stack that builds nothing", () => refused("The stack prod builds no image.", { images: [] }));

  test("an image that no deployment uses", () =>
    refused("No deployment of the stack prod uses an image that is built (moor:images.score).", {
      lock: lockWith({ ...reference, inputs: other }),
    }));

  test("an unknown setting", () =>
    refused('--only is "moor:images.vllm". Allowed: a setting with `build` in the stack file: moor:images.score.', {
      only: "moor:images.vllm",
    }));

  test("a context that is too large", () => {
    const noise = Buffer.from(Array.from({ length: 2_000_000 }, (_, index) => ((index * 2_654_435_761) >>> 13) ^ (index * index)));
    fs.writeFileSync(path.join(folder, "weights.bin"), noise);
    return refused("moor:images.score: the compressed build context has");
  });
});

test("A registry with public access doesn't require networkRuleBypassAllowedForTasks.", async () => {
  azure.registry = { loginServer: "acrprod.azurecr.io", publicNetworkAccess: "Enabled" };
  await build();
  expect(recorded).toHaveLength(1);
});

test("An adopted registry is used instead of one in the state.", async () => {
  await build({ adoptedRegistry: registryId }, [created[0]!]);
  expect(recorded).toHaveLength(1);
});

test("Two settings with one image lead to one build; --only selects one of two images.", async () => {
  const vllm = { ...image, reference: { repository: "moor/vllm", inputs }, setting: "moor:images.vllm" };
  const both: Lock = lockWith(reference, vllm.reference);
  await build({ images: [image, { ...image, setting: "moor:endpoints.a.deployments.b.score.image" }, vllm], lock: both });
  expect(recorded.map(([repository]) => repository)).toEqual(["moor/score", "moor/vllm"]);
  await build({ images: [image, vllm], lock: both, only: "moor:images.vllm", force: true });
  expect(recorded.map(([repository]) => repository)).toEqual(["moor/score", "moor/vllm", "moor/vllm"]);
});
