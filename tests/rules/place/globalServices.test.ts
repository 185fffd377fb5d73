// Proves which findings are platform findings: only types that Azure itself makes global. Any other type in `global` is a violation.
import { UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, resourceOf, resultsOf } from "./world";

test.each<[string, Value, string[], string[]]>([
  ["Microsoft.Network/privateDnsZones", "global", ["violated location"], []],
  ["microsoft.network/PRIVATEDNSZONES", "Global", ["violated location"], []],
  ["Microsoft.Network/privateDnsZones", undefined, ["violated location"], []],
  ["Microsoft.Network/privateDnsZones/virtualNetworkLinks", "Global", ["violated location"], []],
  ["Microsoft.Insights/metricAlerts", "global", ["violated location"], []],
  ["Microsoft.Insights/metricAlerts", "swedencentral", [], ["holds location"]],
  ["Microsoft.Insights/metricAlerts", "westeurope", [], ["violated location"]],
  ["Microsoft.Insights/metricAlerts", UNKNOWN, [], ["unknown location"]],
  ["Microsoft.Cdn/profiles", "Global", [], ["violated location"]],
  ["Microsoft.Network/frontDoors", "global", [], ["violated location"]],
  ["Microsoft.Storage/storageAccounts", "global", [], ["violated location"]],
])("%s in %p", (type, location, platform, place) => {
  const resource = resourceOf(type, { location });
  expect([resultsOf("MOOR430", resource), resultsOf("MOOR401", resource)]).toEqual([platform, place]);
});

test("a resource group depends on four global services", () => {
  expect(resultsOf("MOOR430", resourceOf("Microsoft.Resources/resourceGroups", { location: "swedencentral" }))).toEqual([
    "violated Azure Resource Manager",
    "violated Microsoft Entra ID",
    "violated Azure role-based access control",
    "violated Azure billing",
  ]);
});

test.each<[Value, string[]]>([
  ["AllowOnlyApprovedOutbound", ["violated properties.managedNetwork.isolationMode"]],
  ["AllowInternetOutbound", ["violated properties.managedNetwork.isolationMode"]],
  ["Disabled", []],
  [undefined, []],
  [UNKNOWN, ["unknown properties.managedNetwork.isolationMode"]],
])("the service tag of a managed network with isolation mode %p", (isolationMode, expected) => {
  const workspace = resourceOf("Microsoft.MachineLearningServices/workspaces", { properties: { managedNetwork: { isolationMode } } });
  expect(resultsOf("MOOR430", workspace)).toEqual(expected);
});

test("a platform finding says what the service stores", () => {
  const [check] = checksOf(resourceOf("Microsoft.Insights/metricAlerts", { location: "global" }));
  expect(check?.problem).toBe("The resource is global: Azure can store metric names, thresholds and metric values in any region.");
});

test.each<[Value, string[]]>([
  ["EU", ["holds properties.dataBoundary"]],
  ["NotDefined", ["unknown properties.dataBoundary"]],
  ["Global", ["unknown properties.dataBoundary"]],
  [undefined, ["unknown properties.dataBoundary"]],
])("the data boundary %p", (dataBoundary, expected) => {
  const boundary = resourceOf("Microsoft.Resources/dataBoundaries", { properties: { dataBoundary } }, { from: "observed" });
  expect(resultsOf("MOOR430", boundary)).toEqual(expected);
});
