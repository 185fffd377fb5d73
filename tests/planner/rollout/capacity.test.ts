// Proves how many instances a deployment requires before traffic moves to it. model.test.ts and tests/histories prove that it has them in time.
import { requiredInstances, type ServingDeployment } from "../../../planner/rollout/capacity";

const main: ServingDeployment = { name: "main-00000001", weight: 100, instances: 4, concurrency: 64 };
const shared: ServingDeployment[] = [
  { ...main, weight: 90 },
  { name: "next-00000001", weight: 10, instances: 1, concurrency: 64 },
];

const cases: [
  what: string,
  gaining: [name: string, weight: number, concurrency?: number, max?: number],
  serving: ServingDeployment[],
  needed: number,
][] = [
  ["a changed recipe has the same number", ["main-00000002", 100], [main], 4],
  ["a changed recipe with less concurrency has more", ["main-00000002", 100, 48], [main], 6],
  ["a changed recipe with more concurrency has the same number", ["main-00000002", 100, 128], [main], 4],
  ["the maximum is not exceeded", ["main-00000002", 100, 16, 6], [main], 6],
  ["a changed recipe next to a candidate has the same number as the deployment that it replaces", ["main-00000002", 90], shared, 4],
  ["a changed recipe with a lower weight has the same number as the deployment that it replaces", ["main-00000002", 50], shared, 4],
  ["a candidate with 10%", ["next-00000001", 10], [main], 1],
  ["a candidate with 50%", ["next-00000001", 50], shared, 3],
  ["a candidate with 100%", ["next-00000001", 100], shared, 5],
  ["a label under a new name", ["primary-00000001", 100], [main], 4],
  ["no deployment serves", ["main-00000001", 100], [], 0],
];
test.each(cases)("%s.", (_, [name, weight, concurrency = 64, max = 20], serving, needed) => {
  expect(requiredInstances({ name, weight, concurrency, max }, serving)).toBe(needed);
});
