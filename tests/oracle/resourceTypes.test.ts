// Proves that the program's table of resource types is the simulator's, with the API versions that azure-native names, and that it has every
// type that the program registers, whose ids it foresees as the simulator writes them. Doesn't prove that azure-native itself builds them so.

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

test("Both write the same ids", () => {
  expect(names.map((name) => [name, resourceTypes[name].idTemplate])).toEqual(names.map((name) => [name, simulated[name]!.path]));
});

test("API versions are those that the classes of azure-native name; an untyped resource is given one", () => {
  const different = names.filter((name) => resourceTypes[name].apiVersion !== resourceType(name).apiVersion);
  expect(different).toEqual(["resources:Resource"]);
  expect(resourceTypes["resources:Resource"].apiVersion).toBe("");
});

/** An untyped resource is of any type, and a resource group of no provider. */
const typed = names.filter((name): name is TypedResourceName => name !== "resources:Resource" && name !== "resources:ResourceGroup");

/** An id of a row, whose parameters are a name that needs quoting, or the scope of a resource. */
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

test.each(typed)("The id of %s is the simulator's", (name) => {
  const { inputs, id } = sample(name);
  expect(idOfInputs(resourceTypes[name], inputs, SUBSCRIPTION)).toBe(id);
  expect(parseArmId(id)?.type).toBe(typeOf(id));
});

const recordSet = "privatedns:PrivateRecordSet";

test.each(typed.filter((name) => name !== recordSet))("An id of %s shows its type, and so its API version, which Azure serves", (name) => {
  const { id } = sample(name);
  const { apiVersion } = resourceType(name);
  expect(armTypeOf(name)).toBe(typeOf(id));
  expect([id, id.slice(0, id.lastIndexOf("/"))].map(apiVersionOf)).toEqual([apiVersion, apiVersion]);
  expect(new Catalog().apiVersions(armTypeOf(name))).toContain(apiVersion);
});

test("Of a record set only the id says which type it is of, so the program, which reads none, knows no API version by its id", () => {
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
};
const platform = { network: { existing: { subnetId: `${network}/subnets/a` } }, ...adopted };

const stacks: [string, stack: string, RecordOptions][] = [
  ["dev", "dev", { config: { "moor:huggingFaceToken": "hf_not_a_real_token" }, secretKeys: ["moor:huggingFaceToken"] }],
  ["prod", "prod", {}],
  ["a stack on what others made", "dev", { config: { "moor:platform": JSON.stringify(platform) } }],
];

/** What a stack registers with azure-native. */
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

  test("registers resources whose inputs tell their ids", () => {
    const ours = made.map(({ name, type, inputs }) => [name, idOfInputs(resourceTypeOf(type)!, inputs, SUBSCRIPTION)]);
    expect(ours).toEqual(made.map(({ name, type, inputs }) => [name, resourceId(resourceType(type), inputs, SUBSCRIPTION)]));
    expect(ours.filter(([, id]) => id === undefined)).toEqual([]);
  });
});

test("Together the stacks register everything that the components can make", async () => {
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
    "network:NetworkSecurityGroup",
    "network:PrivateDnsZoneGroup",
    "network:PrivateEndpoint",
    "network:Subnet",
    "network:VirtualNetwork",
    "operationalinsights:Workspace",
    "privatedns:PrivateZone",
    "privatedns:VirtualNetworkLink",
    "resources:Deployment",
    "resources:Resource",
    "resources:ResourceGroup",
    "storage:StorageAccount",
  ]);
});
