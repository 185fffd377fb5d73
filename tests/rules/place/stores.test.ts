// Proves the stores, connections, datastores, computes and keys of a workspace, and the transfers of a registry.
import { SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, inside, missing, outside, resourceOf, resultsOf, types } from "./world";

test.each<[string, Value, string]>([
  ["inside", inside.account, "holds"],
  ["outside", outside.account, "violated"],
  ["not in the review", missing.account, "unknown"],
  ["unknown", UNKNOWN, "unknown"],
  ["text", "account", "violated"],
])("stores of a workspace: %s", (_, id, outcome) => {
  const properties: Readonly<Record<string, Value>> = {
    storageAccount: id,
    keyVault: id,
    containerRegistry: id,
    applicationInsights: id,
    hubResourceId: id,
  };
  expect(resultsOf("MOOR419", resourceOf(types.workspace, { location: "swedencentral", properties }))).toEqual(
    Object.keys(properties).map((name) => `${outcome} properties.${name}`),
  );
});

test.each<[string, Value, string[]]>([
  [
    "further accounts",
    { workspaceHubConfig: { additionalWorkspaceStorageAccounts: [outside.account] } },
    ["violated properties.workspaceHubConfig.additionalWorkspaceStorageAccounts.0"],
  ],
  ["stores for encryption", { encryption: { cosmosDbResourceId: outside.account } }, ["violated properties.encryption.cosmosDbResourceId"]],
  [
    "a subnet of jobs",
    { serverlessComputeSettings: { serverlessComputeCustomSubnet: `${outside.network}/subnets/s` } },
    ["violated properties.serverlessComputeSettings.serverlessComputeCustomSubnet"],
  ],
  ["no stores", {}, []],
  ["null stores", { storageAccount: null }, []],
])("a workspace with %s", (_, properties, expected) => {
  expect(resultsOf("MOOR419", resourceOf(types.workspace, { location: "swedencentral", properties }))).toEqual(expected);
});

test.each<[string, Value, string]>([
  ["an account inside", { datastoreType: "AzureBlob", accountName: "home" }, "holds properties.accountName"],
  [
    "an account inside, in capitals",
    { datastoreType: "azureblob", accountName: "HOME", endpoint: "core.windows.net" },
    "holds properties.accountName",
  ],
  ["files of an account outside", { datastoreType: "AzureFile", accountName: "away" }, "violated properties.accountName"],
  ["a data lake outside", { datastoreType: "AzureDataLakeGen2", accountName: "away" }, "violated properties.accountName"],
  ["a foreign account", { datastoreType: "AzureBlob", accountName: "stranger" }, "violated properties.accountName"],
  ["another domain", { datastoreType: "AzureBlob", accountName: "home", endpoint: "example.com" }, "violated properties.accountName"],
  ["OneLake", { datastoreType: "OneLake", artifact: {} }, "violated properties.datastoreType"],
  ["an old data lake", { datastoreType: "AzureDataLakeGen1", storeName: "x" }, "violated properties.storeName"],
  ["an unknown account", { datastoreType: "AzureBlob", accountName: UNKNOWN }, "unknown properties.accountName"],
  ["an unknown type", { datastoreType: UNKNOWN, accountName: "home" }, "unknown properties.accountName"],
  ["nothing", undefined, "violated properties.datastoreType"],
])("a datastore for %s", (_, properties, expected) => {
  expect(resultsOf("MOOR419", resourceOf(`${types.workspace}/datastores`, { properties }))).toEqual([expected]);
});

test.each<[string, Value, string[]]>([
  ["a resource inside", { target: inside.account }, ["holds properties.target"]],
  ["a resource outside", { target: outside.account }, ["violated properties.target"]],
  ["a service on the internet", { category: "OpenAI", target: "https://api.openai.com/v1" }, ["violated properties.target"]],
  ["an account inside", { target: "https://home.blob.core.windows.net/c" }, ["holds properties.target"]],
  ["a model in a region inside", { target: "https://m.swedencentral.models.ai.azure.com" }, ["holds properties.target"]],
  ["a model in a region outside", { target: "https://m.eastus2.models.ai.azure.com" }, ["violated properties.target"]],
  [
    "another resource in its metadata",
    { target: inside.account, metadata: { ResourceId: outside.hub } },
    ["holds properties.target", "violated properties.metadata.ResourceId"],
  ],
  ["an unknown target", { target: UNKNOWN }, ["unknown properties.target"]],
  ["a secret target", { target: SECRET }, ["unknown properties.target"]],
  ["an address of the network", { target: "http://10.0.0.4:8080" }, ["unknown properties.target"]],
])("a connection to %s", (_, properties, expected) => {
  expect(resultsOf("MOOR419", resourceOf(`${types.workspace}/connections`, { properties }))).toEqual(expected);
});

test.each<[Value, string]>([
  ["Managed", "holds"],
  ["managed", "holds"],
  ["Kubernetes", "violated"],
  [undefined, "violated"],
  [UNKNOWN, "unknown"],
])("a deployment on %p", (endpointComputeType, outcome) => {
  const deployment = resourceOf(`${types.workspace}/onlineEndpoints/deployments`, {
    location: "swedencentral",
    properties: { endpointComputeType },
  });
  expect(resultsOf("MOOR419", deployment)).toEqual([`${outcome} properties.endpointComputeType`]);
});

test("an endpoint on an attached cluster, and computes", () => {
  const endpoint = (compute: Value) =>
    resourceOf(`${types.workspace}/onlineEndpoints`, { location: "swedencentral", properties: { compute } });
  expect(resultsOf("MOOR419", endpoint(missing.hub))).toEqual(["unknown properties.compute"]);
  expect(resultsOf("MOOR419", endpoint(outside.hub))).toEqual(["violated properties.compute"]);
  expect(resultsOf("MOOR419", endpoint(""))).toEqual(["holds properties.compute"]);
  expect(resultsOf("MOOR419", endpoint(undefined))).toEqual([]);
  const compute = (properties: Value) => resourceOf(`${types.workspace}/computes`, { location: "swedencentral", properties });
  expect(resultsOf("MOOR419", compute({ computeType: "AmlCompute" }))).toEqual(["holds properties.computeType"]);
  expect(resultsOf("MOOR419", compute({ computeType: "Kubernetes", resourceId: outside.hub }))).toEqual([
    "violated properties.resourceId",
    "violated properties.computeType",
  ]);
});

test.each<[string, string, Value, string[]]>([
  [
    types.account,
    "a vault inside",
    { encryption: { keyvaultproperties: { keyvaulturi: "https://home.vault.azure.net" } } },
    ["holds properties.encryption.keyvaultproperties.keyvaulturi"],
  ],
  [
    types.account,
    "a vault outside",
    { encryption: { keyvaultproperties: { keyvaulturi: "https://away.vault.azure.net/" } } },
    ["violated properties.encryption.keyvaultproperties.keyvaulturi"],
  ],
  [
    types.registry,
    "a foreign vault",
    { encryption: { keyVaultProperties: { keyIdentifier: "https://stranger.vault.azure.net/keys/k" } } },
    ["violated properties.encryption.keyVaultProperties.keyIdentifier"],
  ],
  [
    types.workspace,
    "a vault outside, by its ID",
    { encryption: { keyVaultProperties: { keyVaultArmId: outside.vault } } },
    ["violated properties.encryption.keyVaultProperties.keyVaultArmId"],
  ],
  [types.account, "no key", {}, []],
])("the key of %s: %s", (type, _, properties, expected) => {
  expect(resultsOf("MOOR424", resourceOf(type, { location: "swedencentral", properties }))).toEqual(expected);
});

test.each<[Value, string]>([
  ["disabled", "holds"],
  ["Disabled", "holds"],
  ["enabled", "violated"],
  [undefined, "violated"],
  [UNKNOWN, "unknown"],
])("a registry with the export policy %p", (status, outcome) => {
  const registry = resourceOf(types.registry, { location: "swedencentral", properties: { policies: { exportPolicy: { status } } } });
  expect(resultsOf("MOOR416", registry)).toEqual([`${outcome} properties.policies.exportPolicy.status`]);
});

test.each<[string, string, Readonly<Record<string, Value>>, string[]]>([
  ["MOOR404", "replications", { location: "Sweden South" }, ["holds location"]],
  ["MOOR404", "replications", { location: "westeurope" }, ["violated location"]],
  ["MOOR404", "replications", { location: UNKNOWN }, ["unknown location"]],
  ["MOOR404", "connectedRegistries", { properties: { mode: "ReadOnly" } }, ["violated properties.mode"]],
  [
    "MOOR416",
    "exportPipelines",
    { properties: { target: { uri: "https://away.blob.core.windows.net/c" } } },
    ["violated properties.target.uri"],
  ],
  [
    "MOOR416",
    "exportPipelines",
    { properties: { target: { uri: "https://home.blob.core.windows.net/c" } } },
    ["holds properties.target.uri"],
  ],
  [
    "MOOR417",
    "importPipelines",
    { properties: { source: { uri: "https://stranger.blob.core.windows.net/c" } } },
    ["violated properties.source.uri"],
  ],
  ["MOOR417", "cacheRules", { properties: { sourceRepository: "docker.io/library/ubuntu" } }, ["violated properties.sourceRepository"]],
  ["MOOR417", "credentialSets", { properties: { loginServer: "docker.io" } }, ["violated properties.loginServer"]],
  [
    "MOOR417",
    "tasks",
    { properties: { step: { contextPath: "https://github.com/a/b.git#planted" } } },
    ["violated properties.step.contextPath"],
  ],
])("%s for %s with %j", (code, child, body, expected) => {
  const resource = resourceOf(`${types.registry}/${child}`, body);
  expect(resultsOf(code, resource)).toEqual(expected);
  expect(JSON.stringify(checksOf(resource).map(({ value, problem }) => [value, problem]))).not.toContain("planted");
});

test("a replication outside is one finding", () => {
  const replication = resourceOf(`${types.registry}/replications`, { location: "westeurope" });
  expect(checksOf(replication).map(({ code }) => code)).toEqual(["MOOR404"]);
});
