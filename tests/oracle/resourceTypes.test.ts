// Proves that the program and the simulator have the same table of resource types, with azure-native's API versions, and that it contains
// every type that the program registers, with the IDs that the simulator returns. Doesn't prove that azure-native builds the same IDs.

// Before Pulumi's runtime, which reads the folder on load.
import "../components/rootDirectory";

import { parseArmId } from "../../azure/armId";
import {
  apiVersionOf,
  armTypeOf,
  idOfInputs,
  type ResourceTypeName,
  resourceTypeOf,
  resourceTypes,
  type TypedResourceName,
} from "../../azure/resourceTypes";
import { Catalog } from "../../azure-local/arm/catalog";
import { typeOf } from "../../azure-local/arm/path";
import { resourceId, resourceType } from "../../azure-local/providers/metadata";
import { resourceTypes as simulated } from "../../azure-local/providers/resourceTypes";
import { serveAzure } from "../azure/fakeArm";
import { type Recorded, type RecordOptions, SUBSCRIPTION } from "../components/recorder";
import { runStack } from "../components/shippedStacks";

const names = Object.keys(resourceTypes) as ResourceTypeName[];

test("Both tables have the same types", () => {
  expect(names.toSorted()).toEqual(Object.keys(simulated).sort());
});

test("Both produce the same IDs", () => {
  expect(names.map((name) => [name, resourceTypes[name].idTemplate])).toEqual(names.map((name) => [name, simulated[name]!.path]));
});

test("API versions are those of azure-native's classes; an untyped resource sets one", () => {
  const different = names.filter((name) => resourceTypes[name].apiVersion !== resourceType(name).apiVersion);
  expect(different).toEqual(["resources:Resource"]);
  expect(resourceTypes["resources:Resource"].apiVersion).toBe("");
});

/** An untyped resource has any type, and a resource group has no provider. */
const typed = names.filter((name): name is TypedResourceName => name !== "resources:Resource" && name !== "resources:ResourceGroup");

/** An ID of a row, whose parameters are a name that requires quoting, or the scope of a resource. */
function sample(name: TypedResourceName): { readonly inputs: Record<string, string>; readonly id: string } {
  const { idTemplate } = resourceTypes[name];
  const scope = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/mlw`;
  const parameters = [...idTemplate.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter!);
  const valueFor = (parameter: string) => {
    if (parameter === "scope" || parameter === "resourceUri") return scope;
    return parameter === "recordType" ? "A" : `a ${parameter}`;
  };
  const inputs = Object.fromEntries(parameters.filter((one) => one !== "subscriptionId").map((one) => [one, valueFor(one)]));
  return { inputs, id: resourceId(resourceType(name), inputs, SUBSCRIPTION) };
}

test.each(typed)("The ID of %s is the same as in the simulator", (name) => {
  const { inputs, id } = sample(name);
  expect(idOfInputs(resourceTypes[name], inputs, SUBSCRIPTION)).toBe(id);
  expect(parseArmId(id)?.type).toBe(typeOf(id));
});

const recordSet = "privatedns:PrivateRecordSet";

test.each(typed.filter((name) => name !== recordSet))("The type and the API version of %s can be derived from its ID", (name) => {
  const { id } = sample(name);
  const { apiVersion } = resourceType(name);
  expect(armTypeOf(name)).toBe(typeOf(id));
  expect([id, id.slice(0, id.lastIndexOf("/"))].map(apiVersionOf)).toEqual([apiVersion, apiVersion]);
  expect(new Catalog().apiVersions(armTypeOf(name))).toContain(apiVersion);
});

test("The type of a record set can't be derived from its ID alone, so the program, which reads none, has no API version for it", () => {
  expect(armTypeOf(recordSet)).toBe("Microsoft.Network/privateDnsZones/{recordType}");
  expect(() => apiVersionOf(sample(recordSet).id)).toThrow("The API version of Microsoft.Network/privateDnsZones/A");
});

const hub = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers`;
const adopted = {
  workspace: `${hub}/Microsoft.MachineLearningServices/workspaces/shared`,
  imageRegistry: `${hub}/Microsoft.ContainerRegistry/registries/central`,
  logs: `${hub}/Microsoft.OperationalInsights/workspaces/logs`,
};
const stores = { storageAccount: `${hub}/Microsoft.Storage/storageAccounts/shared`, keyVault: `${hub}/Microsoft.KeyVault/vaults/shared` };
const network = `${hub}/Microsoft.Network/virtualNetworks/spoke`;
const place = { location: "swedencentral", properties: {} };
const shown = {
  [adopted.workspace]: {
    ...{ location: "swedencentral", identity: { principalId: "p" } },
    properties: { ...stores, publicNetworkAccess: "Disabled", managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" } },
  },
  [adopted.imageRegistry]: { ...place, sku: { name: "Premium" }, properties: { loginServer: "central.azurecr.io" } },
  [adopted.logs]: place,
  [stores.storageAccount]: place,
  [stores.keyVault]: place,
  [network]: place,
  [`/subscriptions/${SUBSCRIPTION}/resourceGroups/moor-dev-swedencentral/providers/Microsoft.MachineLearningServices/workspaces/mlw-dev-x7k2p9/datastores/workspaceblobstore`]:
    { properties: { containerName: "azureml-blobstore-0123" } },
};
const withScripts = { network: { create: { addressSpace: "10.41.0.0/22", scripts: true } } };
const platform = { network: { existing: { subnetId: `${network}/subnets/a` } }, ...adopted };

const stacks: [string, stack: string, RecordOptions][] = [
  ["dev", "dev", { config: { "moor:huggingFaceToken": "hf_not_a_real_token" }, secretKeys: ["moor:huggingFaceToken"] }],
  ["prod", "prod", {}],
  ["a stack with a subnet for scripts", "dev", { config: { "moor:platform": JSON.stringify(withScripts) } }],
  ["a stack with adopted resources", "dev", { config: { "moor:platform": JSON.stringify(platform) } }],
];

/** The azure-native resources of a stack. */
async function registered(stack: string, options: RecordOptions): Promise<Recorded[]> {
  const azure = await serveAzure(shown);
  try {
    const { resources } = await runStack(stack, options);
    return resources.filter(({ type }) => type.startsWith("azure-native:"));
  } finally {
    await azure.close();
  }
}

afterAll(() => jest.restoreAllMocks());

describe.each(stacks)("%s", (_, stack, options) => {
  let made: Recorded[];
  beforeAll(async () => {
    made = await registered(stack, options);
  });

  test("registers only types of the table", () => {
    expect(made.length).toBeGreaterThanOrEqual(15);
    expect(made.filter(({ type }) => resourceTypeOf(type) === undefined).map(({ type }) => type)).toEqual([]);
  });

  test("registers resources whose IDs can be derived from their inputs", () => {
    const ours = made.map(({ name, type, inputs }) => [name, idOfInputs(resourceTypeOf(type)!, inputs, SUBSCRIPTION)]);
    expect(ours).toEqual(made.map(({ name, type, inputs }) => [name, resourceId(resourceType(type), inputs, SUBSCRIPTION)]));
    expect(ours.filter(([, id]) => id === undefined)).toEqual([]);
  });
});

test("Together, the stacks register all resource types of the components", async () => {
  const made: Recorded[] = [];
  for (const [, stack, options] of stacks) made.push(...(await registered(stack, options)));
  expect([...new Set(made.map(({ type }) => type.replace("azure-native:", "")))].sort()).toEqual([
    "applicationinsights:Component",
    "authorization:RoleAssignment",
    "authorization:RoleDefinition",
    "containerregistry:Registry",
    "keyvault:Secret",
    "keyvault:Vault",
    "machinelearningservices:ManagedNetworkSettingsRule",
    "machinelearningservices:ModelVersion",
    "machinelearningservices:OnlineDeployment",
    "machinelearningservices:OnlineEndpoint",
    "machinelearningservices:Workspace",
    "managedidentity:UserAssignedIdentity",
    "monitor:ActionGroup",
    "monitor:AutoscaleSetting",
    "monitor:DiagnosticSetting",
    "monitor:MetricAlert",
    "network:NatGateway",
    "network:NetworkSecurityGroup",
    "network:PrivateDnsZoneGroup",
    "network:PrivateEndpoint",
    "network:PublicIPAddress",
    "network:Subnet",
    "network:VirtualNetwork",
    "operationalinsights:Workspace",
    "privatedns:PrivateZone",
    "privatedns:VirtualNetworkLink",
    "resources:Deployment",
    "resources:Resource",
    "resources:ResourceGroup",
    "storage:BlobServiceProperties",
    "storage:StorageAccount",
  ]);
});
