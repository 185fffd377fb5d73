/** Stacks for the tests of config: a valid one, and functions that change one value of it. */
import type { RawStack } from "../../config/settings";

export const digest = `sha256:${"ab".repeat(32)}`;
export const revision = "7ae557604adf67be50417f59c2c2f167def9a775";
export const subscription = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/hub/providers";

/** Settings that a test can change at any depth. */
// biome-ignore lint/suspicious/noExplicitAny: the tests set invalid values on purpose.
export type Tree = { [key: string]: any };

/** Settings of a stack with one vLLM and one score.py deployment, as in a stack file. */
export function goodSettings(): Tree {
  return {
    "azure-native:location": "swedencentral",
    "moor:lock": "none",
    "moor:residency": { geography: "Sweden" },
    "moor:platform": { network: { create: { addressSpace: "10.40.0.0/22" } } },
    "moor:images": { vllm: `moor/vllm@${digest}`, score: `moor/score@${digest}` },
    "moor:endpoints": { chat: { auth: "key", deployments: { main: vllmDeployment() } } },
  };
}

export function vllmDeployment(changes: Tree = {}): Tree {
  const vllm = { model: "Qwen/Qwen2.5-0.5B-Instruct", revision, context: "8k", concurrencyPerInstance: 8, source: "hub" };
  return { vllm, size: "Standard_NC24ads_A100_v4", instances: 1, weight: 100, ...changes };
}

export function scoreDeployment(changes: Tree = {}): Tree {
  return { score: { path: "./docker/score" }, size: "Standard_DS3_v2", instances: 1, weight: 100, ...changes };
}

/** A stack in the form in which Pulumi passes it. */
export function rawStack(settings: Tree, changes: Partial<RawStack> = {}): RawStack {
  const text = Object.entries(settings).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  return { project: "moor", stack: "dev", settings: Object.fromEntries(text), secretKeys: [], ...changes };
}

/** The valid settings, changed by `spoil`. */
export function spoilt(spoil: (settings: Tree) => void): Tree {
  const settings = goodSettings();
  spoil(settings);
  return settings;
}
