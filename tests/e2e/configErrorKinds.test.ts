// Proves with the real engine that each kind of configuration error is rejected before any resource is created. configErrors proves that one
// report lists several errors, and tests/config proves the text of each error.
import { expectRejection, main } from "./rejection";
import { type Change, openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

const invalid: [title: string, changes: Change[], paths: string[]][] = [
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
];

test.each(invalid)("rejects %s", (_, changes, paths) => expectRejection(sandbox, changes, paths));
