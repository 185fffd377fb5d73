// Proves that every sink of a diagnostic setting is judged by the region of its resource. Doesn't prove which settings exist.
import { SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, inside, missing, outside, resourceOf, resultsOf, sweden } from "./world";

const setting = (properties: Value) => resourceOf("Microsoft.Insights/diagnosticSettings", { properties });

const sinks = {
  workspaceId: [inside.logs, outside.logs, missing.logs],
  storageAccountId: [inside.account, outside.account, missing.account],
  eventHubAuthorizationRuleId: [inside.hub, outside.hub, missing.hub].map((id) => `${id}/authorizationRules/send`),
  serviceBusRuleId: [inside.hub, outside.hub, missing.hub].map((id) => `${id}/authorizationrules/send`),
};

describe.each(Object.entries(sinks))("%s", (name, [home, away, absent]) => {
  test.each<[string, Value, string]>([
    ["inside", home, "holds"],
    ["inside, in capitals", home!.toUpperCase(), "holds"],
    ["outside", away, "violated"],
    ["outside, in capitals", away!.toUpperCase(), "violated"],
    ["not in the review", absent, "unknown"],
    ["unknown", UNKNOWN, "unknown"],
    ["secret", SECRET, "unknown"],
    ["a number", 7, "violated"],
    ["an object", { id: home }, "violated"],
    ["text", "logs", "violated"],
    ["empty", "", "violated"],
  ])("%s", (_, value, outcome) => {
    expect(resultsOf("MOOR410", setting({ [name]: value }))).toEqual([`${outcome} properties.${name}`]);
  });
});

test.each<[string, Value, string[]]>([
  ["no sinks", {}, []],
  ["null sinks", { workspaceId: null, storageAccountId: null }, []],
  ["no body", undefined, []],
  ["an unknown body", UNKNOWN, ["unknown properties", "unknown properties"]],
  [
    "a partner",
    { workspaceId: inside.logs, marketplacePartnerId: "/x" },
    ["holds properties.workspaceId", "violated properties.marketplacePartnerId"],
  ],
])("%s", (_, properties, expected) => {
  expect(resultsOf("MOOR410", setting(properties))).toEqual(expected);
});

test("a sink is in the region of its resource, which can be unknown", () => {
  const target = resourceOf("Microsoft.OperationalInsights/workspaces", { location: UNKNOWN }, { id: missing.logs });
  expect(resultsOf("MOOR410", setting({ workspaceId: missing.logs }), sweden, [target])).toEqual(["unknown properties.workspaceId"]);
});

test("a finding names the sink and its country, not the whole ID", () => {
  expect(checksOf(setting({ workspaceId: outside.logs }))).toMatchObject([
    {
      code: "MOOR410",
      outcome: "violated",
      value: outside.logs,
      problem: "Logs and metrics are sent to away, which is in westeurope (Netherlands), outside the residency.",
    },
  ]);
});

test.each<[string, Value, string[]]>([
  [
    "Microsoft.Insights/dataCollectionRules",
    { destinations: { logAnalytics: [{ workspaceResourceId: outside.logs }] } },
    ["violated properties.destinations.logAnalytics.0.workspaceResourceId"],
  ],
  [
    "Microsoft.Insights/dataCollectionRules",
    { destinations: { logAnalytics: [{ workspaceResourceId: inside.logs }] } },
    ["holds properties.destinations.logAnalytics.0.workspaceResourceId"],
  ],
  [
    "Microsoft.Insights/dataCollectionRules",
    { destinations: { eventHubs: [{ eventHubResourceId: outside.hub }] } },
    ["violated properties.destinations.eventHubs.0.eventHubResourceId"],
  ],
  ["Microsoft.Insights/logProfiles", { storageAccountId: outside.account }, ["violated properties.storageAccountId"]],
  ["Microsoft.Network/networkWatchers/flowLogs", { storageId: outside.account }, ["violated properties.storageId"]],
])("%s with %j", (type, properties, expected) => {
  expect(resultsOf("MOOR410", resourceOf(type, { location: "swedencentral", properties }))).toEqual(expected);
});
