// Proves that the program logs one warning for a stack with risks, and none for a stack without risks.
// Doesn't prove what the engine shows: tests/e2e/risks.test.ts does.

// Before Pulumi's runtime, which reads the folder on load.
import "../rootDirectory";

import { log } from "@pulumi/pulumi";
import { serveAzure } from "../../azure/fakeArm";
import { adoptedIds, soundHub } from "../landingZone";
import { program } from "../program";
import { record } from "../recorder";
import { shippedConfig } from "../shippedStacks";

jest.setTimeout(60_000);
afterEach(() => jest.restoreAllMocks());

type Tree = Record<string, unknown>;

/** Settings of the shipped stack `dev` without its risks: another source of the weights, images that exist. */
function harmless(change: (settings: { endpoints: Tree; chat: Tree; main: Tree; vllm: Tree; images: Tree }) => void = () => {}) {
  const config = shippedConfig("dev");
  const endpoints = JSON.parse(config["moor:endpoints"]!) as Record<string, Tree>;
  const images: Tree = { vllm: { import: `docker.io/moor/vllm@sha256:${"ab".repeat(32)}` } };
  const main = (endpoints.chat!.deployments as Record<string, Tree>).main!;
  change({ endpoints, chat: endpoints.chat!, main, vllm: main.vllm as Tree, images });
  return { ...config, "moor:images": JSON.stringify(images), "moor:endpoints": JSON.stringify(endpoints) };
}

/** The warnings and the other messages of the program. */
async function run(config: Record<string, string>, preview = true, secretKeys: string[] = []) {
  const said = { warnings: [] as string[], lines: [] as string[] };
  jest.spyOn(log, "warn").mockImplementation(async (text) => void said.warnings.push(text));
  jest.spyOn(log, "info").mockImplementation(async (text) => void said.lines.push(text));
  await record(program, { stack: "dev", preview, config, secretKeys });
  return said;
}

const heading = (count: string) => `Stack dev: ${count}, most severe first.`;
const hub = (deployment: string) =>
  `  - Weights from outside the residency: chat/${deployment} downloads weights from Hugging Face at each start. To start from weights that are staged in the region, set \`source: mirror\`.`;

test("flags that log requests and outputs cause one warning in the preview, because prompts and answers are logged", async () => {
  const flags = { "enable-log-requests": true, "enable-log-outputs": true };
  const { warnings } = await run(harmless(({ vllm }) => (vllm.flags = flags)));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^Stack dev: 2 risks, most severe first\.\n {2}- Prompts or answers in the logs: chat\/main-[0-9a-f]{8}/);
  expect(warnings[0]).toContain("--enable-log-requests");
  expect(warnings[0]).toContain("--enable-log-outputs");
});

test("placeholder images, a disabled gate and weights from Hugging Face are in one warning, and in no other message", async () => {
  const config = harmless(({ chat, images }) => {
    chat.gate = "off";
    images.vllm = `moor/vllm@sha256:${"0".repeat(63)}1`;
  });
  const { warnings, lines } = await run(config);
  expect(warnings).toEqual([
    [
      heading("3 risks"),
      "  - Placeholder images: moor/vllm@sha256:0000… (chat/main-57a7e080). No registry contains these images, and Azure can't create a deployment without its image. Push the image and set its digest in `moor:images`.",
      "  - No gate: new deployments of chat receive requests without a check. Set `gate: auto` or `gate: controlPlane`.",
      hub("main-57a7e080"),
    ].join("\n"),
  ]);
  // The line of the deployment contains the source of its weights.
  expect(lines.filter((line) => !line.startsWith("chat/main-") && /gate|Hugging Face/.test(line))).toEqual([]);
});

test("a digest in a registry that the run creates is reported; a digest in an adopted registry, or in one that exists, is not", async () => {
  const digest = harmless(({ images, vllm }) => {
    images.vllm = `moor/vllm@sha256:${"ab".repeat(32)}`;
    vllm.source = "hub";
  });
  const { warnings } = await run(digest);
  expect(warnings[0]).toMatch(
    /^ {2}- Images that are not in the registry: moor\/vllm@sha256:abab… \(chat\/main-[0-9a-f]{8}\)\. This run creates the container registry/m,
  );
  expect((await run(digest, false)).warnings[0]).not.toContain("Images that are not in the registry");
  const config: Record<string, string> = digest;
  const platform = { ...JSON.parse(config["moor:platform"]!), imageRegistry: adoptedIds.imageRegistry };
  const azure = await serveAzure(soundHub());
  try {
    const adopted = await run({ ...digest, "moor:platform": JSON.stringify(platform) });
    expect(adopted.warnings.join()).not.toContain("Images that are not in the registry");
  } finally {
    await azure.close();
  }
});

test("an endpoint with traffic that the stack file no longer contains is reported", async () => {
  const group = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/moor-dev-swedencentral";
  const workspaceId = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-dev-x7k2p9`;
  const endpoint = (name: string, traffic: object, stack = "dev") => ({
    id: `${workspaceId}/onlineEndpoints/${name}`,
    name,
    tags: { "moor-stack": stack },
    properties: { authMode: "Key", scoringUri: `https://${name}/score`, traffic },
  });
  const azure = await serveAzure({
    [`${workspaceId}/onlineEndpoints`]: {
      value: [
        endpoint("chat-dev-x7k2p9", { "main-57a7e080": 100 }),
        endpoint("old-dev-x7k2p9", { "main-00000001": 90, "next-00000002": 10 }),
        endpoint("idle-dev-x7k2p9", {}),
        endpoint("chat-other-x7k2p9", { "main-57a7e080": 100 }, "other"),
      ],
    },
  });
  const { warnings } = await run(harmless(), false).finally(() => azure.close());
  expect(warnings).toEqual([
    [
      heading("2 risks"),
      "  - An endpoint with traffic will be deleted: old-dev-x7k2p9 serves requests (main-00000001 90%, next-00000002 10%) and is not in the stack file. Its callers will receive errors. Move them to another endpoint first, or add the endpoint to `moor:endpoints` again.",
      hub("main-c5b2784d"),
    ].join("\n"),
  ]);
});

describe("a registry in Azure whose tasks bypass its network rules", () => {
  const group = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/moor-dev-swedencentral";
  const registryId = `${group}/providers/Microsoft.ContainerRegistry/registries/crdevx7k2p9`;

  async function runWith(settings: Tree) {
    const azure = await serveAzure({ [registryId]: { properties: { networkRuleBypassAllowedForTasks: true } } });
    const config: Record<string, string> = harmless();
    const platform = JSON.stringify({ ...JSON.parse(config["moor:platform"]!), ...settings });
    const { warnings } = await run({ ...config, "moor:platform": platform }, false).finally(() => azure.close());
    return { warnings, isRead: azure.reads.includes(registryId) };
  }

  test("is reported if the stack file doesn't set the property", async () => {
    expect(await runWith({})).toEqual({
      warnings: [
        [
          heading("2 risks"),
          "  - Network rules bypassed: tasks of the container registry crdevx7k2p9 still bypass its network rules, because Azure keeps `networkRuleBypassAllowedForTasks` when it is removed from `moor:platform`. Set it to `false` once and run `pulumi up`. Then you can remove it.",
          hub("main-c5b2784d"),
        ].join("\n"),
      ],
      isRead: true,
    });
  });

  test.each([true, false])("is not read if the stack file sets the property to %s", async (networkRuleBypassAllowedForTasks) => {
    const { warnings, isRead } = await runWith({ networkRuleBypassAllowedForTasks });
    expect(warnings).toEqual([expect.stringMatching(/^Stack dev: 1 risk\.\n {2}- Weights from outside/)]);
    expect(isRead).toBe(false);
  });
});

test("a stack without risks causes no warning", async () => {
  const config = harmless(({ chat }) => {
    chat.deployments = { main: { score: { path: "./docker/score" }, size: "Standard_DS3_v2", instances: 1, weight: 100 } };
  });
  expect((await run(config)).warnings).toEqual([]);
});
