// Proves which settings copy or export logs and traces. Doesn't prove where Microsoft stores its own diagnostics.
import { SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, inside, missing, outside, resourceOf, resultsOf, types } from "./world";

const logs = (properties: Value, more = {}) => resourceOf(types.logs, { location: "swedencentral", properties }, more);

test.each<[string, Value, string]>([
  ["not set", undefined, "holds properties.replication.enabled"],
  ["off", { enabled: false }, "holds properties.replication.enabled"],
  ["off as text", { enabled: "False" }, "holds properties.replication.enabled"],
  ["off with a location", { enabled: false, location: "westeurope" }, "holds properties.replication.enabled"],
  ["on, inside", { enabled: true, location: "Sweden South" }, "holds properties.replication.location"],
  ["on, outside", { enabled: true, location: "westeurope" }, "violated properties.replication.location"],
  ["on, as text", { enabled: "true", location: "westeurope" }, "violated properties.replication.location"],
  ["on, without a location", { enabled: true }, "violated properties.replication.location"],
  ["on, with an unknown location", { enabled: true, location: UNKNOWN }, "unknown properties.replication.location"],
  ["unknown", UNKNOWN, "unknown properties.replication.enabled"],
  ["unknown whether on", { enabled: UNKNOWN, location: "westeurope" }, "unknown properties.replication.enabled"],
  ["a number", { enabled: 1, location: "westeurope" }, "violated properties.replication.location"],
])("replication: %s", (_, replication, expected) => {
  expect(resultsOf("MOOR408", logs({ replication }))).toEqual([expected]);
  expect(resultsOf("MOOR408", resourceOf("Microsoft.OperationalInsights/clusters", { properties: { replication } }))).toEqual([expected]);
});

test("an observed workspace without the property is proved only by an API version that has it", () => {
  const observed = (apiVersion?: string) => logs({}, { from: "observed", apiVersion });
  expect(resultsOf("MOOR408", observed("2023-09-01"))).toEqual(["unknown properties.replication.enabled"]);
  expect(resultsOf("MOOR408", observed())).toEqual(["unknown properties.replication.enabled"]);
  expect(resultsOf("MOOR408", observed("2025-02-01"))).toEqual(["holds properties.replication.enabled"]);
  expect(resultsOf("MOOR408", observed("2025-07-01-preview"))).toEqual(["holds properties.replication.enabled"]);
});

test("a location that is also judged by its own code is no second finding", () => {
  const replicated = logs({ replication: { enabled: true, location: "westeurope" } });
  expect(
    checksOf(replicated)
      .filter(({ outcome }) => outcome === "violated")
      .map(({ code }) => code),
  ).toEqual(["MOOR408"]);
});

test.each<[string, string, Value, string[]]>([
  ["export inside", "dataExports", { destination: { resourceId: inside.account } }, ["holds properties.destination.resourceId"]],
  ["export outside", "dataExports", { destination: { resourceId: outside.account } }, ["violated properties.destination.resourceId"]],
  [
    "export to an event hub outside",
    "dataExports",
    { destination: { resourceId: `${outside.hub}/` } },
    ["violated properties.destination.resourceId"],
  ],
  ["export elsewhere", "dataExports", { destination: { resourceId: missing.account } }, ["unknown properties.destination.resourceId"]],
  ["export, unknown", "dataExports", { destination: UNKNOWN }, ["unknown properties.destination"]],
  ["export to text", "dataExports", { destination: "somewhere" }, ["violated properties.destination"]],
  [
    "linked storage",
    "linkedStorageAccounts",
    { storageAccountIds: [inside.account, outside.account] },
    ["holds properties.storageAccountIds.0", "violated properties.storageAccountIds.1"],
  ],
  ["linked cluster", "linkedServices", { writeAccessResourceId: outside.logs }, ["violated properties.writeAccessResourceId"]],
])("%s", (_, child, properties, expected) => {
  expect(resultsOf("MOOR409", resourceOf(`${types.logs}/${child}`, { properties }))).toEqual(expected);
});

test.each<[Value, string[]]>([
  [
    { features: { clusterResourceId: outside.logs } },
    ["violated properties.features.clusterResourceId", "holds properties.features.enableDataExport"],
  ],
  [
    { defaultDataCollectionRuleResourceId: missing.logs },
    ["unknown properties.defaultDataCollectionRuleResourceId", "holds properties.features.enableDataExport"],
  ],
  [{ features: { enableDataExport: true } }, ["violated properties.features.enableDataExport"]],
  [{ features: { enableDataExport: false } }, ["holds properties.features.enableDataExport"]],
])("a log workspace with %j", (properties, expected) => {
  expect(resultsOf("MOOR409", logs(properties))).toEqual(expected);
});

const insights = (properties: Value) => resourceOf(types.insights, { location: "swedencentral", properties });

test.each<[string, Value, string]>([
  ["the stack's logs", { WorkspaceResourceId: inside.logs }, "holds"],
  ["the stack's logs, in lower case", { workspaceResourceId: inside.logs.toLowerCase() }, "holds"],
  ["logs outside", { WorkspaceResourceId: outside.logs }, "violated"],
  ["logs that aren't in the review", { WorkspaceResourceId: missing.logs }, "unknown"],
  ["an unknown ID", { WorkspaceResourceId: UNKNOWN }, "unknown"],
  ["a secret", { WorkspaceResourceId: SECRET }, "unknown"],
  ["no workspace", {}, "violated"],
  ["an empty ID", { WorkspaceResourceId: "" }, "violated"],
  ["no body", undefined, "violated"],
  ["text", { WorkspaceResourceId: "logs" }, "violated"],
])("traces in %s", (_, properties, outcome) => {
  expect(resultsOf("MOOR415", insights(properties))[0]).toBe(`${outcome} properties.WorkspaceResourceId`);
});

test.each<[string, Value, string, string]>([
  ["MOOR415", { IngestionMode: "LogAnalytics" }, "IngestionMode", "holds"],
  ["MOOR415", { IngestionMode: "ApplicationInsights" }, "IngestionMode", "violated"],
  ["MOOR415", { IngestionMode: "ApplicationInsightsWithDiagnosticSettings" }, "IngestionMode", "violated"],
  ["MOOR423", { DisableIpMasking: true }, "DisableIpMasking", "violated"],
  ["MOOR423", { DisableIpMasking: false }, "DisableIpMasking", "holds"],
  ["MOOR423", {}, "DisableIpMasking", "holds"],
  ["MOOR423", { DisableIpMasking: UNKNOWN }, "DisableIpMasking", "unknown"],
])("%s of Application Insights with %j", (code, properties, property, outcome) => {
  expect(resultsOf(code, insights(properties))).toContain(`${outcome} properties.${property}`);
});

test("continuous export and stores for profiles", () => {
  expect(resultsOf("MOOR409", resourceOf(`${types.insights}/exportconfiguration`, { properties: {} }))).toEqual([
    "violated properties.DestinationStorageLocationId",
  ]);
  const linked = (linkedStorageAccount: string) =>
    resourceOf(`${types.insights}/linkedStorageAccounts`, { properties: { linkedStorageAccount } });
  expect(resultsOf("MOOR409", linked(inside.account))).toEqual(["holds properties.linkedStorageAccount"]);
  expect(resultsOf("MOOR409", linked(outside.account))).toEqual(["violated properties.linkedStorageAccount"]);
});
