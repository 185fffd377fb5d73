// Proves which resources a stack has for registered models. Doesn't prove that Azure finds the model: tests/azure-local tests what the
// simulator checks.

// Before Pulumi's runtime, which reads the folder on load.
import "./rootDirectory";

import type { Recording } from "./recorder";
import { armRequest } from "./recorder";
import { runStack, shippedConfig } from "./shippedStacks";

afterAll(() => jest.restoreAllMocks());

const { "moor:endpoints": endpoints } = shippedConfig("dev");
const [key] = Object.keys(JSON.parse(endpoints!));

function withSource(changes: object): Promise<Recording> {
  const changed = JSON.parse(endpoints!);
  const [label] = Object.keys(changed[key!].deployments);
  const { vllm } = changed[key!].deployments[label!];
  changed[key!].deployments[label!].vllm = { ...vllm, revision: undefined, ...changes };
  return runStack("dev", { config: { "moor:endpoints": JSON.stringify(changed) } });
}

const tokens = ({ resources }: Recording) => resources.map(({ type }) => type);

function deploymentBody({ resources }: Recording) {
  const [deployment] = resources.filter(({ type }) => type.endsWith(":OnlineDeployment"));
  return armRequest(deployment!).body as { properties: { model?: string; environmentVariables: Record<string, string> } };
}

test.each<[string, object, RegExp]>([
  [
    "the workspace",
    { source: "workspace", registeredModel: "chat-tuned:3" },
    /^\/subscriptions\/.+\/workspaces\/[^/]+\/models\/chat-tuned\/versions\/3$/,
  ],
  [
    "a registry",
    { source: "catalogue", registeredModel: "azureml://registries/azureml/models/Phi-4/versions/7" },
    /^azureml:\/\/registries\/azureml\/models\/Phi-4\/versions\/7$/,
  ],
])("a registered model of %s needs no model version, no outbound rule and no access to the Hub", async (_, changes, model) => {
  const recording = await withSource(changes);
  const { properties } = deploymentBody(recording);
  expect(properties.model).toMatch(model);
  expect(properties.environmentVariables).toMatchObject({ HF_HUB_OFFLINE: "1", TRANSFORMERS_OFFLINE: "1" });
  expect(properties.environmentVariables).not.toHaveProperty("MOOR_MODEL");
  expect(properties.environmentVariables).not.toHaveProperty("MOOR_MANIFEST");
  const all = tokens(recording);
  for (const absent of ["ModelVersion", "ManagedNetworkSettingsRule", "HubAccess"]) {
    expect(all.filter((type) => type.endsWith(`:${absent}`))).toEqual([]);
  }
});
