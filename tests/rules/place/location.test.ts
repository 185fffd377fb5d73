// Proves that every region in the body of a resource is judged, in any spelling. Doesn't prove that Azure has no other property with a region.
import { SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, outside, resourceOf, resultsOf, sweden, types } from "./world";

const vault = (location: Value) => resourceOf("Microsoft.KeyVault/vaults", { location });

test.each<[Value, string[]]>([
  ["swedencentral", ["holds location"]],
  ["Sweden Central", ["holds location"]],
  ["SwedenSouth", ["holds location"]],
  ["westeurope", ["violated location"]],
  ["West Europe", ["violated location"]],
  ["global", ["violated location"]],
  ["Global", ["violated location"]],
  ["swedencentralstage", ["violated location"]],
  ["", ["violated location"]],
  [42, ["violated location"]],
  [["swedencentral"], ["violated location"]],
  [{ name: "swedencentral" }, ["violated location"]],
  [UNKNOWN, ["unknown location"]],
  [SECRET, ["unknown location"]],
  [undefined, ["unknown location"]],
  [null, ["unknown location"]],
])("a vault in %p", (location, expected) => {
  expect(resultsOf("MOOR401", vault(location))).toEqual(expected);
});

test("a finding names the country and the allowed regions", () => {
  expect(checksOf(vault("West Europe")).find(({ code }) => code === "MOOR401")).toMatchObject({
    value: "West Europe",
    problem: "The resource is in westeurope (Netherlands), outside the residency.",
    allowed: "swedencentral, swedensouth",
    remedy: "Create the resource in a region of the residency.",
  });
});

test.each([
  "Microsoft.Authorization/roleAssignments",
  "Microsoft.Insights/diagnosticSettings",
  "Microsoft.Network/virtualNetworks/subnets",
])("%s has no region of its own", (type) => {
  expect(resultsOf("MOOR401", resourceOf(type, { properties: {} }))).toEqual([]);
});

test("a child with a location is judged by it", () => {
  expect(resultsOf("MOOR401", resourceOf("Microsoft.ContainerRegistry/registries/webhooks", { location: "westus" }))).toEqual([
    "violated location",
  ]);
});

test.each<[string, Value, string[]]>([
  ["an edge zone", { name: "losangeles", type: "EdgeZone" }, ["violated extendedLocation"]],
  ["a zone that is unknown", UNKNOWN, ["violated extendedLocation"]],
  ["none", undefined, []],
])("an extended location: %s", (_, extendedLocation, expected) => {
  const account = resourceOf("Microsoft.Storage/storageAccounts", { location: "swedencentral", extendedLocation });
  expect(resultsOf("MOOR401", account).slice(1)).toEqual(expected);
});

test.each<[string, string, Value, string[]]>([
  [
    "regions of a database",
    "Microsoft.DocumentDB/databaseAccounts",
    { locations: [{ locationName: "Sweden Central" }, { locationName: "West Europe" }] },
    ["holds properties.locations.0.locationName", "violated properties.locations.1.locationName"],
  ],
  [
    "further regions of a gateway",
    "Microsoft.ApiManagement/service",
    { additionalLocations: [{ location: "eastus" }] },
    ["violated properties.additionalLocations.0.location"],
  ],
  [
    "service endpoints of a subnet",
    "Microsoft.Network/virtualNetworks/subnets",
    { serviceEndpoints: [{ service: "Microsoft.Storage", locations: ["swedencentral", "northeurope"] }] },
    ["holds properties.serviceEndpoints.0.locations.0", "violated properties.serviceEndpoints.0.locations.1"],
  ],
  [
    "the target of an alert",
    "Microsoft.Insights/metricAlerts",
    { targetResourceRegion: "eastus2" },
    ["violated properties.targetResourceRegion"],
  ],
  [
    "regions of a service",
    "Microsoft.CognitiveServices/accounts",
    { locations: { regions: [{ name: "westus" }] } },
    ["violated properties.locations.regions.0.name"],
  ],
  ["text that is no region", "Microsoft.Portal/dashboards", { region: "left", location: "somewhere" }, []],
  [
    "an environment variable",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
    { environmentVariables: { REGION: "westus" } },
    [],
  ],
])("regions in properties: %s", (_, type, properties, expected) => {
  expect(
    resultsOf("MOOR401", resourceOf(type, { location: "swedencentral", properties })).filter((one) => one.includes("properties")),
  ).toEqual(expected);
});

test("a resource group is judged like any other resource", () => {
  expect(resultsOf("MOOR401", resourceOf("Microsoft.Resources/resourceGroups", { location: "northeurope" }))).toEqual([
    "violated location",
  ]);
  const ireland = { ...sweden, regions: ["northeurope"] as const };
  expect(resultsOf("MOOR401", resourceOf("microsoft.resources/RESOURCEGROUPS", { location: "North Europe" }), ireland)).toEqual([
    "holds location",
  ]);
});

test("the region of a resource of the stack is one finding, which references to it don't repeat", () => {
  const account = resourceOf(types.account, { location: "westeurope" }, { name: "storage", id: outside.account });
  const setting = resourceOf("Microsoft.Insights/diagnosticSettings", { properties: { storageAccountId: outside.account } });
  const [check] = checksOf(setting, sweden, [account]).filter(({ code }) => code === "MOOR410");
  expect(check).toMatchObject({ outcome: "unknown", problem: expect.stringContaining("storage has its own finding") });
});
