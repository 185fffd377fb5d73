// Proves that no form of a body ends a review, and that what can't be read is never a pass. Doesn't prove the results for correct bodies.
import { placeRules } from "../../../rules/place";
import { type Body, SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, resourceOf } from "./world";

const types = [...new Set(placeRules.flatMap(({ types: some }) => (some === "all" ? [] : some)))].sort();

/** A body whose every path leads to the value. */
function endless(value: Value, depth = 4): Value {
  if (depth === 0) return value;
  const item = endless(value, depth - 1);
  return [item, item];
}

const bodies: readonly (readonly [string, Body])[] = [
  ["nothing", {}],
  ["null properties", { location: null, properties: null }],
  ["text", { location: "x", properties: "x", sku: "x", extendedLocation: "x" }],
  ["numbers", { location: 1, properties: 1, sku: 1 }],
  ["lists", { location: [], properties: [], sku: [] }],
  ["nested lists", { location: "swedencentral", properties: endless("x"), sku: endless("x") }],
  ["booleans", { location: true, properties: true, sku: false }],
];

test.each(types)("%s in any form", (type) => {
  for (const [, body] of bodies) {
    for (const { outcome, problem } of checksOf(resourceOf(type, body))) {
      expect(["holds", "violated", "unknown"]).toContain(outcome);
      if (outcome !== "holds") expect(problem).toMatch(/^[A-Z`].*\.$/s);
    }
  }
});

test.each(types)("%s with values that can't be read", (type) => {
  const unreadable: readonly Value[] = [UNKNOWN, SECRET];
  for (const value of unreadable) {
    const checks = checksOf(resourceOf(type, { location: value, properties: value, sku: value }));
    // Only the existence of the resource is known.
    expect(checks.filter(({ outcome }) => outcome === "holds")).toEqual([]);
  }
});

test("lists of 200 items are checked one by one", () => {
  const webhookReceivers = Array.from({ length: 200 }, (_, index) => ({ name: `r${index}`, serviceUri: "https://example.com" }));
  const group = resourceOf("Microsoft.Insights/actionGroups", { location: "swedencentral", properties: { webhookReceivers } });
  expect(checksOf(group).filter(({ outcome }) => outcome === "violated")).toHaveLength(200);
});
