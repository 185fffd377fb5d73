// Proves with the real engine that each kind of mistake in a stack file is refused before anything is created. That one report has several
// mistakes is proved in mistakes, and how each is worded in tests/config.
import { expectRefusal, main } from "./refusal";
import { type Change, openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

const mistakes: [mistake: string, changes: Change[], paths: string[]][] = [
  ["a weight that is a word", [[[...main, "weight"], "all"]], ["moor:endpoints.chat.deployments.main.weight"]],
  ["weights that sum to 90", [[[...main, "weight"], 90]], ["moor:endpoints.chat.deployments"]],
  ["no deployments", [[["moor:endpoints", "chat", "deployments"], {}]], ["moor:endpoints.chat.deployments"]],
  ["no endpoints' deployments key", [[["moor:endpoints", "chat", "deployments"], undefined]], ["moor:endpoints.chat.deployments"]],
  ["an unknown key", [[[...main, "wieght"], 100]], ["moor:endpoints.chat.deployments.main.wieght"]],
  ["an unknown top-level key", [[["moor:endpoint"], {}]], ["moor:endpoint"]],
  ["an endpoint's name of 33 characters", [[["moor:endpoints", "chat", "name"], "a".repeat(33)]], ["moor:endpoints.chat.name"]],
  ["an endpoint's name that begins with a digit", [[["moor:endpoints", "chat", "name"], "4chat"]], ["moor:endpoints.chat.name"]],
  ["a retired size", [[[...main, "size"], "Standard_NC6s_v3"]], ["moor:endpoints.chat.deployments.main.size"]],
  ["a CPU size for vLLM", [[[...main, "size"], "Standard_DS3_v2"]], ["moor:endpoints.chat.deployments.main.size"]],
  ["a size that does not exist", [[[...main, "size"], "Standard_NC24ads_A1000_v4"]], ["moor:endpoints.chat.deployments.main.size"]],
  ["an unknown way to authenticate", [[["moor:endpoints", "chat", "auth"], "password"]], ["moor:endpoints.chat.auth"]],
  ["51 instances", [[[...main, "instances"], 51]], ["moor:endpoints.chat.deployments.main.instances"]],
  ["half an instance", [[[...main, "instances"], 0.5]], ["moor:endpoints.chat.deployments.main.instances"]],
  ["instances and a scale", [[[...main, "scale"], { min: 1, max: 2 }]], ["moor:endpoints.chat.deployments.main"]],
  ["vllm and score at once", [[[...main, "score"], { path: "./docker/score" }]], ["moor:endpoints.chat.deployments.main"]],
  ["a region outside the residency", [[["azure-native:location"], "eastus"]], ["azure-native:location"]],
  ["a region that does not exist", [[["azure-native:location"], "swedencentrall"]], ["azure-native:location"]],
  [
    "an address space that Docker uses",
    [[["moor:platform", "network"], { create: { addressSpace: "172.17.0.0/22" } }]],
    ["moor:platform.network.create.addressSpace"],
  ],
  [
    "a network both made and adopted",
    [[["moor:platform", "network"], { create: { addressSpace: "10.0.0.0/22" }, existing: { subnetId: "x" } }]],
    ["moor:platform.network"],
  ],
  ["quota for less than the instances", [[["moor:quota"], { NCASv3_T4: { limit: 7 } }]], ["moor:quota.NCASv3_T4"]],
  ["a token in plain text", [[["moor:huggingFaceToken"], "hf_plain_text_0123456789"]], ["moor:huggingFaceToken"]],
  ["endpoints as a list", [[["moor:endpoints"], ["chat"]]], ["moor:endpoints"]],
];

test.each(mistakes)("refuses %s", (_, changes, paths) => expectRefusal(sandbox, changes, paths));
