/** Tests the one-way doors with inputs of azure-native, whose names differ from those of the ARM bodies. */
import { type Body, checkChange, checkReplacement } from "../../../rules";
import { ruleResources } from "../../../rules/read/pulumi";

const subscription = "00000000-0000-0000-0000-000000000001";
const group = { resourceGroupName: "moor", location: "swedencentral" };
const workspace = { ...group, workspaceName: "mlw-1" };
const account = { ...group, accountName: "st1" };
const id = (path: string) => `/subscriptions/${subscription}/resourceGroups/moor/providers/${path}`;
const identity = (name: string) => id(`Microsoft.ManagedIdentity/userAssignedIdentities/${name}`);

function resource(token: string, inputs: Body) {
  const [found] = ruleResources({ token: `azure-native:${token}`, name: "it", inputs }, subscription);
  return found!;
}

type Row = readonly [code: string, token: string, common: Body, before: Body, after: Body];

const rows: readonly Row[] = [
  [
    "MOOR501",
    "machinelearningservices:Workspace",
    workspace,
    { managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" } },
    { managedNetwork: { isolationMode: "AllowInternetOutbound" } },
  ],
  [
    "MOOR503",
    "machinelearningservices:Workspace",
    workspace,
    { managedNetwork: { firewallSku: "Basic" } },
    { managedNetwork: { firewallSku: "Standard" } },
  ],
  [
    "MOOR504",
    "machinelearningservices:Workspace",
    workspace,
    { identity: { type: "UserAssigned", userAssignedIdentities: [identity("a")] } },
    { identity: { type: "UserAssigned", userAssignedIdentities: [identity("b")] } },
  ],
  [
    "MOOR504",
    "machinelearningservices:Workspace",
    workspace,
    { primaryUserAssignedIdentity: identity("a") },
    { primaryUserAssignedIdentity: identity("b") },
  ],
  [
    "MOOR505",
    "machinelearningservices:OnlineEndpoint",
    { ...workspace, endpointName: "chat-1" },
    { identity: { type: "UserAssigned", userAssignedIdentities: [identity("a")] } },
    { identity: { type: "UserAssigned", userAssignedIdentities: [identity("b")] } },
  ],
  ["MOOR506", "machinelearningservices:Workspace", workspace, { keyVault: id("Microsoft.KeyVault/vaults/a") }, { keyVault: "b" }],
  ["MOOR506", "machinelearningservices:Workspace", workspace, { storageAccount: "a" }, { storageAccount: "b" }],
  ["MOOR507", "machinelearningservices:Workspace", workspace, { containerRegistry: "a" }, { containerRegistry: "b" }],
  ["MOOR508", "machinelearningservices:Workspace", workspace, { applicationInsights: "a" }, { applicationInsights: "b" }],
  ["MOOR509", "machinelearningservices:Workspace", workspace, {}, { encryption: { status: "Enabled" } }],
  ["MOOR510", "machinelearningservices:Workspace", workspace, {}, { hbiWorkspace: true }],
  ["MOOR511", "machinelearningservices:Workspace", workspace, {}, { enableDataIsolation: true }],
  ["MOOR512", "storage:StorageAccount", account, {}, { encryption: { requireInfrastructureEncryption: true } }],
  ["MOOR513", "storage:StorageAccount", account, { sku: { name: "Standard_LRS" } }, { sku: { name: "Standard_GRS" } }],
  ["MOOR514", "storage:StorageAccount", account, {}, { isHnsEnabled: true }],
  [
    "MOOR515",
    "storage:BlobServiceProperties",
    { ...account, blobServicesName: "default" },
    { deleteRetentionPolicy: { enabled: true, days: 14 } },
    { deleteRetentionPolicy: { enabled: true, days: 7 } },
  ],
  ["MOOR515", "storage:BlobServiceProperties", { ...account, blobServicesName: "default" }, { isVersioningEnabled: true }, {}],
  [
    "MOOR516",
    "keyvault:Vault",
    { ...group, vaultName: "kv-1" },
    { properties: { enablePurgeProtection: true } },
    { properties: { enablePurgeProtection: false } },
  ],
  [
    "MOOR517",
    "keyvault:Vault",
    { ...group, vaultName: "kv-1" },
    { properties: { softDeleteRetentionInDays: 90 } },
    { properties: { softDeleteRetentionInDays: 7 } },
  ],
  ["MOOR518", "containerregistry:Registry", { ...group, registryName: "acr1" }, {}, { encryption: { status: "enabled" } }],
  [
    "MOOR519",
    "containerregistry:Registry",
    { ...group, registryName: "acr1" },
    { zoneRedundancy: "Enabled" },
    { zoneRedundancy: "Disabled" },
  ],
  [
    "MOOR520",
    "containerregistry:Registry",
    { ...group, registryName: "acr1" },
    {},
    { policies: { retentionPolicy: { status: "enabled", days: 7 } } },
  ],
  ["MOOR521", "operationalinsights:Workspace", workspace, { retentionInDays: 90 }, { retentionInDays: 30 }],
  ["MOOR521", "operationalinsights:Workspace", workspace, {}, { features: { immediatePurgeDataOn30Days: true } }],
  ["MOOR522", "keyvault:Vault", { ...group, vaultName: "kv-1" }, {}, { location: "westeurope" }],
  [
    "MOOR524",
    "machinelearningservices:OnlineDeployment",
    { ...workspace, endpointName: "chat-1", deploymentName: "main-1" },
    { properties: { endpointComputeType: "Managed", instanceType: "Standard_DS3_v2" } },
    { properties: { endpointComputeType: "Managed", instanceType: "Standard_DS4_v2" } },
  ],
  [
    "MOOR524",
    "machinelearningservices:ModelVersion",
    { ...workspace, name: "chat", version: "1" },
    { properties: { modelUri: "a" } },
    { properties: { modelUri: "b" } },
  ],
];

test.each(rows)("%s through %s", (code, token, common, before, after) => {
  const change = { before: resource(token, { ...common, ...before }), after: resource(token, { ...common, ...after }) };
  expect(checkChange(change).map((check) => [check.code, check.outcome])).toEqual([[code, "violated"]]);
  expect(checkChange({ before: change.after, after: change.after })).toEqual([]);
});

test("the untyped environment version of a container image", () => {
  const untyped = (image: string) =>
    resource("resources:Resource", {
      resourceGroupName: "moor",
      resourceProviderNamespace: "Microsoft.MachineLearningServices",
      parentResourcePath: "workspaces/mlw-1/environments/chat",
      resourceType: "versions",
      resourceName: "1",
      apiVersion: "2025-12-01",
      properties: { image, inferenceConfig: { scoringRoute: { path: "/", port: 8000 } } },
    });
  const change = { before: untyped("acr1.azurecr.io/vllm@sha256:1"), after: untyped("acr1.azurecr.io/vllm@sha256:2") };
  expect(checkChange(change).map(({ code, property }) => [code, property])).toEqual([["MOOR524", "properties.image"]]);
});

test("another name, of which the ARM ID is computed", () => {
  const vault = (vaultName: string) => resource("keyvault:Vault", { ...group, vaultName });
  expect(checkReplacement({ before: vault("kv-1"), after: vault("kv-2") }).map(({ code, value }) => [code, value])).toEqual([
    ["MOOR523", "kv-1 → kv-2"],
  ]);
});
