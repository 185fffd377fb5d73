// Proves that a review shows no value outside of the table of shown properties, and no value of another form than the table expects. Doesn't prove
// that the values that it shows are not confidential.
import fc from "fast-check";
import { differencesOf } from "../../review/differences";
import { shownDifference, shownPaths } from "../../review/shownProperties";
import { access } from "../../review/subjects/access";
import { rest } from "../../review/subjects/rest";
import type { Body, Value } from "../../rules";
import { changeFrom } from "./made";

const marker = "SENTINEL";
/** Text that is never a number, a region, a size or a word of Azure, because of its space. */
const hidden = fc.string().map((text) => `${marker} ${text}`);
const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    hidden,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "name", "value"), tie("value")),
  ),
})).value;

const tokens = {
  "azure-native:storage:StorageAccount": ["location", "sku", "allowSharedKeyAccess", "networkRuleSet", "encryption", "tags"],
  "azure-native:operationalinsights:Workspace": ["location", "retentionInDays", "publicNetworkAccessForQuery", "features"],
  "azure-native:monitor:ActionGroup": ["emailReceivers", "enabled", "webhookReceivers"],
  "azure-native:monitor:MetricAlert": ["criteria", "severity", "windowSize", "description"],
  "azure-native:keyvault:Secret": ["properties"],
  "azure-native:machinelearningservices:OnlineDeployment": ["properties", "sku", "location"],
  "azure-native:machinelearningservices:OnlineEndpoint": ["properties", "identity", "location"],
  "azure-native:network:VirtualNetwork": ["addressSpace", "subnets"],
  "azure-native:resources:Deployment": ["properties", "location"],
  "random:index/randomString:RandomString": ["length", "result"],
} as const;

const step = fc.constantFrom(...(Object.keys(tokens) as (keyof typeof tokens)[])).chain((token) => {
  const body = fc.dictionary(fc.constantFrom(...tokens[token]), value);
  return fc.record(
    { token: fc.constant(token), name: fc.constantFrom("one", "two"), before: body, after: body, outputs: body },
    { requiredKeys: ["token", "name"] },
  );
});

test("no text contains a value that the table doesn't describe", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 4 }), (steps) => {
      const change = changeFrom(steps.filter(({ before, after }) => before ?? after));
      for (const { summary, notices, details = [] } of [rest(change), access(change)]) {
        expect([summary, ...notices.map(({ text }) => text), ...details].join("\n")).not.toContain(marker);
      }
    }),
    { numRuns: 300 },
  );
});

test("each shown property shows only values of its form", () => {
  const paths = shownPaths();
  expect(paths.length).toBeGreaterThan(40);
  fc.assert(
    fc.property(fc.constantFrom(...paths), value, value, ([type, path], before, after) => {
      expect(shownDifference(type, { path, before, after }, {}) ?? "").not.toContain(marker);
    }),
    { numRuns: 1000 },
  );
});

test("a name with points is not the path of a shown property", () => {
  const bodies: readonly Body[] = [{ "properties.retentionInDays": 30 }, { "properties.retentionInDays": 180 }];
  const differences = differencesOf(bodies[0], bodies[1]);
  expect(differences.map((one) => shownDifference("Microsoft.OperationalInsights/workspaces", one, {}))).toEqual([undefined]);
});

test.each([
  ["Microsoft.OperationalInsights/workspaces", "properties.retentionInDays", 30, 180, "retention in days 30 to 180"],
  ["microsoft.operationalinsights/WORKSPACES", "properties.retentionInDays", undefined, 180, "retention in days not set to 180"],
  ["Microsoft.OperationalInsights/workspaces", "properties.retentionInDays", "30", 180, "retention in days"],
  [
    "Microsoft.Network/virtualNetworks/subnets",
    "properties.addressPrefix",
    "10.0.0.0/24",
    "10.1.0.0/24",
    "address range 10.0.0.0/24 to 10.1.0.0/24",
  ],
  [
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
    "properties.authMode",
    "AADToken",
    "key",
    "authentication AADToken to Key",
  ],
  ["Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "properties.traffic.main-1", 10, 20, "traffic weights"],
  ["Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "properties.traffic", 10, 20, undefined],
  ["Microsoft.Insights/actionGroups", "properties.emailReceivers", [1], [1, 2], "email receivers 1 receiver to 2 receivers"],
  ["Microsoft.Other/things", "location", "a", "b", undefined],
])("%s %s", (type, path, before, after, expected) => {
  expect(shownDifference(type, { path, before, after }, {})).toBe(expected);
});

test.each([
  ["RequestLatency_P95", "threshold 178.2 s to 99 s"],
  ["RequestsPerMinute", "threshold 178200 to 99000"],
])("the unit of the threshold of %s", (metricName, expected) => {
  const difference = { path: "properties.criteria.allOf.*.threshold", before: 178200, after: 99000 };
  const body = { properties: { criteria: { allOf: [{ metricName }] } } };
  expect(shownDifference("Microsoft.Insights/metricAlerts", difference, body)).toBe(expected);
});
