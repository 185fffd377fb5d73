// Proves what a preview in Azure reports on a machine that can't publish an image. The registry is a stand-in; no address is contacted.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { NotReachable } from "../../../azure/containerRegistry";
import { missingDocker } from "../../../components/image/dockerEngine";
import { type PushedImage, requireReach } from "../../../components/image/reach";

let reach: "reachable" | NotReachable = "reachable";
const probed: string[] = [];
jest.mock("../../../components/base/azure", () => ({
  azureOf: () => ({}),
  localNetwork: () => undefined,
  registryOf: (_: unknown, loginServer: string) => ({
    probe: async (repository: string) => {
      probed.push(`${loginServer}/${repository}`);
      return reach;
    },
  }),
}));

/** A command `docker` that prints to its error output and ends with a code. */
function dockerCommand(code: number, text: string): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-docker-"));
  fs.writeFileSync(path.join(folder, "docker"), `#!/bin/sh\necho "${text}" >&2\nexit ${code}\n`, { mode: 0o755 });
  return folder;
}

const searched = process.env.PATH;
beforeEach(() => {
  reach = "reachable";
  probed.length = 0;
  process.env.PATH = dockerCommand(0, "");
  pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "moor", "prod", true);
});
afterEach(() => {
  fs.rmSync(process.env.PATH!, { recursive: true, force: true });
  process.env.PATH = searched;
});

const registry = () => ({ loginServer: pulumi.output("cr.azurecr.io") }) as unknown as PushedImage["registry"];
const ask = (kind: PushedImage["kind"], of = registry(), setting = "moor:images.vllm") =>
  requireReach({ registry: of, repository: "moor/vllm", setting, kind }).then(
    () => "",
    ({ message }: Error) => message,
  );
const commands = ["Run this command inside the network:", "  pulumi up -s prod    publishes the images and creates the endpoints"];
const commandsFromNothing = [
  "Run these two commands:",
  "  npm run platform -- -s prod    creates everything except the endpoints; requires only Azure Resource Manager",
  "  pulumi up -s prod              publishes the images and creates the endpoints; run it inside the network",
];

test("a machine that reaches the registry, and has Docker for a build, can publish", async () => {
  expect([await ask("layer"), await ask("build")]).toEqual(["", ""]);
  expect(probed).toEqual(["cr.azurecr.io/moor/vllm", "cr.azurecr.io/moor/vllm"]);
});

test.each([
  { kind: "nameResolution", detail: "The host name cr.azurecr.io doesn't resolve (ENOTFOUND)." },
  { kind: "connection", detail: "cr.azurecr.io can't be reached (ECONNREFUSED)." },
  { kind: "networkRules", detail: "The network rules of cr.azurecr.io reject this machine: denied" },
] as const)("$kind: the cause and the command", async (problem) => {
  reach = problem;
  expect((await ask("layer")).split("\n")).toEqual([
    `moor:images.vllm: this machine can't publish the image, because it doesn't reach the private registry. ${problem.detail}`,
    ...commands,
    "Alternatively, let Azure publish it, which requires only Azure Resource Manager: set `via: task` for the image and `networkRuleBypassAllowedForTasks: true` in moor:platform.",
  ]);
  expect((await ask("build")).split("\n").at(-1)).toBe(
    "Alternatively, use an image that requires only Azure Resource Manager: `import` of a finished image, or `layer` with `via: task`.",
  );
});

test("a registry that doesn't exist yet: the two commands", async () => {
  const absent = { loginServer: pulumi.output(pulumi.unknown) } as unknown as PushedImage["registry"];
  expect((await ask("build", absent)).split("\n").slice(1, 4)).toEqual(commandsFromNothing);
  expect(probed).toEqual([]);
});

test("a preview of a stack that assigns the role to its operators does not fail without the role", async () => {
  reach = { kind: "permission", detail: "No." };
  const assigning = Object.assign(registry(), { nodes: { operators: { registry: [{} as pulumi.Resource] } } });
  expect(await ask("layer", assigning)).toBe("");
  pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "moor", "prod", false);
  expect(await ask("layer", assigning)).toContain("It requires the role AcrPush");
});

test("a missing role is reported as such, and not as a network problem", async () => {
  reach = { kind: "permission", detail: "The registry cr.azurecr.io permits no push to moor/vllm." };
  expect(await ask("layer")).toBe(
    [
      "moor:images.vllm: the identity of this run can't publish the image. The registry cr.azurecr.io permits no push to moor/vllm.",
      "It requires the role AcrPush on the registry (Container Registry Repository Writer if the registry uses ABAC).",
      "Add its object ID to `operators` in moor:platform, or ask the owner of the registry for the role.",
    ].join("\n"),
  );
});

test("a preview fails once for each registry; a run that creates resources always fails", async () => {
  reach = { kind: "connection", detail: "No." };
  const one = registry();
  const answers = [await ask("layer", one), await ask("build", one, "moor:images.score"), await ask("layer")];
  expect(answers.map((answer) => answer !== "")).toEqual([true, false, true]);
  pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "moor", "prod", false);
  expect(await ask("layer", one, "moor:images.score")).toContain("moor:images.score: this machine can't publish the image");
});

test("a build without a running Docker fails once, with an alternative", async () => {
  process.env.PATH = dockerCommand(1, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.");
  const one = registry();
  expect(await ask("build", one)).toBe(
    [
      "moor:images.vllm: `build` requires Docker, which isn't available on this machine (Cannot connect to the Docker daemon at unix:///var/run/docker.sock.).",
      "Start or install Docker, or build the image with an ACR task and write its digest to the lock file:",
      "  npm run image -- -s prod --via task",
    ].join("\n"),
  );
  expect([await ask("build", one, "moor:images.score"), await ask("layer", one)]).toEqual(["", ""]);
});

test("without the Docker CLI, only a socket shows that Docker runs", async () => {
  process.env.PATH = fs.mkdtempSync(path.join(os.tmpdir(), "moor-no-docker-"));
  const expected = fs.existsSync("/var/run/docker.sock") ? undefined : "the command `docker` isn't installed";
  expect(await missingDocker()).toBe(expected);
});
