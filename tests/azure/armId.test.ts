// Tests how IDs are parsed, built and compared, and which API version a request gets. Doesn't test that Azure has such a resource.
import * as fc from "fast-check";
import {
  armId,
  groupOf,
  isArmIdOf,
  isWithinArmId,
  parentOf,
  parseArmId,
  resourceGroupId,
  sameArmId,
  subscriptionOf,
} from "../../azure/armId";
import { apiVersionOf, armTypeOf, idOfInputs, resourceTypeOf, resourceTypes } from "../../azure/resourceTypes";

const subscriptionId = "11111111-1111-4111-8111-111111111111";
const group = `/subscriptions/${subscriptionId}/resourceGroups/rg`;
const workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw`;
const endpoint = `${workspace}/onlineEndpoints/chat`;
const deployment = `${endpoint}/deployments/main`;
const setting = `${endpoint}/providers/Microsoft.Insights/diagnosticSettings/moor`;

describe("parseArmId", () => {
  test.each([
    [workspace, "Microsoft.MachineLearningServices/workspaces", ["mlw"]],
    [endpoint, "Microsoft.MachineLearningServices/workspaces/onlineEndpoints", ["mlw", "chat"]],
    [deployment, "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments", ["mlw", "chat", "main"]],
  ])("%s", (id, type, names) => {
    expect(parseArmId(id)).toEqual({ subscriptionId, resourceGroupName: "rg", type, names, name: names.at(-1) });
  });

  test("is case-insensitive and keeps the spelling", () => {
    expect(parseArmId(endpoint.toUpperCase())).toEqual({
      subscriptionId: subscriptionId.toUpperCase(),
      resourceGroupName: "RG",
      type: "MICROSOFT.MACHINELEARNINGSERVICES/WORKSPACES/ONLINEENDPOINTS",
      names: ["MLW", "CHAT"],
      name: "CHAT",
    });
  });

  test.each([
    [setting, "Microsoft.Insights/diagnosticSettings", "moor"],
    [`${group}/providers/Microsoft.Authorization/locks/keep`, "Microsoft.Authorization/locks", "keep"],
    [`${setting}/providers/Microsoft.Authorization/locks/keep`, "Microsoft.Authorization/locks", "keep"],
    [setting.replaceAll("/providers/", "/PROVIDERS/"), "Microsoft.Insights/diagnosticSettings", "moor"],
  ])("returns the type and name of an extension resource: %s", (id, type, name) => {
    expect(parseArmId(id)).toEqual({ subscriptionId, resourceGroupName: "rg", type, names: [name], name });
  });

  test("accepts names with spaces", () => {
    expect(parseArmId(`${group}/providers/Microsoft.Insights/components/my logs`)?.name).toBe("my logs");
  });

  test.each([
    ["nothing", ""],
    ["a word", "chat"],
    ["a trailing slash", `${endpoint}/`],
    ["two slashes in a row", endpoint.replace("/onlineEndpoints", "//onlineEndpoints")],
    ["no leading slash", endpoint.slice(1)],
    ["a collection", `${endpoint}/deployments`],
    ["a collection of extension resources", `${endpoint}/providers/Microsoft.Insights/diagnosticSettings`],
    ["a namespace alone", `${endpoint}/providers/Microsoft.Insights`],
    ["a provider without a namespace", `${group}/providers`],
    ["a resource group", group],
    ["a subscription", `/subscriptions/${subscriptionId}`],
    ["a resource of the subscription", `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/reader`],
    ["an address", `https://management.azure.com${endpoint}`],
  ])("rejects %s", (_, text) => {
    expect(parseArmId(text)).toBeUndefined();
  });
});

test("isArmIdOf compares types case-insensitively and requires a GUID as the subscription", () => {
  const type = armTypeOf("machinelearningservices:OnlineEndpoint");
  expect([endpoint, endpoint.toUpperCase(), workspace, deployment, "chat"].map((id) => isArmIdOf(type, id))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(isArmIdOf(type, endpoint.replace(subscriptionId, "my-subscription"))).toBe(false);
  expect(isArmIdOf(armTypeOf("monitor:DiagnosticSetting"), setting)).toBe(true);
});

test("IDs are built from their parts", () => {
  expect(resourceGroupId(subscriptionId, "rg")).toBe(group);
  expect(armId(group, "Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "mlw", "chat")).toBe(endpoint);
  expect(armId(endpoint, "Microsoft.Insights/diagnosticSettings", "moor")).toBe(setting);
  expect(armId(`/subscriptions/${subscriptionId}`, "Microsoft.Authorization/roleDefinitions", "reader")).toBe(
    `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/reader`,
  );
});

test("The group, the parent and the subscription are parts of an ID", () => {
  expect([workspace, deployment, setting, group].map(groupOf)).toEqual([group, group, group, group]);
  expect([deployment, endpoint].map(parentOf)).toEqual([endpoint, workspace]);
  expect([deployment, group, `/subscriptions/${subscriptionId}`, `/SUBSCRIPTIONS/${subscriptionId}/x`].map(subscriptionOf)).toEqual(
    Array(4).fill(subscriptionId),
  );
  expect(["", "/providers/Microsoft.Authorization/roleDefinitions/reader", "chat"].map(subscriptionOf)).toEqual(Array(3).fill(undefined));
});

test("sameArmId: undefined equals nothing", () => {
  expect(sameArmId(endpoint, endpoint.toUpperCase())).toBe(true);
  expect(sameArmId(endpoint, deployment)).toBe(false);
  expect([sameArmId(undefined, undefined), sameArmId(endpoint, undefined), sameArmId(undefined, endpoint)]).toEqual([false, false, false]);
});

test.each([
  [endpoint, endpoint, true],
  [deployment, endpoint, true],
  [deployment.toUpperCase(), endpoint, true],
  [setting, endpoint, true],
  [deployment, `${endpoint}/`, true],
  [deployment, `/subscriptions/${subscriptionId}`, true],
  [deployment, "/", true],
  [`${endpoint}-2/deployments/main`, endpoint, false],
  [`${endpoint}-2`, endpoint, false],
  [group.replace(/rg$/, "rg2"), group, false],
  [endpoint, deployment, false],
])("%s is within %s: %s", (id, scope, within) => {
  expect(isWithinArmId(id, scope)).toBe(within);
});

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._() -]{0,15}$/);
const typePart = fc.stringMatching(/^[A-Za-z]{1,12}$/).filter((part) => part.toLowerCase() !== "providers");
const parts = fc.record({
  subscription: fc.uuid(),
  resourceGroup: word,
  namespace: fc.stringMatching(/^Microsoft\.[A-Za-z]{1,12}$/),
  path: fc.array(fc.tuple(typePart, word), { minLength: 1, maxLength: 4 }),
});

function built({ subscription, resourceGroup, namespace, path }: typeof parts extends fc.Arbitrary<infer T> ? T : never) {
  const type = [namespace, ...path.map(([part]) => part)].join("/");
  const names = path.map(([, name]) => name);
  return { type, names, id: armId(resourceGroupId(subscription, resourceGroup), type, ...names) };
}

test("A built ID can be parsed, also as an extension of another resource", () => {
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const { type, names, id } = built(one);
      const read = { subscriptionId: one.subscription, resourceGroupName: one.resourceGroup };
      expect(parseArmId(id)).toEqual({ ...read, type, names, name: names.at(-1) });
      expect(sameArmId(id, id.toUpperCase())).toBe(true);
      expect(sameArmId(parseArmId(id.toUpperCase())?.type, type)).toBe(true);
      const extension = built(other);
      expect(parseArmId(armId(id, extension.type, ...extension.names))).toEqual({
        ...read,
        type: extension.type,
        names: extension.names,
        name: extension.names.at(-1),
      });
    }),
  );
});

test("A resource is within its group and its parents, but not within a sibling whose name has the same prefix", () => {
  fc.assert(
    fc.property(parts, fc.stringMatching(/^[A-Za-z0-9-]{1,8}$/), (one, more) => {
      const { id } = built(one);
      expect([isWithinArmId(id, groupOf(id)), isWithinArmId(`${id}/locks/keep`, id), isWithinArmId(id.toLowerCase(), id)]).toEqual([
        true,
        true,
        true,
      ]);
      expect([isWithinArmId(`${id}${more}`, id), isWithinArmId(id, `${id}${more}`)]).toEqual([false, false]);
    }),
  );
});

describe("apiVersionOf", () => {
  test.each([
    [deployment, "2025-12-01"],
    [`${endpoint}/deployments`, "2025-12-01"],
    [deployment.toLowerCase(), "2025-12-01"],
    [group, "2024-03-01"],
    [group.slice(0, group.lastIndexOf("/")), "2024-03-01"],
    [`${group.split("/resourceGroups")[0]}/providers/Microsoft.Network/privateDnsZones`, "2024-06-01"],
    [setting, "2021-05-01-preview"],
    [`${endpoint}/providers/Microsoft.Insights/diagnosticSettings`, "2021-05-01-preview"],
    [`${group}/providers/Microsoft.Authorization/roleAssignments`, "2022-04-01"],
    [`${group}/providers/Microsoft.Network/privateEndpoints/pe/privateDnsZoneGroups`, "2024-05-01"],
    [`${group}/providers/Microsoft.Resources/deployments/moor-traffic-chat`, "2024-03-01"],
    [`${group}/providers/Microsoft.Storage/storageAccounts/st/blobServices/default/containers/weights`, "2024-01-01"],
    [`${group}/providers/Microsoft.Storage/storageAccounts/st/blobServices/default`, "2024-01-01"],
  ])("%s: %s", (id, version) => {
    expect(apiVersionOf(id)).toBe(version);
  });

  test.each([
    [`${group}/providers/Microsoft.Compute/virtualMachines/vm`, "Microsoft.Compute/virtualMachines"],
    [`${group}/providers/Microsoft.Compute/virtualMachines`, "Microsoft.Compute/virtualMachines"],
    [group.split("/resourceGroups")[0]!, group.split("/resourceGroups")[0]!],
    ["", ""],
  ])("fails for %s", (id, type) => {
    expect(() => apiVersionOf(id)).toThrow(`The API version of ${type} (${id}) is unknown: add the type to azure/resourceTypes.ts.`);
  });
});

test("A row is found by its token, with or without the prefix of azure-native", () => {
  expect(resourceTypeOf("azure-native:network:Subnet")).toBe(resourceTypes["network:Subnet"]);
  expect(resourceTypeOf("network:Subnet")).toBe(resourceTypes["network:Subnet"]);
  expect(["azure-native:compute:VirtualMachine", "toString", ""].map(resourceTypeOf)).toEqual([undefined, undefined, undefined]);
});

describe("idOfInputs", () => {
  const subnet = { resourceGroupName: "rg", virtualNetworkName: "vnet", subnetName: "a b" };
  const subnets = `${group}/providers/Microsoft.Network/virtualNetworks/vnet/subnets`;

  test("URL-encodes names", () => {
    expect(idOfInputs(resourceTypes["network:Subnet"], subnet, subscriptionId)).toBe(`${subnets}/a%20b`);
  });

  test.each([undefined, null, 7, { name: "a" }])("is undefined if a parameter is %j", (subnetName) => {
    expect(idOfInputs(resourceTypes["network:Subnet"], { ...subnet, subnetName }, subscriptionId)).toBeUndefined();
  });

  test.each([endpoint, endpoint.slice(1), `${endpoint}/`])("starts with the scope %s", (resourceUri) => {
    expect(idOfInputs(resourceTypes["monitor:DiagnosticSetting"], { resourceUri, name: "moor" }, subscriptionId)).toBe(setting);
  });

  test.each([
    ["", `${group}/providers/Microsoft.Network/virtualNetworks/vnet`],
    ["networks/a", `${group}/providers/Microsoft.Network/networks/a/virtualNetworks/vnet`],
  ])('of an untyped resource, whose parent is "%s"', (parentResourcePath, id) => {
    const inputs = {
      ...{ resourceGroupName: "rg", resourceProviderNamespace: "Microsoft.Network", parentResourcePath },
      ...{ resourceType: "virtualNetworks", resourceName: "vnet" },
    };
    expect(idOfInputs(resourceTypes["resources:Resource"], inputs, subscriptionId)).toBe(id);
  });
});
