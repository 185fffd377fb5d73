/**
 * Tests the cost in reviews: with previews of the real engine, and with resources that the shipped stacks don't have. Doesn't prove the
 * prices, or what Azure bills during a rollout.
 */
import fc from "fast-check";
import { costOf } from "../../../planner/cost";
import { changeOf, type StackChange } from "../../../review/change";
import { costsOf } from "../../../review/costs";
import { platformThings } from "../../../review/pricedThings";
import { cost } from "../../../review/subjects/cost";
import type { RuleResource } from "../../../rules";
import { UNKNOWN } from "../../../rules/values";
import { previewNames, previewOf } from "../previews";

const sectionOf = (name: string) => cost(changeOf(previewOf(name)));
const severities = (name: string) => sectionOf(name).notices.map(({ severity }) => severity);

// prod: 14,467.41 to 24,924.66 (tests/config/stackCost.test.ts). One A100 instance costs 4.775 × 730 = 3,485.75.
const prod = "14,467.41 to 24,924.66";

test.each<[string, string]>([
  // The maximum is 7 instead of 6 instances: 24,924.66 + 3,485.75.
  ["autoscale", `14,467.41 to 28,410.41 USD/month at list price, +3,485.75 at the maximum (now ${prod})`],
  // The candidate has 2 GPUs for twice the price: + 3,485.75. During the rollout, the old one runs, too: + 3,485.75.
  ["size", `17,953.16 to 28,410.41 USD/month at list price, +3,485.75 (now ${prod}); up to 31,896.16 during the rollout`],
  // 1 × Standard_DS3_v2: 0.272 × 730 = 198.56, and 3 metric alerts: 0.30.
  ["endpointAdded", `14,666.27 to 25,123.52 USD/month at list price, +198.86 (now ${prod})`],
  // 2 × Standard_DS3_v2: 397.12, and 3 metric alerts: 0.30.
  ["endpointRemovedAccepted", `14,069.99 to 24,527.24 USD/month at list price, -397.42 (now ${prod})`],
  ["firstUp", `${prod} USD/month at list price, +14,467.41 to +24,924.66 (now 0.00)`],
  ["destroy", "0.00 USD/month at list price, -822.38 (now 822.38)"],
  // 3 to 6 instances of the new deployment next to the old one: 24,924.66 + 20,914.50.
  ["model", `unchanged at ${prod} USD/month at list price; up to 45,839.16 during the rollout`],
  // Without traffic, main isn't autoscaled: 3 instead of 3 to 6 instances.
  ["promotion", `14,467.41 USD/month at list price, -10,457.25 at the maximum (now ${prod})`],
  // 5 private endpoints: 36.50, and 6 private DNS zones: 3.00.
  ["networkMode", `14,427.91 to 24,885.16 USD/month at list price, -39.50 (now ${prod})`],
  // The deployment that lost its traffic keeps its 6 instances instead of 3 to 6, and the other one has 3 to 6 instead of 3.
  ["rollback", "35,381.91 to 45,839.16 USD/month at list price, +10,457.25 while chat/main-5b0f8f31 is kept (now 24,924.66 to 35,381.91)"],
  ...["noChange", "tag", "shareWithinCapacity", "shareAboveCapacity", "alerts", "auth", "gateOff", "privateLogs", "tokenRotated"].map(
    (name): [string, string] => [name, ""],
  ),
])("the summary of %s is %j", (name, summary) => {
  expect(sectionOf(name).summary).toBe(summary);
});

test.each(["autoscale", "size", "endpointAdded", "firstUp"])("a reviewer must look at the cost of %s", (name) => {
  expect(severities(name)).toContain("look");
});

test.each(["noChange", "tag", "shareWithinCapacity", "rollback", "alerts", "privateLogs", "tokenRotated"])(
  "the cost of %s needs no look",
  (name) => {
    expect(severities(name).filter((severity) => severity !== "note")).toEqual([]);
  },
);

test("notices name the deployment, the difference and the cost of the stack", () => {
  const texts = ["autoscale", "model", "rollback", "destroy"].map((name) => sectionOf(name).notices.map(({ text }) => text));
  expect(texts).toEqual([
    [
      "The list price changes by +3,485.75 USD/month at the maximum, for chat/main. The stack then costs 14,467.41 to 28,410.41 USD/month instead of 14,467.41 to 24,924.66 (+14% at the maximum). Is it approved?",
    ],
    [
      // At the minimum, 3 instances with 64 concurrent requests are replaced by 12 with 16, of which 6 are allowed: 14,467.41 + 20,914.50.
      "prod costs 35,381.91 to 45,839.16 USD/month at list price during the rollout, while old and new deployments run next to each other.",
    ],
    ["chat/main-5b0f8f31 keeps its instances without traffic, for 20,914.50 USD/month at list price, until it is retired."],
    ["dev costs 822.38 USD/month less at list price."],
  ]);
});

test("the details name what changes, all items, what is not included, and the dates of the prices", () => {
  const { details = [] } = sectionOf("autoscale");
  expect(details).toEqual([
    "chat/main: 10,457.25 to 20,914.50 → 10,457.25 to 24,400.25 USD/month",
    expect.stringMatching(/^after the run: .*5 private endpoints 36\.50, .* USD\/month$/),
    expect.stringMatching(/^not included: .*ingested logs 2\.99 USD per GB/),
    "list prices of 2026-06-18 to 2026-11-30",
  ]);
});

test("a preview without the unchanged resources has only the difference", () => {
  const change = changeOf(previewOf("autoscale"));
  const steps = change.preview.steps.filter(
    ({ operation, token }) => operation !== "same" || token.endsWith(":OnlineEndpoint") || token.endsWith(":OnlineDeployment"),
  );
  const { summary, notices } = cost(changeOf({ ...change.preview, steps, isComplete: false }));
  expect(summary).toBe(
    "+3,485.75 USD/month at the maximum (list price); totals are unknown, because the preview lacks the unchanged resources",
  );
  expect(notices).toEqual([
    { severity: "look", text: "The list price changes by +3,485.75 USD/month at the maximum, for chat/main. Is it approved?" },
  ]);
});

test.each(previewNames)("%s: before plus difference is after to the cent, and texts have their lengths", (name) => {
  const { summary, notices, data } = sectionOf(name);
  const { before, after, difference } = data as Record<string, { usdPerMonth: Range } & Range>;
  for (const bound of ["min", "max"] as const) {
    expect(inCents(before!.usdPerMonth[bound]) + inCents(difference![bound])).toBe(inCents(after!.usdPerMonth[bound]));
  }
  expect(summary.length).toBeLessThanOrEqual(160);
  for (const { text } of notices) expect(text.length).toBeLessThanOrEqual(300);
});

interface Range {
  readonly min: number;
  readonly max: number;
}
const inCents = (usd: number) => Math.round(usd * 100);

function resource(type: string, body: RuleResource["body"] = {}, name = "one"): RuleResource {
  return { name, type, body, from: "planned" };
}

const workspace = (managedNetwork: RuleResource["body"], properties: RuleResource["body"] = {}) =>
  resource("Microsoft.MachineLearningServices/workspaces", { properties: { ...properties, managedNetwork } });
const rule = (type: string, category = "UserDefined") =>
  resource("Microsoft.MachineLearningServices/workspaces/outboundRules", { properties: { type, category } });
const approvedOnly = { isolationMode: "AllowOnlyApprovedOutbound" };

test.each<[string, readonly RuleResource[], readonly string[], readonly string[]]>([
  [
    "a registry in 3 regions",
    [
      resource("Microsoft.ContainerRegistry/registries", { sku: { name: "Premium" } }),
      resource("Microsoft.ContainerRegistry/registries/replications"),
      resource("microsoft.containerregistry/registries/Replications"),
    ],
    ["3 regions of container registries (Premium)"],
    [],
  ],
  [
    "a registry with an unknown SKU",
    [resource("Microsoft.ContainerRegistry/registries", { sku: { name: "Other" } })],
    [],
    ["the container registry (Other)"],
  ],
  [
    "addresses and a gateway",
    [resource("Microsoft.Network/publicIPAddresses"), resource("Microsoft.Network/natGateways")],
    ["NAT gateway", "public IP address"],
    [],
  ],
  [
    "a firewall in a network",
    [resource("Microsoft.Network/azureFirewalls", { properties: { sku: { tier: "Basic" } } })],
    ["firewall (Basic)"],
    [],
  ],
  [
    "a Premium firewall",
    [resource("Microsoft.Network/azureFirewalls", { properties: { sku: { tier: "Premium" } } })],
    [],
    ["the firewall (Premium)"],
  ],
  [
    "a virtual machine and a disk",
    [resource("Microsoft.Compute/virtualMachines", {}, "jump"), resource("Microsoft.Compute/disks", {}, "data")],
    [],
    ["data (Microsoft.Compute/disks)", "jump (Microsoft.Compute/virtualMachines)"],
  ],
  [
    "a managed network with Azure's rules",
    [workspace(approvedOnly, { containerRegistry: UNKNOWN }), rule("PrivateEndpoint", "Required")],
    ["5 private endpoints of the managed network"],
    [],
  ],
  [
    "a managed network with another private endpoint",
    [workspace(approvedOnly), rule("PrivateEndpoint")],
    ["5 private endpoints of the managed network"],
    [],
  ],
  [
    "a managed network with FQDN rules and the default firewall",
    [workspace(approvedOnly), rule("FQDN"), rule("FQDN")],
    ["4 private endpoints of the managed network", "firewall (Standard) of the managed network"],
    [],
  ],
  [
    "a managed network with an FQDN rule in the workspace",
    [workspace({ ...approvedOnly, firewallSku: "Basic", outboundRules: { pypi: { type: "FQDN", destination: "pypi.org" } } })],
    ["4 private endpoints of the managed network", "firewall (Basic) of the managed network"],
    [],
  ],
  [
    "an FQDN rule of an adopted workspace",
    [rule("FQDN")],
    [],
    ["the firewall of an adopted workspace, which Azure creates with its first FQDN rule"],
  ],
  [
    "geo-redundant storage",
    [resource("Microsoft.Storage/storageAccounts", { sku: { name: "Standard_GRS" }, location: "westeurope" })],
    [],
    ["storage (Standard_GRS)"],
  ],
  [
    "an alert for 2 × 3 combinations of values",
    [
      resource("Microsoft.Insights/metricAlerts", {
        properties: { criteria: { allOf: [{ dimensions: [{ values: ["a", "b"] }, { values: ["1", "2", "3"] }] }] } },
      }),
    ],
    ["6 metric alerts"],
    [],
  ],
  [
    "resources without a charge",
    [
      resource("Microsoft.Network/virtualNetworks"),
      resource("Microsoft.ManagedIdentity/userAssignedIdentities"),
      resource("Microsoft.Insights/autoscalesettings"),
    ],
    [],
    [],
  ],
])("%s", (_, resources, items, unpriced) => {
  const found = costOf(platformThings(resources));
  expect(found.items.map(({ what }) => what)).toEqual(items);
  expect(found.unpriced).toEqual(unpriced);
});

/** A change of resources outside of endpoints. */
function changeTo(before: readonly RuleResource[], after: readonly RuleResource[]): StackChange {
  return { ...changeOf(previewOf("noChange")), before, after, endpoints: { before: [], after: [] } };
}

test("a resource without a list price needs a look", () => {
  const { notices, summary } = cost(changeTo([], [resource("Microsoft.Compute/virtualMachines", {}, "jump")]));
  expect(summary).toBe("");
  expect(notices).toEqual([
    { severity: "look", text: "No list price is known for jump (Microsoft.Compute/virtualMachines), so the totals lack its cost." },
  ]);
});

test("logs that lose their cap need a look, although the known maximum falls", () => {
  const logs = (properties: RuleResource["body"]) =>
    resource("Microsoft.OperationalInsights/workspaces", { location: "swedencentral", properties });
  const { notices } = cost(changeTo([logs({ workspaceCapping: { dailyQuotaGb: 10 } })], [logs({})]));
  expect(notices.map(({ severity, text }) => [severity, text])).toEqual([
    ["look", "The logs no longer have a daily cap, so their cost has no upper bound and the total lacks it."],
    ["note", "prod costs up to 909.46 USD/month less at list price."],
  ]);
});

test("a firewall needs a look: it costs more than 50 USD and 5%", () => {
  const { notices } = cost(changeTo([workspace(approvedOnly)], [workspace(approvedOnly), rule("FQDN")]));
  expect(notices.map(({ severity, text }) => [severity, text])).toEqual([
    // 4 × 7.30 = 29.20; 912.50 + 29.20 = 941.70
    [
      "look",
      "The list price changes by +912.50 USD/month, for firewall (Standard) of the managed network. The stack then costs 941.70 USD/month instead of 29.20 (+3125% at the maximum). Is it approved?",
    ],
  ]);
});

test("a rise of the minimum from nothing has no percentage", () => {
  const logs = resource("Microsoft.OperationalInsights/workspaces", {
    location: "swedencentral",
    properties: { workspaceCapping: { dailyQuotaGb: 1000 } },
  });
  const addresses = Array.from({ length: 20 }, () => resource("Microsoft.Network/publicIPAddresses"));
  // 1000 × 2.99 × 730 / 24 = 90,945.83; 20 × 3.65 = 73.00
  expect(cost(changeTo([logs], [logs, ...addresses])).notices).toEqual([
    {
      severity: "look",
      text: "The list price changes by +73.00 USD/month, for public IP address. The stack then costs 73.00 to 91,018.83 USD/month instead of 0.00 to 90,945.83. Is it approved?",
    },
  ]);
});

// 13 × 3.65 = 47.45; 14 × 3.65 = 51.10
test.each([
  [13, []],
  [14, ["look"]],
])("%d public addresses cost more than 5%%, and a look requires more than 50 USD: %j", (count, expected) => {
  const addresses = Array.from({ length: count }, () => resource("Microsoft.Network/publicIPAddresses"));
  const registry = resource("Microsoft.ContainerRegistry/registries", { sku: { name: "Basic" } });
  const { notices } = cost(changeTo([registry], [registry, ...addresses]));
  expect(notices.map(({ severity }) => severity)).toEqual(expected);
});

test("the peak is never below the cost before or after", () => {
  const some = fc.subarray([
    resource("Microsoft.Network/privateEndpoints"),
    resource("Microsoft.Network/natGateways"),
    resource("Microsoft.ContainerRegistry/registries", { sku: { name: "Basic" } }),
    workspace(approvedOnly),
    rule("FQDN"),
  ]);
  fc.assert(
    fc.property(some, some, (before, after) => {
      const costs = costsOf(changeTo(before, after));
      const peak = costs.peak.reduce((sum, { usdPerMonth }) => sum + inCents(usdPerMonth.max), 0);
      expect(peak).toBeGreaterThanOrEqual(inCents(costs.before.usdPerMonth.max));
      expect(peak).toBeGreaterThanOrEqual(inCents(costs.after.usdPerMonth.max));
    }),
  );
});
