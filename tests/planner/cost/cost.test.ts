/** Tests the calculation of costs. Doesn't prove what a stack contains (tests/config/stackCost.test.ts, tests/review/subjects/cost.test.ts). */
import fc from "fast-check";
import {
  cents,
  costOf,
  differenceOf,
  differenceText,
  instancesThing,
  notIncludedText,
  type Range,
  rangeText,
  sumOf,
  type Thing,
} from "../../../planner/cost";
import { fixedKinds, fixedName } from "../../../planner/cost/fixed";

const gpu = (name: string, min: number, max: number) =>
  instancesThing(name, { instanceType: "Standard_NC24ads_A100_v4", region: "swedencentral" }, { min, max });

test("an item has its unit price, quantity, cost per hour and month, source and date", () => {
  expect(costOf([gpu("chat/main-8c1f02ab", 3, 6)]).items).toEqual([
    {
      key: "chat/main-8c1f02ab",
      kind: "instances",
      what: "chat/main-8c1f02ab: 3 to 6 × Standard_NC24ads_A100_v4",
      quantity: { min: 3, max: 6 },
      unitPrice: { usd: 4.775, per: "hour" },
      usdPerHour: { min: 3 * 4.775, max: 6 * 4.775 },
      // 3 × 4.775 × 730 = 10,457.25; 6 × 4.775 × 730 = 20,914.50
      usdPerMonth: { min: 10457.25, max: 20914.5 },
      source: "Azure retail prices as published in Azure/karpenter-provider-azure",
      asOf: "2026-06-18",
    },
  ]);
});

test.each<[Thing["kind"], number, string, number]>([
  ["privateEndpoint", 5, "5 private endpoints", 36.5], // 5 × 0.01 × 730
  ["managedPrivateEndpoint", 1, "private endpoint of the managed network", 7.3],
  ["managedFirewallBasic", 1, "firewall (Basic) of the managed network", 288.35], // 0.395 × 730
  ["managedFirewallStandard", 1, "firewall (Standard) of the managed network", 912.5], // 1.25 × 730
  ["firewallStandard", 2, "2 firewalls (Standard)", 1825],
  ["registryBasic", 1, "container registry (Basic)", 5.07], // 0.1666 × 730 / 24 = 5.0674…
  ["registryPremium", 1, "container registry (Premium)", 50.69], // 1.6666 × 730 / 24 = 50.692…
  ["privateDnsZone", 6, "6 private DNS zones", 3],
  ["metricAlert", 6, "6 metric alerts", 0.6],
  ["natGateway", 1, "NAT gateway", 32.85],
  ["publicAddress", 1, "public IP address", 3.65],
])("%s × %d: %s, %d USD per month", (kind, count, what, usd) => {
  const { items } = costOf([{ kind, count } as Thing]);
  expect(items.map((item) => [item.what, item.usdPerMonth])).toEqual([[what, { min: usd, max: usd }]]);
});

test("things of one kind become one item, and none has no item and no use", () => {
  const { items } = costOf([
    { kind: "privateEndpoint", count: 2 },
    { kind: "privateEndpoint", count: 3 },
  ]);
  expect(items.map(({ what }) => what)).toEqual(["5 private endpoints"]);
  expect(costOf([{ kind: "registryPremium", count: 0 }])).toMatchObject({ items: [], notIncluded: [], unpriced: [] });
});

test("the price of a lock file takes precedence over the price of this version", () => {
  const [item] = costOf([{ ...gpu("chat/main-8c1f02ab", 1, 1), usdPerHour: 2 }]).items;
  expect(item).toMatchObject({
    unitPrice: { usd: 2, per: "hour" },
    usdPerMonth: { min: 1460, max: 1460 },
    source: "Azure's list price when the decision was made",
  });
});

test("a daily cap bounds the cost of logs; without use, they cost nothing", () => {
  const { items } = costOf([{ kind: "cappedLogs", region: "swedencentral", gbPerDay: 10 }]);
  // 10 × 2.99 × 730 / 24 = 909.458…
  expect(items).toMatchObject([{ what: "up to 10 GB of logs per day", usdPerMonth: { min: 0, max: 909.46 } }]);
});

test("caps of one region add up, so that no item hides another", () => {
  const { items } = costOf([
    { kind: "cappedLogs", region: "swedencentral", gbPerDay: 4 },
    { kind: "cappedLogs", region: "eastus2", gbPerDay: 1 },
    { kind: "cappedLogs", region: "swedencentral", gbPerDay: 6 },
  ]);
  expect(items.map(({ key, usdPerMonth }) => [key, usdPerMonth.max])).toEqual([
    ["cappedLogs swedencentral", 909.46],
    ["cappedLogs eastus2", 83.95],
  ]);
});

test("what has no price is named, and what depends on use is named with its unit price", () => {
  const cost = costOf([
    instancesThing("chat/main-8c1f02ab", { instanceType: "Standard_NC6s_v3", region: "swedencentral" }, { min: 1, max: 1 }),
    { kind: "usage", service: "logIngestion", region: "norwayeast" },
    { kind: "usage", service: "logIngestion", region: "swedencentral" },
    { kind: "usage", service: "logIngestion", region: "swedencentral" },
    { kind: "unpriced", name: "a disk" },
  ]);
  expect(cost).toMatchObject({ items: [], usdPerMonth: { min: 0, max: 0 } });
  expect(cost.unpriced).toEqual(["a disk", "chat/main-8c1f02ab (Standard_NC6s_v3 in swedencentral)"]);
  expect(notIncludedText(cost)).toBe(
    "not included: ingested logs, ingested logs 2.99 USD per GB, a disk (no list price), chat/main-8c1f02ab (Standard_NC6s_v3 in swedencentral) (no list price)",
  );
  expect(notIncludedText(costOf([]))).toBeUndefined();
});

test.each<[number, number]>([
  [1.005, 1.01],
  [3.005, 3.01],
  [0.1 + 0.2, 0.3],
  [4.775 * 730, 3485.75],
  [-1.234, -1.23],
])("%d USD is %d USD in cents", (usd, rounded) => {
  expect(cents(usd)).toBe(rounded);
});

test.each<[Range, string]>([
  [{ min: 0, max: 3485.75 }, "+3,485.75 at the maximum"],
  [{ min: -198.5, max: -198.5 }, "-198.50"],
  [{ min: 0, max: 0 }, "0.00"],
])("the difference %j is written %s", (difference, text) => {
  expect(differenceText(difference)).toBe(text);
});

const kinds = Object.keys(fixedKinds) as (keyof typeof fixedKinds)[];
const things: fc.Arbitrary<Thing[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom(...kinds), count: fc.nat({ max: 1000 }) }),
    fc
      .record({
        name: fc.string(),
        min: fc.nat({ max: 100 }),
        more: fc.nat({ max: 100 }),
        usdPerHour: fc.double({ min: 0.001, max: 100, noNaN: true }),
      })
      .map(({ name, min, more, usdPerHour }) => ({ ...gpu(name, min, min + more), usdPerHour })),
  ),
  { maxLength: 30 },
);
const inCents = (usd: number) => Math.round(usd * 100);

test("the items add up to the total to the cent, and before plus difference is after", () => {
  fc.assert(
    fc.property(things, things, (one, other) => {
      const [before, after] = [costOf(one), costOf(other)];
      const difference = differenceOf(before.usdPerMonth, after.usdPerMonth);
      for (const bound of ["min", "max"] as const) {
        const sum = after.items.reduce((total, item) => total + inCents(item.usdPerMonth[bound]), 0);
        expect(inCents(after.usdPerMonth[bound])).toBe(sum);
        expect(inCents(before.usdPerMonth[bound]) + inCents(difference[bound])).toBe(inCents(after.usdPerMonth[bound]));
      }
    }),
  );
});

test("the written items of a cost add up to its written total", () => {
  fc.assert(
    fc.property(things, (all) => {
      const { items, usdPerMonth } = costOf(all);
      const read = (range: Range) => Number(rangeText({ min: range.max, max: range.max }).replaceAll(",", "").replace(".", ""));
      expect(items.reduce((total, item) => total + read(item.usdPerMonth), 0)).toBe(read(usdPerMonth));
      expect(sumOf(items.map((item) => item.usdPerMonth))).toEqual(usdPerMonth);
    }),
  );
});

test("every kind has a name for one and for several", () => {
  for (const kind of kinds) {
    expect(fixedName(kind, 1)).not.toMatch(/\d/);
    expect(fixedName(kind, 2)).toMatch(/^2 \w/);
  }
});
