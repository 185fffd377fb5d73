// Proves the tools of the fuzzers: mutations reach every kind of change, and values contain the difficult keys and numbers.
// Proves nothing about any parser.
import fc from "fast-check";
import { anyJson, mutated } from "./mutate";

test("samples are truncated, extended and reordered", () => {
  const texts = fc.sample(mutated(["one\ntwo\nthree"], ["&a", "*a"]), { numRuns: 300, seed: 1 });
  expect(texts.some((text) => text.length < 6)).toBe(true);
  expect(texts.some((text) => text.length > 20)).toBe(true);
  expect(texts).toEqual(expect.arrayContaining([expect.stringContaining("*a"), "three\ntwo\none"]));
});

test("values contain an own key __proto__, and stay the same when written and read", () => {
  const values = fc.sample(anyJson(["config"]), { numRuns: 500, seed: 1 });
  expect(values.some((value) => typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__"))).toBe(true);
  expect(values.some((value) => JSON.stringify(value).includes('"config":'))).toBe(true);
  for (const value of values) expect(JSON.parse(JSON.stringify(value))).toEqual(value);
});
