// Proves which values of a deployment a review reads and prints. It doesn't prove that the container serves them.
import fc from "fast-check";
import { changeOf } from "../../review/change";
import type { DeploymentView } from "../../review/endpoints";
import { type Served, servedBy } from "../../review/served";
import { differenceText, differingParts, distinction, isOnlySizeChange } from "../../review/servedDifferences";
import { type Body, type RuleResource, SECRET, UNKNOWN } from "../../rules";
import { previewOf } from "./previews";

const commit = "a09a35458c702b33eeacc393d103063234e8bc28";
const workspace = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
const registry = "azureml://registries/azureml-meta/models/Llama-3.1-8B-Instruct/versions/4";

function deployment(properties: Body): DeploymentView {
  const resource: RuleResource = {
    name: "chat-main-00000001-deployment",
    type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
    body: { tags: { "moor-stack": "prod" }, properties },
    from: "planned",
  };
  return { name: "main-00000001", instanceType: "Standard_DS3_v2", instances: 1, resource };
}

function version(path: string, id?: string): RuleResource {
  const type = "Microsoft.MachineLearningServices/workspaces/models/versions";
  const body = { properties: { modelUri: `azureml://subscriptions/s/datastores/workspaceblobstore/paths/${path}` } };
  return { name: "model-version", type, body, from: "planned", ...(id === undefined ? {} : { id }) };
}

const served = (properties: Body, resources: readonly RuleResource[] = []) => servedBy("chat", deployment(properties), resources);
const size = "Standard_DS3_v2";

test("the deployments of a saved preview", () => {
  const { endpoints, after } = changeOf(previewOf("noChange"));
  const chat = endpoints.after.find(({ key }) => key === "chat")!;
  const found = chat.deployments.map((one) => ({ ...servedBy("chat", one, after), flags: undefined }));
  expect(found).toEqual([
    {
      model: "Qwen/Qwen3-8B",
      revision: "b968826d",
      image: "moor/vllm@sha256:31edea4d",
      servedName: "chat",
      size: "Standard_NC24ads_A100_v4",
    },
    {
      model: "Qwen/Qwen2.5-7B-Instruct",
      revision: "a09a3545",
      image: "moor/vllm@sha256:31edea4d",
      servedName: "chat",
      size: "Standard_NC24ads_A100_v4",
    },
  ]);
});

test("the metadata of a saved preview records the deployments of an endpoint", () => {
  const write = changeOf(previewOf("rollback")).after.find(({ name }) => name === "chat-traffic-write");
  expect(write?.body).toMatchObject({
    properties: {
      template: { metadata: { deployments: { recipes: { "main-ecfde9f7": expect.any(String), "main-5b0f8f31": expect.any(String) } } } },
    },
  });
});

const stagedId = `${workspace}/models/prod-Qwen-Qwen2-5-7B-Instruct-${commit}-d1979240/versions/1`;
const path = `models/Qwen--Qwen2.5-7B-Instruct/${commit}`;

test.each<[string, Body, readonly RuleResource[], Partial<Served>]>([
  ["weights of the Hub", { environmentVariables: { MOOR_MODEL: "Qwen/Qwen3-8B" } }, [], { model: "Qwen/Qwen3-8B" }],
  ["staged weights", { model: stagedId }, [version(path, stagedId)], { model: "Qwen/Qwen2.5-7B-Instruct", revision: "a09a3545" }],
  [
    "weights with code",
    { model: stagedId },
    [version(`${path}-code`, stagedId)],
    { model: "Qwen/Qwen2.5-7B-Instruct", revision: "a09a3545" },
  ],
  [
    "weights with adapters",
    { model: stagedId },
    [version(`${path}-lora-0123abcd`, stagedId)],
    { model: "Qwen/Qwen2.5-7B-Instruct", revision: "a09a3545 with adapters 0123abcd" },
  ],
  ["staged weights that the preview omits", { model: stagedId }, [], { model: "Qwen-Qwen2-5-7B-Instruct", revision: "a09a3545" }],
  ["the only new weights", { model: UNKNOWN }, [version(path)], { model: "Qwen/Qwen2.5-7B-Instruct", revision: "a09a3545" }],
  ["one of two new weights", { model: UNKNOWN }, [version(path), version(path)], {}],
  ["a registered model", { model: `${workspace}/models/fraud/versions/3` }, [], { model: "fraud version 3" }],
  ["a model of a registry", { model: registry }, [], { model: "Llama-3.1-8B-Instruct version 4" }],
  ["no model", {}, [], {}],
  ["a secret", { model: SECRET, environmentVariables: SECRET }, [version(path)], {}],
])("%s", (_, properties, resources, expected) => {
  expect({ ...served(properties, resources), flags: undefined }).toEqual({ ...expected, size });
});

test.each([
  [commit, "a09a3545"],
  ["main", "main"],
])("the revision of weights of the Hub: %s", (revision, text) => {
  const variables = { MOOR_MODEL: "Qwen/Qwen3-8B", VLLM_ARGS: JSON.stringify(["--revision", revision]) };
  expect(served({ environmentVariables: variables }).revision).toBe(text);
});

test.each([
  [["--max-num-seqs", "16", "--enable-auto-tool-choice"], { "--max-num-seqs": "16", "--enable-auto-tool-choice": "" }],
  [["--max-num-seqs=16", "--lora-modules", "a=b", "c=d"], { "--max-num-seqs": "16", "--lora-modules": "a=b c=d" }],
  [["no flag", 3, null], {}],
])("flags: %j", (args, flags) => {
  expect(served({ environmentVariables: { VLLM_ARGS: JSON.stringify(args) } }).flags).toEqual(flags);
});

test.each(["", "{", "{}", "3"])("flags that aren't a JSON array: %j", (text) => {
  expect(served({ environmentVariables: { VLLM_ARGS: text } }).flags).toEqual({});
});

test("differences are printed with values, except those of flags", () => {
  const before: Served = { model: "a/b", revision: "00000001", image: "moor/vllm@sha256:00000001", servedName: "chat", flags: {}, size };
  const after: Served = {
    ...{ model: "a/c", revision: "00000002", image: "moor/vllm@sha256:00000002", servedName: "other", size: "Standard_DS4_v2" },
    flags: { "--api-key": "not printed", "--b": "1", "--c": "2", "--d": "3" },
  };
  expect(differenceText(before, after)).toBe(
    "model a/b to a/c, revision 00000001 to 00000002, image moor/vllm@sha256:00000001 to moor/vllm@sha256:00000002, model name for clients chat to other, flags --api-key --b --c and 1 more, size Standard_DS3_v2 to Standard_DS4_v2",
  );
  expect(distinction(before, after)).toEqual({ kind: "new model", values: ["b", "c"] });
});

test("unknown flags aren't compared", () => {
  const unknown = served({ environmentVariables: UNKNOWN });
  expect(differingParts(unknown, served({ environmentVariables: { VLLM_ARGS: '["--a"]' } }))).toEqual([]);
});

test("another size with the flags that follow from it is only another machine", () => {
  const one: Served = { model: "a/b", flags: { "--tensor-parallel-size": "1" }, size };
  const other: Served = { model: "a/b", flags: { "--tensor-parallel-size": "2" }, size: "Standard_DS4_v2" };
  expect([isOnlySizeChange(one, other), isOnlySizeChange(one, { ...other, flags: { "--enforce-eager": "" } })]).toEqual([true, false]);
  expect(distinction(one, other)).toEqual({ kind: "new size", values: [size, "Standard_DS4_v2"] });
});

test("the values of flags and variables are never printed", () => {
  const secret = fc.stringMatching(/^[A-Z]{12}$/);
  fc.assert(
    fc.property(secret, fc.constantFrom("--api-key", "--hf-token", "--x"), fc.boolean(), (value, flag, isJoined) => {
      const args = isJoined ? [`${flag}=${value}`] : [flag, value];
      const after = served({ environmentVariables: { VLLM_ARGS: JSON.stringify(args), HF_TOKEN: value } });
      expect(differenceText(served({}), after)).toBe(`flag ${flag}`);
      expect(differingParts(after, after)).toEqual([]);
    }),
  );
});
