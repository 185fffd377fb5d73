// Proves what Check fills in and what it reports. Messages and rules are from azure-native's source; no plugin was run.
import { CREATE_BEFORE_DELETE, type Defaults, validate, withDefaults } from "../../../azure-local/providers/check";
import { resourceType } from "../../../azure-local/providers/metadata";
import { type Properties, secret, UNKNOWN, type Value } from "../../../azure-local/providers/wire";

const endpoint = { endpointName: "chat", workspaceName: "w", resourceGroupName: "g", location: "swedencentral" };
const environment = { name: "chat", version: "1", workspaceName: "w", resourceGroupName: "g" };
const route = (path: Value) => ({
  properties: {
    inferenceConfig: {
      scoringRoute: { path, port: 8000 },
      livenessRoute: { path: "/h", port: 1 },
      readinessRoute: { path: "/h", port: 1 },
    },
  },
});
const MISSING_LOCATION =
  "missing required property 'location'. Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'.";

const cases: [title: string, token: string, inputs: Properties, failures: string[]][] = [
  ["nothing if all inputs are valid", "machinelearningservices:OnlineEndpoint", { ...endpoint, properties: { authMode: "Key" } }, []],
  [
    "a missing nested property",
    "machinelearningservices:OnlineEndpoint",
    { ...endpoint, properties: {} },
    ["missing required property 'properties.authMode'"],
  ],
  [
    "a missing path parameter",
    "machinelearningservices:OnlineDeployment",
    { deploymentName: "main", workspaceName: "w", resourceGroupName: "g", location: "x", properties: {} },
    ["missing required property 'endpointName'"],
  ],
  ["a missing location, with the command to set it", "resources:ResourceGroup", { resourceGroupName: "g" }, [MISSING_LOCATION]],
  [
    "the scoring route /, which contains no letter, digit or underscore",
    "machinelearningservices:EnvironmentVersion",
    { ...environment, ...route("/") },
    ["'properties.inferenceConfig.scoringRoute.path' does not match expression '[a-zA-Z0-9_]'"],
  ],
  [
    "nothing about /score, because a match anywhere is sufficient",
    "machinelearningservices:EnvironmentVersion",
    { ...environment, ...route("/score") },
    [],
  ],
  ["nothing about an unknown value", "machinelearningservices:EnvironmentVersion", { ...environment, ...route(UNKNOWN) }, []],
  ["nothing about an unknown object", "machinelearningservices:EnvironmentVersion", { ...environment, properties: UNKNOWN }, []],
  [
    "nothing within the generic resource",
    "resources:Resource",
    {
      resourceGroupName: "g",
      resourceProviderNamespace: "Microsoft.X",
      parentResourcePath: "",
      resourceType: "t",
      resourceName: "n",
      apiVersion: "1",
      ...route("/"),
    },
    [],
  ],
  [
    "nothing within a union member, which azure-native does not validate",
    "machinelearningservices:OnlineDeployment",
    { ...endpoint, deploymentName: "main", properties: { endpointComputeType: "Managed", instanceType: 7 } },
    [],
  ],
  [
    "nothing about an enum's value, which azure-native does not validate",
    "machinelearningservices:OnlineEndpoint",
    { ...endpoint, properties: { authMode: "Kye" } },
    [],
  ],
  [
    "a string in place of a number",
    "machinelearningservices:OnlineEndpoint",
    { ...endpoint, properties: { authMode: "Key", traffic: { main: 1 } }, sku: { name: "Default", capacity: "2" } },
    ["'sku.capacity' should be of type 'integer' but got a string"],
  ],
  [
    "a fraction in place of an integer",
    "machinelearningservices:OnlineEndpoint",
    { ...endpoint, properties: { authMode: "Key" }, sku: { name: "Default", capacity: 1.5 } },
    ["'sku.capacity' must be an integer but got 1.500000"],
  ],
  [
    "a list in place of a string",
    "machinelearningservices:OnlineEndpoint",
    { ...endpoint, properties: { authMode: ["Key"] } },
    ["'properties.authMode' should be of type 'string' but got an array"],
  ],
  [
    "a name that is too short",
    "machinelearningservices:Workspace",
    { workspaceName: "w", resourceGroupName: "g" },
    ["'workspaceName' does not match expression '^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$'"],
  ],
  [
    "an item of a list, by its index",
    "network:NetworkSecurityGroup",
    {
      networkSecurityGroupName: "n",
      resourceGroupName: "g",
      securityRules: [
        { name: "r", access: "Allow", direction: "Inbound", priority: 100, protocol: "*" },
        { name: "s", access: "Allow", direction: "Inbound", protocol: "*" },
      ],
    },
    ["missing required property 'securityRules[1].priority'"],
  ],
  [
    "an invalid secret, without its value",
    "machinelearningservices:EnvironmentVersion",
    { ...environment, name: secret("chat"), ...route(secret("/")) },
    ["'properties.inferenceConfig.scoringRoute.path' does not match expression '[a-zA-Z0-9_]'"],
  ],
];

describe("validate reports", () => {
  test.each(cases)("%s", (_, token, inputs, failures) => {
    expect(validate(resourceType(token), inputs)).toEqual(failures);
  });
});

const request = { name: "chat", urn: "urn:pulumi:dev::p::t::chat", randomSeed: new Uint8Array([1, 2, 3]) };
const none: Defaults = { location: undefined, locationOf: async () => undefined };
const defaulted = (token: string, news: Properties, olds: Properties = {}, defaults = none) =>
  withDefaults(resourceType(token), olds, news, request, defaults);

describe("names", () => {
  test("of resources have eight hexadecimal digits, the same for the same seed", async () => {
    const first = await defaulted("storage:StorageAccount", { resourceGroupName: "g" });
    const again = await defaulted("storage:StorageAccount", { resourceGroupName: "g" });
    expect(first.accountName).toMatch(/^chat[0-9a-f]{8}$/);
    expect(again.accountName).toBe(first.accountName);
    expect(first[CREATE_BEFORE_DELETE]).toBe(true);
  });

  test("of children are the logical name, and then a replacement is not created before the deletion", async () => {
    const inputs = await defaulted("machinelearningservices:OnlineDeployment", { endpointName: "e" });
    expect(inputs.deploymentName).toBe("chat");
    expect(inputs).not.toHaveProperty(CREATE_BEFORE_DELETE);
  });

  test("of endpoints have random digits although they are children", async () => {
    expect((await defaulted("machinelearningservices:OnlineEndpoint", {})).endpointName).toMatch(/^chat[0-9a-f]{8}$/);
  });

  test("of role assignments are GUIDs", async () => {
    const inputs = await defaulted("authorization:RoleAssignment", { scope: "/subscriptions/s" });
    expect(inputs.roleAssignmentName).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test("are kept from the old inputs, with the mark that they were generated", async () => {
    const olds = { accountName: "chat0a1b2c3d", [CREATE_BEFORE_DELETE]: true };
    expect(await defaulted("storage:StorageAccount", {}, olds)).toEqual(olds);
  });

  test("that are given are not changed or marked", async () => {
    expect(await defaulted("storage:StorageAccount", { accountName: "mine" }, { accountName: "old" })).toEqual({ accountName: "mine" });
  });
});

describe("the location", () => {
  const byGroup: Defaults = { location: undefined, locationOf: async (group) => (group === "g" ? "norwayeast" : undefined) };

  test("is the old one, if there is one", async () => {
    const inputs = await defaulted(
      "network:VirtualNetwork",
      { virtualNetworkName: "v" },
      { location: "westeurope" },
      { ...none, location: "swedencentral" },
    );
    expect(inputs.location).toBe("westeurope");
  });

  test("otherwise is the configured one", async () => {
    const inputs = await defaulted(
      "network:VirtualNetwork",
      { virtualNetworkName: "v", resourceGroupName: "g" },
      {},
      { ...byGroup, location: "swedencentral" },
    );
    expect(inputs.location).toBe("swedencentral");
  });

  test("otherwise is the resource group's location", async () => {
    const inputs = await defaulted("network:VirtualNetwork", { virtualNetworkName: "v", resourceGroupName: "g" }, {}, byGroup);
    expect(inputs.location).toBe("norwayeast");
  });

  test("is unknown if the resource group is unknown", async () => {
    const inputs = await defaulted("network:VirtualNetwork", { virtualNetworkName: "v", resourceGroupName: UNKNOWN }, {}, byGroup);
    expect(inputs.location).toBe(UNKNOWN);
  });

  test.each(["network:Subnet", "resources:Deployment", "keyvault:Secret"])("is not filled in for %s", async (token) => {
    expect(await defaulted(token, {}, {}, { ...none, location: "swedencentral" })).not.toHaveProperty("location");
  });
});
