// Proves which differences are detected and which of them replace. Does not prove that the table of create-only properties is complete.
import { CREATE_BEFORE_DELETE } from "../../../azure-local/providers/check";
import { diffInputs, refreshedInputs } from "../../../azure-local/providers/diff";
import { resourceType } from "../../../azure-local/providers/metadata";
import { type Properties, secret, UNKNOWN } from "../../../azure-local/providers/wire";

const cases: [title: string, token: string, old: Properties, next: Properties, expected: Record<string, string>][] = [
  ["nothing changed", "network:Subnet", { subnetName: "s", addressPrefix: "a" }, { subnetName: "s", addressPrefix: "a" }, {}],
  [
    "a path parameter",
    "network:Subnet",
    { virtualNetworkName: "v" },
    { virtualNetworkName: "w" },
    { virtualNetworkName: "update replace" },
  ],
  ["the location", "network:VirtualNetwork", { location: "swedencentral" }, { location: "norwayeast" }, { location: "update replace" }],
  ["the spelling of the location", "network:VirtualNetwork", { location: "Sweden Central" }, { location: "swedencentral" }, {}],
  ["a tag", "network:VirtualNetwork", { tags: { a: "1" } }, { tags: { a: "2", "b.c": "3" } }, { "tags.a": "update", 'tags["b.c"]': "add" }],
  ["a removed property", "network:VirtualNetwork", { tags: { a: "1" } }, {}, { tags: "delete" }],
  [
    "a deployment's VM size",
    "machinelearningservices:OnlineDeployment",
    { properties: { instanceType: "a", environmentVariables: { A: "1" } } },
    { properties: { instanceType: "b", environmentVariables: { A: "2" } } },
    { "properties.instanceType": "update replace", "properties.environmentVariables.A": "update" },
  ],
  [
    "an endpoint's keys",
    "machinelearningservices:OnlineEndpoint",
    { properties: { authMode: "Key" } },
    { properties: { authMode: "Key", keys: { primaryKey: "k" } } },
    { "properties.keys": "add replace" },
  ],
  [
    "an endpoint's identity and traffic",
    "machinelearningservices:OnlineEndpoint",
    { identity: { type: "UserAssigned", userAssignedIdentities: ["/a"] }, properties: { traffic: { a: 100 } } },
    { identity: { type: "UserAssigned", userAssignedIdentities: ["/b"] }, properties: { traffic: { a: 0, b: 100 } } },
    { "identity.userAssignedIdentities[0]": "update", "properties.traffic.a": "update", "properties.traffic.b": "add" },
  ],
  [
    "the parts of an environment version, but not its description",
    "machinelearningservices:EnvironmentVersion",
    { properties: { image: "a", inferenceConfig: { scoringRoute: { path: "/a" } }, description: "d" } },
    { properties: { image: "b", inferenceConfig: { scoringRoute: { path: "/b" } }, description: "e" } },
    {
      "properties.image": "update replace",
      "properties.inferenceConfig.scoringRoute.path": "update replace",
      "properties.description": "update",
    },
  ],
  [
    "a private endpoint's subnet",
    "network:PrivateEndpoint",
    { subnet: { id: "/a" } },
    { subnet: { id: "/b" } },
    { "subnet.id": "update replace" },
  ],
  [
    "a role assignment's principal and role",
    "authorization:RoleAssignment",
    { principalId: "a", roleDefinitionId: "x" },
    { principalId: "b", roleDefinitionId: "y" },
    { principalId: "update replace", roleDefinitionId: "update" },
  ],
  ["an unknown value", "network:PrivateEndpoint", { subnet: { id: "/a" } }, { subnet: { id: UNKNOWN } }, { "subnet.id": "update replace" }],
  ["a value that only became secret", "keyvault:Secret", { properties: { value: "x" } }, { properties: { value: secret("x") } }, {}],
  ["an item of a list", "monitor:MetricAlert", { scopes: ["/a", "/b"] }, { scopes: ["/a"] }, { "scopes[1]": "delete" }],
];

describe("a difference in", () => {
  test.each(cases)("%s", (_, token, old, next, expected) => {
    const { deleteBeforeReplace, differences } = diffInputs(resourceType(token), old, next);
    const found = Object.fromEntries([...differences].map(([path, { kind, replace }]) => [path, replace ? `${kind} replace` : kind]));
    expect(found).toEqual(expected);
    expect(deleteBeforeReplace).toBe(Object.values(expected).some((kind) => kind.endsWith("replace")));
  });

  test("a resource with a generated name is replaced before it is deleted", () => {
    const mark = { [CREATE_BEFORE_DELETE]: true };
    const { deleteBeforeReplace, differences } = diffInputs(
      resourceType("storage:StorageAccount"),
      { ...mark, accountName: "a", isHnsEnabled: false },
      { ...mark, accountName: "a", isHnsEnabled: true },
    );
    expect([...differences]).toEqual([["isHnsEnabled", { kind: "update", replace: true }]]);
    expect(deleteBeforeReplace).toBe(false);
  });
});

describe("a refresh", () => {
  test("does not change the inputs if Azure returns the same as before", () => {
    const outputs = { properties: { a: "A", filledIn: true }, tags: { x: "1" } };
    const inputs = { path: "p", properties: { a: "a" } };
    expect(refreshedInputs(inputs, outputs, outputs)).toEqual(inputs);
  });

  test("adopts changes in Azure, but not values that the service filled in", () => {
    const before = { properties: { a: 1, filledIn: true, list: [{ v: 1, d: 0 }] } };
    const after: Properties = { properties: { a: 2, filledIn: true, list: [{ v: 3, d: 0 }, { v: 4 }] } };
    expect(refreshedInputs({ properties: { a: 1, list: [{ v: 1 }] } }, before, after)).toEqual({
      properties: { a: 2, list: [{ v: 3 }, { v: 4 }] },
    });
  });

  test("adopts added values and removes removed ones", () => {
    const inputs = { path: "p", tags: { a: "1" }, properties: { x: 1 } };
    expect(refreshedInputs(inputs, { tags: { a: "1" } }, { properties: { x: 2 } })).toEqual({ path: "p", properties: { x: 2 } });
  });
});
