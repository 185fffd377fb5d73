// Proves how many instances a deployment needs before requests move to it. Doesn't prove that it has them by then: that is model.test's and
// tests/histories'.
import { instancesNeeded, type Serving } from "../../../planner/rollout/capacity";

const main: Serving = { name: "main-00000001", weight: 100, instances: 4, concurrency: 64 };
const shared: Serving[] = [
  { ...main, weight: 90 },
  { name: "next-00000001", weight: 10, instances: 1, concurrency: 64 },
];

const cases: [
  what: string,
  gaining: [name: string, weight: number, concurrency?: number, max?: number],
  serving: Serving[],
  needed: number,
][] = [
  ["a changed recipe has as many", ["main-00000002", 100], [main], 4],
  ["a changed recipe that takes fewer at once has more", ["main-00000002", 100, 48], [main], 6],
  ["a changed recipe that takes more at once has no fewer", ["main-00000002", 100, 128], [main], 4],
  ["its maximum holds", ["main-00000002", 100, 16, 6], [main], 6],
  ["a changed recipe beside a candidate has as many as the one it replaces", ["main-00000002", 90], shared, 4],
  ["a changed recipe whose share falls has as many as the one it replaces", ["main-00000002", 50], shared, 4],
  ["a candidate's first tenth", ["next-00000001", 10], [main], 1],
  ["a candidate's half", ["next-00000001", 50], shared, 3],
  ["a candidate that takes over", ["next-00000001", 100], shared, 5],
  ["a label under a new name", ["primary-00000001", 100], [main], 4],
  ["where nobody serves", ["main-00000001", 100], [], 0],
];
test.each(cases)("%s.", (_, [name, weight, concurrency = 64, max = 20], serving, needed) => {
  expect(instancesNeeded({ name, weight, concurrency, max }, serving)).toBe(needed);
});
