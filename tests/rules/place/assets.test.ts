// Proves the origins of models, code, images and data. Doesn't prove what is in an image or a model.
import { ruleResources } from "../../../rules/read/pulumi";
import { type Body, SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, idOf, inside, missing, others, outside, resourceOf, resultsOf, sweden, types } from "./world";

const deploymentType = `${types.workspace}/onlineEndpoints/deployments`;
const deployment = (properties: Value) => resourceOf(deploymentType, { location: "swedencentral", properties });
const here = "azureml://subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/moor/workspaces";

test.each<[string, Value, string, string]>([
  ["a version in the workspace", `${inside.workspace}/models/m/versions/1`, "MOOR417", "holds"],
  ["a version in the workspace, in lower case", `${inside.workspace}/models/m/versions/1`.toLowerCase(), "MOOR417", "holds"],
  ["a version in a workspace outside", `${outside.workspace}/models/m/versions/1`, "MOOR417", "violated"],
  ["a version in another workspace", `${missing.workspace}/models/m/versions/1`, "MOOR417", "unknown"],
  ["a name", "azureml:m:1", "MOOR417", "holds"],
  ["Microsoft's registry", "azureml://registries/azureml/models/m/versions/1", "MOOR414", "violated"],
  ["Meta's registry, in capitals", "AZUREML://REGISTRIES/azureml-meta/models/m/versions/1", "MOOR414", "violated"],
  ["a region outside", "azureml://locations/westeurope/workspaces/0/models/m/versions/1", "MOOR417", "violated"],
  ["a region inside", "azureml://locations/swedencentral/workspaces/0/models/m/versions/1", "MOOR417", "holds"],
  ["an unknown ID", UNKNOWN, "MOOR417", "unknown"],
  ["a secret", SECRET, "MOOR417", "unknown"],
  ["text", "m", "MOOR417", "violated"],
  ["a number", 1, "MOOR417", "violated"],
])("a deployment with %s", (_, value, code, outcome) => {
  expect(resultsOf(code, deployment({ model: value }))).toEqual([`${outcome} properties.model`]);
  expect(resultsOf(code, deployment({ environmentId: value }))).toEqual([`${outcome} properties.environmentId`]);
  expect(resultsOf(code, deployment({ codeConfiguration: { codeId: value } }))).toEqual([`${outcome} properties.codeConfiguration.codeId`]);
});

test("an asset registry of the stack is judged by all its regions", () => {
  const registry = (...locations: string[]) =>
    resourceOf(
      "Microsoft.MachineLearningServices/registries",
      { location: "swedencentral", properties: { regionDetails: locations.map((location) => ({ location })) } },
      { id: idOf("Microsoft.MachineLearningServices/registries", "shared"), from: "observed" },
    );
  const model = deployment({ model: "azureml://registries/Shared/models/m/versions/1" });
  expect(resultsOf("MOOR414", model, sweden, [registry("swedencentral", "swedensouth")])).toEqual(["holds properties.model"]);
  expect(resultsOf("MOOR414", model, sweden, [registry("swedencentral", "westus")])).toEqual(["violated properties.model"]);
  expect(resultsOf("MOOR414", registry("Sweden Central", "westus"))).toEqual([
    "holds properties.regionDetails.0.location",
    "violated properties.regionDetails.1.location",
  ]);
});

test.each<[string, Value, string]>([
  ["the workspace's storage", `${here}/home/datastores/workspaceblobstore/paths/m`, "holds"],
  ["the storage of a workspace outside", `${here}/away/datastores/workspaceblobstore/paths/m`, "violated"],
  ["the storage of another workspace", `${here}/missing/datastores/workspaceblobstore/paths/m`, "unknown"],
  ["a datastore", "azureml://datastores/workspaceblobstore/paths/m", "holds"],
  ["a job", "azureml://jobs/j/outputs/artifacts/m", "holds"],
  ["an account inside", "https://home.blob.core.windows.net/models/m", "holds"],
  ["an account outside", "https://away.blob.core.windows.net/models/m", "violated"],
  ["a foreign account", "https://stranger.blob.core.windows.net/models/m?sig=planted", "violated"],
  ["an account outside, by another scheme", "abfss://models@away.dfs.core.windows.net/m", "violated"],
  ["a URL with another host behind the name", "https://home.blob.core.windows.net@example.com/m", "violated"],
  ["the Hub", "https://huggingface.co/m", "violated"],
  ["a file", "file:///m", "violated"],
  ["text", "models/m", "violated"],
  ["unknown", UNKNOWN, "unknown"],
  ["empty", "", "violated"],
])("a model from %s", (_, modelUri, outcome) => {
  const version = resourceOf(`${types.workspace}/models/versions`, { properties: { modelUri } });
  expect(resultsOf("MOOR417", version)).toEqual([`${outcome} properties.modelUri`]);
  expect(JSON.stringify(checksOf(version).map(({ value, problem }) => [value, problem]))).not.toContain("planted");
  expect(resultsOf("MOOR417", resourceOf(`${types.workspace}/codes/versions`, { properties: { codeUri: modelUri } }))).toEqual([
    `${outcome} properties.codeUri`,
  ]);
});

const digest = `@sha256:${"a".repeat(64)}`;

test.each<[string, Value, string]>([
  ["the stack's registry", `home.azurecr.io/vllm${digest}`, "holds"],
  ["the stack's registry, in capitals", `HOME.azurecr.io/vllm${digest}`, "holds"],
  ["a registry outside", `away.azurecr.io/vllm${digest}`, "violated"],
  ["a foreign registry", `stranger.azurecr.io/vllm${digest}`, "violated"],
  ["Docker Hub", `vllm/vllm-openai${digest}`, "violated"],
  ["Docker Hub, by its host", "docker.io/vllm/vllm-openai:v0.16.0", "violated"],
  ["Docker Hub, without a path", "ubuntu", "violated"],
  ["Microsoft's registry", "mcr.microsoft.com/azureml/base:1", "violated"],
  ["a host whose name only starts like the registry", `home.azurecr.io.example.com/vllm${digest}`, "violated"],
  ["a registry with a port", "registry.example.com:5000/vllm", "violated"],
  ["unknown", UNKNOWN, "unknown"],
  ["a number", 4, "violated"],
])("an image from %s", (_, image, outcome) => {
  const version = resourceOf("microsoft.machinelearningservices/workspaces/environments/versions", { properties: { image } });
  expect(resultsOf("MOOR417", version)).toEqual([`${outcome} properties.image`]);
});

test("a registry whose name is known only during the update proves nothing", () => {
  const planned = resourceOf(types.registry, { location: "swedencentral" });
  const version = resourceOf(`${types.workspace}/environments/versions`, { properties: { image: `home.azurecr.io/vllm${digest}` } });
  expect(resultsOf("MOOR417", version, sweden, [planned])).toEqual(["unknown properties.image"]);
  expect(resultsOf("MOOR417", version, sweden, [])).toEqual(["unknown properties.image"]);
});

test("an observed registry is found by its login server", () => {
  const observed = resourceOf(
    types.registry,
    { location: "swedencentral", properties: { loginServer: "home-a1b2.azurecr.io" } },
    { id: inside.registry, from: "observed" },
  );
  const version = resourceOf(`${types.workspace}/environments/versions`, { properties: { image: `home-a1b2.azurecr.io/vllm${digest}` } });
  expect(resultsOf("MOOR417", version, sweden, [observed])).toEqual(["holds properties.image"]);
});

test.each<[string, Value, string[]]>([
  ["packages", { condaFile: "channels: [conda-forge]" }, ["violated properties.condaFile"]],
  ["unknown packages", { condaFile: UNKNOWN }, ["unknown properties.condaFile"]],
  ["a build from outside", { build: { contextUri: "https://github.com/a/b" } }, ["violated properties.build.contextUri"]],
])("an environment with %s", (_, properties, expected) => {
  expect(resultsOf("MOOR417", resourceOf(`${types.workspace}/environments/versions`, { properties }))).toEqual(expected);
});

test("requests that a deployment collects are stored in its workspace", () => {
  const collected = (dataId: string) => deployment({ dataCollector: { collections: { request: { dataId } } } });
  expect(resultsOf("MOOR417", collected(`${outside.workspace}/data/d/versions/1`))).toEqual([
    "violated properties.dataCollector.collections.request.dataId",
  ]);
  expect(resultsOf("MOOR417", collected(`${inside.workspace}/data/d/versions/1`))).toEqual([
    "holds properties.dataCollector.collections.request.dataId",
  ]);
  expect(others.some(({ id }) => id === inside.workspace)).toBe(true);
});

test.each<[string, Value, string]>([
  ["the stack's registry", "home.azurecr.io/vllm:1", "holds"],
  ["a registry outside", "away.azurecr.io/vllm:1", "violated"],
  ["Docker Hub", "someone/vllm:1", "violated"],
  ["a registry that is unknown", UNKNOWN, "unknown"],
])("an image that is pushed to %s", (_, imageName, outcome) => {
  const server = typeof imageName === "string" && imageName.includes(".io/") ? imageName.split("/")[0]! : imageName;
  const inputs: Body = { imageName, registry: { server, username: "planted", password: SECRET } };
  const [image] = ruleResources({ token: "docker:index/image:Image", name: "image", inputs });
  expect(resultsOf("MOOR417", image!)).toEqual([`${outcome} properties.imageName`, `${outcome} properties.server`]);
  expect(JSON.stringify(image)).not.toContain("planted");
});
