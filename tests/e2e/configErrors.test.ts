// Proves with the real engine that an invalid stack file is rejected with one report before any resource is created. tests/config proves
// the text of each error.
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

const main = ["moor:endpoints", "chat", "deployments", "main"];

const invalid: [title: string, changes: [keys: string[], value: unknown][], paths: string[]][] = [
  ["a weight that is a word", [[[...main, "weight"], "all"]], ["moor:endpoints.chat.deployments.main.weight"]],
  ["weights that sum to 90", [[[...main, "weight"], 90]], ["moor:endpoints.chat.deployments"]],
  ["no deployments", [[["moor:endpoints", "chat", "deployments"], {}]], ["moor:endpoints.chat.deployments"]],
  ["no endpoints' deployments key", [[["moor:endpoints", "chat", "deployments"], undefined]], ["moor:endpoints.chat.deployments"]],
  ["an unknown key", [[[...main, "wieght"], 100]], ["moor:endpoints.chat.deployments.main.wieght"]],
  ["an unknown top-level key", [[["moor:endpoint"], {}]], ["moor:endpoint"]],
  ["an endpoint name of 33 characters", [[["moor:endpoints", "chat", "name"], "a".repeat(33)]], ["moor:endpoints.chat.name"]],
  ["an endpoint name that starts with a digit", [[["moor:endpoints", "chat", "name"], "4chat"]], ["moor:endpoints.chat.name"]],
  ["a retired size", [[[...main, "size"], "Standard_NC6s_v3"]], ["moor:endpoints.chat.deployments.main.size"]],
  ["a CPU size for vLLM", [[[...main, "size"], "Standard_DS3_v2"]], ["moor:endpoints.chat.deployments.main.size"]],
  ["a size that does not exist", [[[...main, "size"], "Standard_NC24ads_A1000_v4"]], ["moor:endpoints.chat.deployments.main.size"]],
  ["an unknown authentication mode", [[["moor:endpoints", "chat", "auth"], "password"]], ["moor:endpoints.chat.auth"]],
  ["51 instances", [[[...main, "instances"], 51]], ["moor:endpoints.chat.deployments.main.instances"]],
  ["half an instance", [[[...main, "instances"], 0.5]], ["moor:endpoints.chat.deployments.main.instances"]],
  ["instances and a scale", [[[...main, "scale"], { min: 1, max: 2 }]], ["moor:endpoints.chat.deployments.main"]],
  ["both vllm and score", [[[...main, "score"], { path: "./docker/score" }]], ["moor:endpoints.chat.deployments.main"]],
  ["a region outside the residency", [[["azure-native:location"], "eastus"]], ["azure-native:location"]],
  ["a region that does not exist", [[["azure-native:location"], "swedencentrall"]], ["azure-native:location"]],
  [
    "an address space that Docker uses",
    [[["moor:platform", "network"], { create: { addressSpace: "172.17.0.0/22" } }]],
    ["moor:platform.network.create.addressSpace"],
  ],
  [
    "a network that is both created and existing",
    [[["moor:platform", "network"], { create: { addressSpace: "10.0.0.0/22" }, existing: { subnetId: "x" } }]],
    ["moor:platform.network"],
  ],
  ["quota for less than the instances", [[["moor:quota"], { NCASv3_T4: { limit: 7 } }]], ["moor:quota.NCASv3_T4"]],
  ["a token in plain text", [[["moor:huggingFaceToken"], "hf_plain_text_0123456789"]], ["moor:huggingFaceToken"]],
  ["endpoints as a list", [[["moor:endpoints"], ["chat"]]], ["moor:endpoints"]],
  [
    "three errors in one file",
    [
      [[...main, "weight"], -1],
      [[...main, "size"], 7],
      [["moor:endpoints", "chat", "auth"], true],
    ],
    ["moor:endpoints.chat.deployments.main.weight", "moor:endpoints.chat.deployments.main.size", "moor:endpoints.chat.auth"],
  ],
];

test.each(invalid)("rejects %s", async (_, changes, paths) => {
  const stackFile = sandbox.edit("dev", changes);
  const { code, output } = await sandbox.run("up", "dev", { stackFile });
  expect(code).not.toBe(0);
  for (const path of paths)
    expect(output).toMatch(new RegExp(`MOOR\\d{3}.*${path.replaceAll(".", "\\.")}|${path.replaceAll(".", "\\.")}.*MOOR\\d{3}`));
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(output).not.toContain("hf_plain_text");
  expect(sandbox.resources()).toEqual([]);
});
