// Proves which resources an image has, when it is published, and what is sent, for each kind of source. Doesn't prove that Azure or Docker
// publish it.
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as yaml from "yaml";
import { ContainerImage, PublishedImage, publishedImageName } from "../../../components/image";
import { placeInSubscription } from "../../../components/image/publishTask";
import { Workspace, type WorkspaceArgs } from "../../../components/workspace";
import { BUILT_IN_ROLES } from "../../../facts/roles";
import type { ImageReference } from "../../../planner/decision";
import { type ImageSource, imageTag } from "../../../planner/image";
import { vllmDecision } from "../fixtures";
import { exposed, find, PRINCIPAL, type Recording, type RecordOptions, record, SUBSCRIPTION, schemaErrors } from "../recorder";
import { type FakePublishing, layeredImage, type PublishingOptions, servePublishing } from "./fakePublishing";

const registryId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/crdevx7k2p9`;
const data = "/data/crdevx7k2p9.azurecr.io";
const image = layeredImage();
const from = image.base;
const sources = {
  import: { source: { kind: "import", from }, reference: { repository: "moor/vllm", digest: from.digest } },
  registry: { source: { kind: "layer", image, via: "registry" }, reference: { repository: "moor/vllm", digest: image.manifest.digest } },
  task: { source: { kind: "layer", image, via: "task" }, reference: { repository: "moor/vllm", digest: image.manifest.digest } },
  build: {
    source: {
      kind: "build",
      context: path.resolve("docker/vllm"),
      dockerfile: path.resolve("docker/vllm/Dockerfile"),
      args: { BASE: "x" },
    },
    reference: { repository: "moor/vllm", inputs: `sha256:${"e".repeat(64)}` },
  },
} as const satisfies Record<string, { readonly source: ImageSource; readonly reference: ImageReference }>;
type Kind = keyof typeof sources;

interface Run extends RecordOptions, PublishingOptions {
  readonly workspace?: Partial<WorkspaceArgs>;
  /** Images with this source. @default 1 */
  readonly images?: number;
  /** Environment versions that use an image. @default 1 */
  readonly users?: number;
  readonly network?: "inside" | "outside";
  /** Whether the registry has the image; or the digest that it returns for it. @default false */
  readonly present?: boolean | string;
  readonly credentials?: Readonly<Record<string, string>>;
  readonly built?: string;
}

type Result = Recording & Pick<FakePublishing, "writes" | "calls"> & { readonly logs: readonly string[] };
const runs = new Map<string, Promise<Result>>();

/** Registers an image and its users, and runs their hooks as the engine does; once for each combination of options. */
function run(kind: Kind, options: Run = {}): Promise<Result> {
  const { runHooks, ...rest } = options;
  const key = JSON.stringify([kind, rest, String(runHooks)]);
  if (!runs.has(key)) runs.set(key, runOnce(kind, options));
  return runs.get(key)!;
}

async function runOnce(kind: Kind, options: Run): Promise<Result> {
  const { workspace: more, images = 1, users = 1, network = "inside", present = false, credentials, built, ...rest } = options;
  const { source, reference } = sources[kind];
  const azure = await servePublishing(options);
  process.env.MOOR_LOCAL_NETWORK = network;
  const digest = "digest" in reference ? reference.digest : "";
  if (present !== false) azure.manifests.set(`moor/vllm ${digest}`, present === true ? digest : present);
  if (built !== undefined) azure.manifests.set(`moor/vllm ${imageTag(reference)}`, built);
  try {
    const program = () => {
      const workspace = new Workspace("platform", {
        stack: "dev",
        suffix: "x7k2p9",
        resourceGroupName: "rg",
        location: "swedencentral",
        ...more,
      });
      const { loginServer } = workspace;
      for (let count = 0; count < images; count++) {
        const name = count === 0 ? "" : `-${count}`;
        const published = new PublishedImage(`image${name}`, {
          ...{ workspace, image: { source, reference, setting: "moor:images.vllm" }, rolePropagationSeconds: 0, tags: { owner: "ml" } },
          importCredentials: credentials && pulumi.secret(credentials),
        });
        for (let user = 0; user < users; user++) {
          const args = { workspace, stack: "dev", endpoint: `chat${user}`, loginServer, image: published, routes: vllmDecision.routes };
          new ContainerImage(`user${user}${name}`, args);
        }
      }
    };
    const recording = await record(program, { runHooks: /^image-/, ...rest });
    return { ...recording, writes: azure.writes, calls: azure.calls, logs: [...logs] };
  } finally {
    delete process.env.MOOR_LOCAL_NETWORK;
    await azure.close();
  }
}

const logs: string[] = [];
beforeEach(() => {
  logs.length = 0;
  for (const level of ["info", "warn"] as const) {
    jest.spyOn(pulumi.log, level).mockImplementation(async (...[text]) => void logs.push(text));
  }
});
afterEach(() => jest.restoreAllMocks());

const children = ({ resources }: Recording) =>
  resources.filter(({ parent }) => parent === "image").map(({ name, type }) => `${name}: ${type}`);
const dataCalls = ({ calls }: Pick<FakePublishing, "calls">) =>
  calls.filter((call) => call.includes(data)).map((call) => call.replace(data, ""));

describe.each(["import", "registry"] as const)("%s", (kind) => {
  test("adds no resources, and the environment version has the digest", async () => {
    const recording = await run(kind);
    expect(children(recording)).toEqual([]);
    const environment = find(recording, "user0-environment");
    expect(environment.inputs.properties).toMatchObject({ image: `crdevx7k2p9.azurecr.io/moor/vllm@${sources[kind].reference.digest}` });
    expect([environment.hooks, environment.ignoreChanges]).toEqual([{ beforeCreate: ["image-publication"] }, []]);
    // Also private endpoints if there are any.
    expect(environment.dependsOn).toEqual(["platform-registry", "platform-workspace", "platform-workspace-contributor"]);
    expect(recording.refusals).toEqual([]);
  });

  test("content that is in the registry is not sent", async () => {
    const { writes, calls } = await run(kind, { present: true });
    expect(writes).toEqual([]);
    expect(calls.some((call) => call.endsWith(sources[kind].reference.digest))).toBe(true);
  });

  test("two environment versions publish once", async () => {
    const { writes } = await run(kind, { users: 2 });
    expect(writes.filter(({ call }) => call.endsWith("/importImage"))).toHaveLength(1);
  });

  test("a preview sends nothing", async () => {
    const { writes, refusals } = await run(kind, { preview: true });
    expect([writes, refusals]).toEqual([[], []]);
  });
});

const importOf = (tag: string, credentials?: object) => ({
  call: `POST ${registryId}/importImage`,
  body: {
    source: { registryUri: "docker.io", sourceImage: `vllm/vllm-openai@${from.digest}`, ...(credentials && { credentials }) },
    targetTags: [`moor/vllm:${tag}`],
    mode: "NoForce",
  },
});

describe("import", () => {
  test("copies the image with a tag", async () => {
    expect((await run("import")).writes).toEqual([importOf("moor-bbbbbbbbbbbbbbbb")]);
  });

  test("works without access to the registry, and an existing tag is no error", async () => {
    const { writes, refusals } = await run("import", { closed: true, network: "outside", importStatus: 409 });
    expect([writes, refusals]).toEqual([[importOf("moor-bbbbbbbbbbbbbbbb")], []]);
  });

  test("an existing tag without the image is an error with the command that removes the tag", async () => {
    const { refusals } = await run("import", { importStatus: 409 });
    expect(refusals).toEqual([
      expect.stringContaining("  az acr repository untag --name crdevx7k2p9 --image moor/vllm:moor-bbbbbbbbbbbbbbbb"),
    ]);
  });

  test("an image that the local Azure imported without its bytes exists", async () => {
    expect((await run("import", { importStatus: 409, withoutBytes: true })).refusals).toEqual([]);
  });

  test("a registry that returns another digest doesn't have the image", async () => {
    expect((await run("import", { present: `sha256:${"0".repeat(64)}` })).writes).toEqual([importOf("moor-bbbbbbbbbbbbbbbb")]);
  });

  test("only the request to import contains credentials", async () => {
    const recording = await run("import", { credentials: { "docker.io": "reader:planted:pass", "quay.io": "other:planted" } });
    expect(recording.writes).toEqual([importOf("moor-bbbbbbbbbbbbbbbb", { username: "reader", password: "planted:pass" })]);
    expect(JSON.stringify([recording.resources, recording.outputs, recording.logs])).not.toContain("planted");
  });

  test("an error about invalid credentials contains only their host name", async () => {
    const { refusals } = await run("import", { credentials: { "docker.io": "planted" } });
    expect(refusals).toEqual(['moor:importCredentials: the value of "docker.io" is not valid. Allowed: <username>:<password>.']);
  });

  test("an error names the setting once in full, and later users refer to it", async () => {
    const { refusals } = await run("import", { importStatus: 400, users: 2 });
    expect(refusals).toEqual([
      expect.stringMatching(/^moor:images.vllm: publishing the image failed. Azure answered 400 to POST .*importImage/),
      "moor:images.vllm: the image was not published. An earlier error of this run contains the cause.",
    ]);
  });
});

test("images with the same base in one repository import it once", async () => {
  const { writes, refusals } = await run("registry", { images: 2 });
  expect([writes.filter(({ call }) => call.endsWith("/importImage")).length, refusals]).toEqual([1, []]);
});

describe("layer, via: registry", () => {
  test("imports the base into the repository, then sends layer, configuration and manifest", async () => {
    const { writes } = await run("registry");
    expect(writes[0]).toEqual(importOf("moor-bbbbbbbbbbbbbbbb"));
    expect(writes.slice(1).map(({ call }) => call.replace(data, ""))).toEqual([
      "POST /v2/moor/vllm/blobs/uploads/",
      "PUT /v2/moor/vllm/blobs/uploads/u1",
      "POST /v2/moor/vllm/blobs/uploads/",
      "PUT /v2/moor/vllm/blobs/uploads/u1",
      `PUT /v2/moor/vllm/manifests/${imageTag(sources.registry.reference)}`,
    ]);
  });

  test("from outside, nothing is sent, not even the import", async () => {
    const { writes, refusals } = await run("registry", { closed: true, network: "outside" });
    expect(writes).toEqual([]);
    expect(refusals).toEqual([expect.stringContaining("client with IP '203.0.113.7' is not allowed access.")]);
  });
});

describe("The preview of an image that this machine must push", () => {
  const commands = [
    "Run these two commands:",
    "  npm run platform -- -s dev --local    creates everything except the endpoints; requires only Azure Resource Manager",
    "  npm run local -- up -s dev            publishes the images and creates the endpoints; run it inside the network",
  ].join("\n");

  test.each(["registry", "build"] as const)("fails once from outside if the registry doesn't exist (%s)", async (kind) => {
    const { refusals, writes } = await run(kind, { preview: true, network: "outside", users: 3 });
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain(`it doesn't reach the private registry. The registry doesn't exist yet.\n${commands}\n`);
    expect(writes).toEqual([]);
  });

  test("succeeds in the local Azure from inside, and reports once what Azure requires", async () => {
    const { refusals, logs: lines } = await run("registry", { preview: true, users: 3 });
    expect(refusals).toEqual([]);
    expect(lines.filter((line) => line.includes("  npm run platform -- -s dev    "))).toHaveLength(1);
  });

  test.each([
    [
      "import",
      /^moor:images\.vllm: Azure will import docker\.io\/\S+@sha256:[0-9a-f]{64} as \S+@sha256:[0-9a-f]{64}, unless the container registry contains it\.$/,
    ],
    ["registry", /^moor:images\.vllm: Azure will import the base image \S+, and this run will add a layer and publish \S+, unless/],
    ["task", /^moor:images\.vllm: Azure will import the base image \S+, and an ACR task will add a layer and publish/],
    ["build", /^moor:images\.vllm: Docker will build \S+ and push \S+:moor-[0-9a-f]{16}\.$/],
  ] as const)("says once how the image gets into the registry (%s)", async (kind, line) => {
    const { logs: lines } = await run(kind, { preview: true, users: 3 });
    expect(lines.filter((one) => line.test(one))).toHaveLength(1);
  });

  test.each(["import", "task"] as const)("succeeds from outside for %s", async (kind) => {
    const { refusals, writes } = await run(kind, { preview: true, network: "outside" });
    expect([refusals, writes]).toEqual([[], []]);
  });
});

describe("layer, via: task", () => {
  const workspace = { networkRuleBypassAllowedForTasks: true };

  test.each([false, true])("has a task with its own identity and a role (preview %s)", async (preview) => {
    const recording = await run("task", { preview, workspace });
    expect(children(recording).sort()).toEqual([
      "image-task-push: azure-native:authorization:RoleAssignment",
      "image-task: azure-native:containerregistry:Task",
    ]);
    const task = find(recording, "image-task");
    const { taskName, step, credentials, registryName, resourceGroupName, ...inputs } = task.inputs;
    expect(taskName).toMatch(/^moor-[0-9a-f-]{36}$/);
    expect(inputs).toEqual({
      ...{ location: "swedencentral", tags: { owner: "ml" } },
      ...{ status: "Enabled", isSystemTask: false, timeout: 7200 },
      identity: { type: "SystemAssigned" },
      platform: { os: "Linux", architecture: "amd64" },
    });
    expect(task.dependsOn).toEqual(expect.arrayContaining(["platform-registry-tasks", "platform-workspace"]));
    expect(step).toEqual({ type: "EncodedTask", encodedTaskContent: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) });
    if (preview) return;
    expect([registryName, resourceGroupName]).toEqual(["crdevx7k2p9", "rg"]);
    expect(credentials).toEqual({
      sourceRegistry: { loginMode: "None" },
      customRegistries: { "crdevx7k2p9.azurecr.io": { identity: "[system]" } },
    });
    expect(schemaErrors(task)).toEqual([]);
  });

  test("the YAML publishes the image with its tag", async () => {
    const { step } = find(await run("task"), "image-task").inputs as { readonly step: { readonly encodedTaskContent: string } };
    const { volumes, ...content } = yaml.parse(Buffer.from(step.encodedTaskContent, "base64").toString());
    expect(content).toEqual({
      version: "v1.1.0",
      stepTimeout: 3600,
      steps: [
        {
          id: "publish",
          cmd: `az /moor/start.py {{.Run.Registry}} moor/vllm ${imageTag(sources.task.reference)}`,
          entryPoint: "python3",
          volumeMounts: [{ name: "moor", mountPath: "/moor" }],
        },
      ],
    });
    const files = Object.keys(volumes[0].secret).map((name) => name.replace(/\.\d{3}$/, ""));
    expect([...new Set(files)]).toEqual(["start.py", "publish.py", "manifest.json", "config.json", "layer.tar"]);
  });

  test("the identity receives AcrPush, and the environment version waits for it", async () => {
    const recording = await run("task");
    const role = find(recording, "image-task-push");
    expect(role.inputs).toMatchObject({ scope: registryId, principalType: "ServicePrincipal" });
    expect(role.inputs.roleDefinitionId).toMatch(new RegExp(`${BUILT_IN_ROLES.AcrPush}$`));
    expect(role.inputs.principalId).toBe(PRINCIPAL);
    const environment = find(recording, "user0-environment");
    expect(environment.dependsOn).toEqual(expect.arrayContaining(["image-task", "image-task-push"]));
    expect(environment.hooks).toEqual({ beforeCreate: ["image-role-wait", "image-publication"] });
  });

  test("imports the base, and runs the task once", async () => {
    const { writes, refusals } = await run("task", { users: 2, closed: true, network: "outside" });
    const { taskName } = find(await run("task"), "image-task").inputs;
    expect(refusals).toEqual([]);
    expect(writes).toEqual([
      importOf("moor-bbbbbbbbbbbbbbbb"),
      { call: `POST ${registryId}/scheduleRun`, body: { type: "TaskRunRequest", taskId: `${registryId}/tasks/${taskName}` } },
    ]);
  });

  test.each([
    [{ publicNetworkAccess: "Disabled", networkRuleBypassAllowedForTasks: false }, true],
    [{ publicNetworkAccess: "Disabled", networkRuleBypassAllowedForTasks: true }, false],
    [{ publicNetworkAccess: "Enabled" }, false],
    [{ publicNetworkAccess: "Enabled", networkRuleSet: { defaultAction: "Deny" } }, true],
    [undefined, false],
  ])("a failed run says if Azure's registry %j has lost the access of tasks: %s", async (registry, isNamed) => {
    const { refusals } = await run("task", { runStatus: "Failed", ...(registry === undefined ? {} : { registry }) });
    expect(refusals).toEqual([expect.stringContaining("Run ca1 of the task ended with the status Failed.")]);
    const command = `az resource update --ids ${registryId} --api-version 2025-11-01 --set properties.networkRuleBypassAllowedForTasks=true`;
    expect(refusals[0]!.includes(command)).toBe(isNamed);
  });

  test("a registry in another subscription is rejected", async () => {
    const errors: string[] = [];
    jest.spyOn(pulumi.log, "error").mockImplementation(async (...[text]) => void errors.push(text));
    jest.spyOn(process, "exit").mockImplementation((code) => void errors.push(`exit ${code}`) as never);
    const existing = registryId.replace(SUBSCRIPTION, "55555555-5555-4555-8555-555555555555");
    await placeInSubscription("moor:images.vllm", existing, SUBSCRIPTION);
    expect(errors).toEqual([
      expect.stringContaining(`requires a registry in the subscription of the stack. The adopted registry is ${existing}.`),
      "exit 32",
    ]);
  });

  test("with `roles: external`, a missing role is reported with the command", async () => {
    const { source, reference } = sources.task;
    const azure = await servePublishing();
    const recording = await record(
      () => {
        const workspace = new Workspace("platform", {
          stack: "dev",
          suffix: "x7k2p9",
          resourceGroupName: "rg",
          location: "swedencentral",
          roles: "external",
        });
        const published = new PublishedImage("image", {
          workspace,
          image: { source, reference, setting: "moor:images.vllm" },
          roles: "external",
        });
        const { loginServer } = workspace;
        new ContainerImage("user", {
          workspace,
          stack: "dev",
          endpoint: "chat",
          loginServer,
          image: published,
          routes: vllmDecision.routes,
        });
      },
      { runHooks: /^image-role/ },
    ).finally(() => azure.close());
    expect(children(recording)).toEqual(["image-task: azure-native:containerregistry:Task"]);
    expect(logs.join("\n")).toContain(`--role "AcrPush" --scope ${registryId}`);
  });
});

describe("build", () => {
  const digest = `sha256:${"b".repeat(64)}`; // The recorder's Docker provider returns it.

  test("Docker builds for x86-64 and pushes with a tag, after the network is ready", async () => {
    const recording = await run("build", { built: digest });
    const build = find(recording, "image-build");
    expect(build.inputs).toEqual({
      imageName: "crdevx7k2p9.azurecr.io/moor/vllm:moor-eeeeeeeeeeeeeeee",
      build: {
        context: path.resolve("docker/vllm"),
        dockerfile: path.resolve("docker/vllm/Dockerfile"),
        args: { BASE: "x" },
        platform: "linux/amd64",
      },
      registry: { server: "crdevx7k2p9.azurecr.io", username: "00000000-0000-0000-0000-000000000000", password: "planted-refresh-token" },
      buildOnPreview: false,
      skipPush: false,
    });
    expect([build.hooks, build.ignoreChanges]).toEqual([{ beforeCreate: ["image-reach"] }, ["registry.password"]]);
    expect(build.dependsOn).toEqual(["platform-registry", "platform-workspace", "platform-workspace-contributor"]);
    expect(recording.refusals).toEqual([]);
  });

  test("the token is only in a secret, and a preview requests none", async () => {
    const recording = await run("build", { built: digest });
    expect(recording.resources.flatMap(({ name, rawInputs }) => exposed(rawInputs, "planted", name))).toEqual([]);
    expect(JSON.stringify([recording.outputs, recording.logs])).not.toContain("planted");
    const preview = await run("build", { preview: true });
    expect(dataCalls(preview)).toEqual([]);
  });

  test("an exchange of tokens that fails is no error of the program", async () => {
    const recording = await run("build", { closed: true, runHooks: /nothing/ });
    expect(find(recording, "image-build").inputs.registry).toMatchObject({ password: "" });
  });

  test("an existing environment version is kept: its name and image are never replaced", async () => {
    expect(find(await run("build", { built: digest }), "user0-environment").ignoreChanges).toEqual(["resourceName", "properties.image"]);
  });

  test.each([
    ["another image", `sha256:${"f".repeat(64)}`],
    ["no image", undefined],
  ])("the digest that the Docker provider returned is compared with the tag, which refers to %s", async (what, built) => {
    const { refusals } = await run("build", { built });
    expect(refusals).toEqual([
      `moor:images.vllm: the Docker provider returned crdevx7k2p9.azurecr.io/moor/vllm@${digest}, but the tag moor-eeeeeeeeeeeeeeee in the registry refers to ${built ?? what}. ` +
        "Build the image again: run `pulumi up --replace <URN>` with the URN of the resource docker:index/image:Image that `pulumi stack --show-urns` shows.",
    ]);
  });

  test("a recorded digest is used without Docker", async () => {
    const azure = await servePublishing();
    const { source, reference } = sources.build;
    const recording = await record(() => {
      const workspace = new Workspace("platform", { stack: "dev", suffix: "x7k2p9", resourceGroupName: "rg", location: "swedencentral" });
      new PublishedImage("image", { workspace, image: { source, reference: { ...reference, digest }, setting: "moor:images.vllm" } });
    }).finally(() => azure.close());
    expect(children(recording)).toEqual([]);
    expect(recording.outputs.image).toEqual({ reference: `crdevx7k2p9.azurecr.io/moor/vllm@${digest}` });
  });
});

test("operators' roles are effective before an image is published", async () => {
  const operator = "44444444-4444-4444-8444-444444444444";
  const environment = find(await run("import", { workspace: { operators: [operator] } }), "user0-environment");
  expect(environment.dependsOn).toContain(`platform-operator-${operator}-registry`);
  expect(environment.hooks.beforeCreate).toEqual(["image-operator-wait", "image-publication"]);
});

test("the logical name of a build depends on the hash of its inputs", () => {
  const { reference } = sources.build;
  expect(publishedImageName(reference)).toMatch(/^image-[0-9a-f]{8}$/);
  expect(publishedImageName({ ...reference, digest: `sha256:${"1".repeat(64)}` })).toBe(publishedImageName(reference));
  expect(publishedImageName({ ...reference, inputs: `sha256:${"f".repeat(64)}` })).not.toBe(publishedImageName(reference));
});
