// Proves which resources are read from templates, with their types, IDs and literal values, and that what can't be read is not proved.
import { ruleResources } from "../../../rules/read/pulumi";
import { type Body, SECRET, UNKNOWN, type Value } from "../../../rules/values";

const subscription = "11111111-1111-4111-8111-111111111111";
const group = `/subscriptions/${subscription}/resourceGroups/rg`;

function read(properties: Value, inputs: Body = {}) {
  const deployment: Body = { resourceGroupName: "rg", deploymentName: "d", properties, ...inputs };
  return ruleResources({ token: "azure-native:resources:Deployment", name: "write", inputs: deployment }, subscription);
}

function contents(...resources: Value[]) {
  return read({ mode: "Incremental", template: { resources } })
    .slice(1)
    .map(({ name, type, id, body }) => ({ name, type, id: id?.replace(group, "~"), body }));
}

const account = { type: "Microsoft.Storage/storageAccounts", apiVersion: "2024-01-01", name: "st", location: "westeurope" };

test("A deployment gives itself and the resources in its template", () => {
  const template = { $schema: "…", resources: [{ ...account, dependsOn: ["other"], sku: { name: "Standard_GRS" }, properties: { a: 1 } }] };
  const properties = { mode: "Incremental", template };
  expect(read(properties)).toEqual([
    {
      name: "write",
      type: "Microsoft.Resources/deployments",
      id: `${group}/providers/Microsoft.Resources/deployments/d`,
      apiVersion: "2024-03-01",
      body: { properties },
      from: "planned",
    },
    {
      name: "write/resources/0",
      type: "Microsoft.Storage/storageAccounts",
      id: `${group}/providers/Microsoft.Storage/storageAccounts/st`,
      apiVersion: "2024-01-01",
      body: { location: "westeurope", sku: { name: "Standard_GRS" }, properties: { a: 1 } },
      from: "planned",
    },
  ]);
});

test("Escaped text is literal, and expressions are unknown", () => {
  const properties = {
    escaped: "[[literal]",
    open: "[no end",
    twice: "[[[x]",
    expression: "[resourceGroup().location]",
    list: ["[x]", 1, null],
  };
  const [resource] = contents({ ...account, location: "[resourceGroup().location]", properties });
  expect(resource?.body).toEqual({
    location: UNKNOWN,
    properties: { escaped: "[literal]", open: "[no end", twice: "[[x]", expression: UNKNOWN, list: [UNKNOWN, 1, null] },
  });
});

test("An expression as a key makes its object unknown", () => {
  const [resource] = contents({ ...account, identity: { type: "UserAssigned", userAssignedIdentities: { "[variables('id')]": {} } } });
  expect(resource?.body.identity).toEqual({ type: "UserAssigned", userAssignedIdentities: UNKNOWN });
});

const vault = { type: "Microsoft.KeyVault/vaults", name: "kv" };

test.each<[string, Value, readonly [type: string, id: string | undefined][]]>([
  [
    "a child by its full type",
    { type: "Microsoft.KeyVault/vaults/secrets", name: "kv/s" },
    [["Microsoft.KeyVault/vaults/secrets", "~/providers/Microsoft.KeyVault/vaults/kv/secrets/s"]],
  ],
  [
    "a child in its parent",
    { ...vault, resources: [{ type: "secrets", name: "s", resources: [{ type: "versions", name: "v" }] }] },
    [
      ["Microsoft.KeyVault/vaults", "~/providers/Microsoft.KeyVault/vaults/kv"],
      ["Microsoft.KeyVault/vaults/secrets", "~/providers/Microsoft.KeyVault/vaults/kv/secrets/s"],
      ["Microsoft.KeyVault/vaults/secrets/versions", "~/providers/Microsoft.KeyVault/vaults/kv/secrets/s/versions/v"],
    ],
  ],
  [
    "a child with its full type and name in its parent",
    { ...vault, resources: [{ type: "Microsoft.KeyVault/vaults/secrets", name: "kv/s" }] },
    [
      ["Microsoft.KeyVault/vaults", "~/providers/Microsoft.KeyVault/vaults/kv"],
      ["Microsoft.KeyVault/vaults/secrets", "~/providers/Microsoft.KeyVault/vaults/kv/secrets/s"],
    ],
  ],
  [
    "an extension resource with a scope",
    { type: "Microsoft.Insights/diagnosticSettings", name: "d", scope: "Microsoft.KeyVault/vaults/kv" },
    [
      [
        "Microsoft.Insights/diagnosticSettings",
        "~/providers/Microsoft.KeyVault/vaults/kv/providers/Microsoft.Insights/diagnosticSettings/d",
      ],
    ],
  ],
  [
    "an extension resource with an ID as its scope",
    { type: "Microsoft.Authorization/roleAssignments", name: "r", scope: "/subscriptions/s/" },
    [["Microsoft.Authorization/roleAssignments", "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/r"]],
  ],
  [
    "an extension resource by the type of what it extends",
    { type: "Microsoft.KeyVault/vaults/providers/diagnosticSettings", name: "kv/Microsoft.Insights/d" },
    [
      [
        "Microsoft.Insights/diagnosticSettings",
        "~/providers/Microsoft.KeyVault/vaults/kv/providers/Microsoft.Insights/diagnosticSettings/d",
      ],
    ],
  ],
  [
    "an extension resource in what it extends",
    { ...vault, resources: [{ type: "providers/diagnosticSettings", name: "Microsoft.Insights/d" }] },
    [
      ["Microsoft.KeyVault/vaults", "~/providers/Microsoft.KeyVault/vaults/kv"],
      [
        "Microsoft.Insights/diagnosticSettings",
        "~/providers/Microsoft.KeyVault/vaults/kv/providers/Microsoft.Insights/diagnosticSettings/d",
      ],
    ],
  ],
  [
    "an extension resource with an unknown name",
    { type: "Microsoft.KeyVault/vaults/providers/roleAssignments", name: "[x]" },
    [["Microsoft.Authorization/roleAssignments", undefined]],
  ],
  ["a type that is an expression", { type: "[x]", name: "y" }, [["unknown", undefined]]],
  ["a resource that is an expression", "[x]", [["unknown", undefined]]],
  ["copies", { ...vault, copy: { name: "loop", count: 3 } }, [["Microsoft.KeyVault/vaults", undefined]]],
  [
    "a name with too few parts",
    { type: "Microsoft.KeyVault/vaults/secrets", name: "s" },
    [["Microsoft.KeyVault/vaults/secrets", undefined]],
  ],
  ["a resource that exists", { ...vault, existing: true }, []],
  ["a resource that is never created", { ...vault, condition: false }, []],
  [
    "a resource that may be created",
    { ...vault, condition: "[x]" },
    [["Microsoft.KeyVault/vaults", "~/providers/Microsoft.KeyVault/vaults/kv"]],
  ],
])("%s is read", (_, resource, expected) => {
  expect(contents(resource).map(({ type, id }) => [type, id])).toEqual(expected);
});

test("A nested deployment gives its resources, in its own scope", () => {
  const inner = {
    type: "Microsoft.Resources/deployments",
    name: "inner",
    resourceGroup: "other",
    properties: { template: { resources: [account] } },
  };
  const outer = { type: "microsoft.resources/Deployments", name: "outer", properties: { template: { resources: [inner] } } };
  expect(contents(outer).map(({ name, type, id }) => [name, type, id])).toEqual([
    ["write/resources/0", "microsoft.resources/Deployments", "~/providers/microsoft.resources/Deployments/outer"],
    [
      "write/resources/0/resources/0",
      "Microsoft.Resources/deployments",
      `/subscriptions/${subscription}/resourceGroups/other/providers/Microsoft.Resources/deployments/inner`,
    ],
    [
      "write/resources/0/resources/0/resources/0",
      account.type,
      `/subscriptions/${subscription}/resourceGroups/other/providers/${account.type}/st`,
    ],
  ]);
});

test("Named resources (language version 2.0) are read by their names", () => {
  const [, resource] = read({ template: { languageVersion: "2.0", resources: { weights: account } } });
  expect(resource).toMatchObject({ name: "write/resources/weights", type: account.type, body: { location: "westeurope" } });
});

test("The members of a template have no case", () => {
  const [, resource] = read({ template: { Resources: [{ Type: account.type, Name: "st", Location: "westeurope" }] } });
  expect(resource).toMatchObject({ type: account.type, id: `${group}/providers/${account.type}/st`, body: { Location: "westeurope" } });
});

const unreadable = { name: "write/resources", type: "unknown", body: { location: UNKNOWN, properties: UNKNOWN }, from: "planned" };

test.each<[string, Value]>([
  ["linked", { templateLink: { uri: "https://example.com/t.json" } }],
  ["a template spec", { templateLink: { id: "/a/spec" } }],
  ["unknown", { template: UNKNOWN }],
  ["secret", { template: SECRET }],
  ["unknown with all properties", UNKNOWN],
  ["absent", undefined],
  ["text", { template: "{}" }],
  ["with unknown resources", { template: { resources: UNKNOWN } }],
])("A template that is %s is not proved", (_, properties) => {
  expect(read(properties).slice(1)).toEqual([unreadable]);
});

test("An untyped deployment and deployments in other scopes are read too", () => {
  const properties = { template: { resources: [account] } };
  const untyped = {
    resourceProviderNamespace: "Microsoft.Resources",
    resourceType: "deployments",
    resourceName: "d",
    resourceGroupName: "rg",
    properties,
  };
  const types = (token: string, inputs: Body) => ruleResources({ token, name: "x", inputs }, subscription).map(({ type }) => type);
  const both = ["Microsoft.Resources/deployments", account.type];
  expect(types("azure-native:resources:Resource", untyped)).toEqual(both);
  expect(types("azure-native:resources:DeploymentAtSubscriptionScope", { deploymentName: "d", properties })).toEqual(both);
  expect(types("azure-native:resources:DeploymentAtScope", { scope: group, deploymentName: "d", properties })).toEqual(both);
  expect(types("azure-native:resources:DeploymentStackAtResourceGroup", { template: properties.template })).toEqual([
    "Microsoft.Resources/deploymentStacks",
    account.type,
  ]);
});
