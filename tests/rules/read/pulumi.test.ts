// Proves how resources of Pulumi are read that the oracle doesn't cover: versions, unknown types and values, untyped resources, and bad input.
import * as fc from "fast-check";
import { ruleResources } from "../../../rules/read/pulumi";
import { type Body, SECRET, UNKNOWN, type Value } from "../../../rules/values";

const subscription = "11111111-1111-4111-8111-111111111111";
const group = `/subscriptions/${subscription}/resourceGroups/rg`;
const one = (token: string, inputs: Body, id?: string) => ruleResources({ token, name: "one", inputs, id }, subscription)[0];

test.each([
  ["azure-native:storage:StorageAccount", "2024-01-01"],
  ["azure-native:storage/v20230501:StorageAccount", "2023-05-01"],
  ["azure-native:storage/v20230501preview:StorageAccount", "2023-05-01-preview"],
  ["azure-native_storage_v20230501:storage:StorageAccount", "2023-05-01"],
])("%s has the API version %s", (token, apiVersion) => {
  const inputs = { resourceGroupName: "rg", accountName: "st", location: "westeurope", enableHttpsTrafficOnly: true };
  expect(one(token, inputs)).toEqual({
    name: "one",
    type: "Microsoft.Storage/storageAccounts",
    id: `${group}/providers/Microsoft.Storage/storageAccounts/st`,
    apiVersion,
    body: { location: "westeurope", properties: { supportsHttpsTrafficOnly: true } },
    from: "planned",
  });
});

test("A type without a row is its token, with its location", () => {
  const body = { location: "westeurope", properties: { a: 1 } };
  expect(one("azure-native:novel:Thing", { resourceGroupName: "rg", location: "westeurope", a: 1 })).toEqual({
    ...{ name: "one", type: "azure-native:novel:Thing", id: undefined, apiVersion: undefined, body, from: "planned" },
  });
});

test("A type that only rules know has its ARM type and ID", () => {
  const inputs: Body = {
    resourceGroupName: "rg",
    accountName: "st",
    objectReplicationPolicyId: "p",
    sourceAccount: "st",
    destinationAccount: "far",
  };
  expect(one("azure-native:storage:ObjectReplicationPolicy", inputs)).toMatchObject({
    type: "Microsoft.Storage/storageAccounts/objectReplicationPolicies",
    id: `${group}/providers/Microsoft.Storage/storageAccounts/st/objectReplicationPolicies/p`,
    body: { properties: { sourceAccount: "st", destinationAccount: "far" } },
  });
});

test.each<[string, Body, Body]>([
  [
    "operationalinsights:DataExport",
    { resourceId: "/a", eventHubName: "h" },
    { destination: { resourceId: "/a", metaData: { eventHubName: "h" } } },
  ],
  [
    "eventgrid:EventSubscription",
    { destination: { endpointType: "WebHook", endpointUrl: "https://x" }, labels: ["l"] },
    { destination: { endpointType: "WebHook", properties: { endpointUrl: "https://x" } }, labels: ["l"] },
  ],
  ["storage:StorageAccountStaticWebsite", { indexDocument: "i.html" }, { staticWebsite: { enabled: true, indexDocument: "i.html" } }],
  ["storage:StorageAccountStaticWebsite", {}, { staticWebsite: { enabled: true } }],
])("%s has the properties that ARM has", (name, inputs, properties) => {
  expect(one(`azure-native:${name}`, inputs)?.body).toEqual({ properties });
});

test.each(["moor:index:Traffic", "random:index/randomString:RandomString", "pulumi:providers:azure-native", "azure-native", "", "a:b:c"])(
  "%p gives no resource of ARM",
  (token) => {
    expect(ruleResources({ token, name: "one", inputs: {} })).toEqual([]);
  },
);

test("An ID is undefined if a part of it is unknown, and a known ID is used", () => {
  const inputs: Body = { resourceGroupName: "rg", accountName: UNKNOWN };
  const token = "azure-native:storage:StorageAccount";
  expect(one(token, inputs)?.id).toBeUndefined();
  expect(one(token, inputs, "/known")?.id).toBe("/known");
  expect(one(token, inputs, "")?.id).toBeUndefined();
  expect(ruleResources({ token, name: "one", inputs: { resourceGroupName: "rg", accountName: "st" } })[0]?.id).toBeUndefined();
});

test("Identities are a map; with an unknown one, they are unknown", () => {
  const identity = (...userAssignedIdentities: Value[]) =>
    one("azure-native:storage:StorageAccount", { identity: { type: "UserAssigned", userAssignedIdentities } })?.body;
  expect(identity("/a", "/b")).toEqual({ identity: { type: "UserAssigned", userAssignedIdentities: { "/a": {}, "/b": {} } } });
  expect(identity("/a", UNKNOWN)).toEqual({ identity: { type: "UserAssigned", userAssignedIdentities: UNKNOWN } });
  expect(identity()).toEqual({ identity: { type: "UserAssigned", userAssignedIdentities: {} } });
});

test("Unknown and secret values stay what they are, at any depth", () => {
  const inputs: Body = {
    sku: UNKNOWN,
    networkRuleSet: { defaultAction: SECRET, ipRules: [UNKNOWN, { iPAddressOrRange: UNKNOWN }] },
    tags: SECRET,
  };
  expect(one("azure-native:storage:StorageAccount", inputs)?.body).toEqual({
    sku: UNKNOWN,
    tags: SECRET,
    properties: { networkAcls: { defaultAction: SECRET, ipRules: [UNKNOWN, { value: UNKNOWN }] } },
  });
});

const untyped = (parentResourcePath: Value, resourceType: Value, properties: Value = {}) =>
  one("azure-native:resources:Resource", {
    ...{
      resourceGroupName: "rg",
      resourceProviderNamespace: "Microsoft.MachineLearningServices",
      resourceName: "n",
      apiVersion: "2025-12-01",
    },
    ...{ parentResourcePath, resourceType, properties },
  });

test.each<[Value, Value, string, string | undefined]>([
  ["", "workspaces", "workspaces", "workspaces/n"],
  [undefined, "workspaces", "workspaces", "workspaces/n"],
  ["workspaces/w", "connections", "workspaces/connections", "workspaces/w/connections/n"],
  ["/workspaces/w/", "environments/e/versions", "workspaces/environments/versions", "workspaces/w/environments/e/versions/n"],
])("An untyped resource in %p of the type %p counts as %s", (parent, resourceType, type, path) => {
  const namespace = "Microsoft.MachineLearningServices";
  expect(untyped(parent, resourceType)).toMatchObject({
    type: `${namespace}/${type}`,
    id: `${group}/providers/${namespace}/${path}`,
    apiVersion: "2025-12-01",
  });
});

test("An untyped extension resource has its own type", () => {
  const path = "workspaces/w/providers/Microsoft.Insights";
  expect(untyped(path, "diagnosticSettings")).toMatchObject({
    type: "Microsoft.Insights/diagnosticSettings",
    id: `${group}/providers/Microsoft.MachineLearningServices/${path}/diagnosticSettings/n`,
  });
});

test("The version of an asset in a workspace whose name is unknown is recognized by its properties", () => {
  const prefix = "Microsoft.MachineLearningServices/workspaces";
  expect(untyped(UNKNOWN, "versions", { image: "cr/x@sha256:1" })).toMatchObject({
    type: `${prefix}/environments/versions`,
    id: undefined,
  });
  expect(untyped(UNKNOWN, "versions", { modelUri: "azureml://x" })?.type).toBe(`${prefix}/models/versions`);
  expect(untyped(UNKNOWN, "versions", { other: 1 })?.type).toBe("unknown");
  expect(untyped(UNKNOWN, "things")?.type).toBe("unknown");
  expect(untyped("workspaces/w", UNKNOWN)?.type).toBe("unknown");
});

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constantFrom(null, undefined, UNKNOWN, SECRET));
const keys = fc.oneof(
  fc.constantFrom(
    ...[
      "properties",
      "template",
      "resources",
      "identity",
      "userAssignedIdentities",
      "subnets",
      "encryption",
      "networkRuleSet",
      "__proto__",
    ],
    ...["type", "name", "scope", "parentResourcePath", "resourceType", "resourceProviderNamespace", "constructor", "condition", "copy"],
  ),
  fc.string(),
);
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "large", withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(keys, tie("value")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries) as Value),
  ),
}));
const tokens = [
  "storage:StorageAccount",
  "resources:Deployment",
  "resources:Resource",
  "network:VirtualNetwork",
  "novel:Thing",
  "keyvault:Secret",
];

test("Any inputs are read without an error", () => {
  const inputs = fc.array(fc.tuple(keys, anyValue), { maxLength: 6 }).map((entries) => Object.fromEntries(entries) as Body);
  fc.assert(
    fc.property(fc.constantFrom(...tokens), inputs, (token, values) => {
      for (const { name, type } of ruleResources({ token: `azure-native:${token}`, name: "one", inputs: values }, subscription)) {
        expect([name.startsWith("one"), typeof type]).toEqual([true, "string"]);
      }
    }),
    { numRuns: 2000 },
  );
});
