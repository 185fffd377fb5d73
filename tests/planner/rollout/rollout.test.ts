// Proves which deployments are planned for an endpoint, and their order. Doesn't prove the order in which the engine deletes.
import { type DesiredDeployment, planRollout, trafficOf } from "../../../planner/rollout";
import { vllmDecision } from "../../components/fixtures";

const named = (name: string) => ({ ...vllmDecision, name });
const main: DesiredDeployment = { label: "main", decision: named("main-00000002"), instances: 2, weight: 90, mirror: 0 };
const next: DesiredDeployment = { label: "next", decision: named("next-00000001"), instances: 1, weight: 10, mirror: 0 };
const previous = named("main-00000001");
const names = (wishes: DesiredDeployment[]) => planRollout(wishes).map(({ decision, role }) => `${role} ${decision.name}`);

test("Without a previous decision, there is one deployment per label, in the stack's order.", () => {
  expect(names([main, next])).toEqual(["current main-00000002", "current next-00000001"]);
});

test("A previous decision results in a deployment only if it is kept, and then it comes first.", () => {
  expect(names([next, { ...main, previous }])).toEqual(["current next-00000001", "current main-00000002"]);
  expect(names([next, { ...main, previous, keepPrevious: true }])).toEqual([
    "kept main-00000001",
    "current next-00000001",
    "current main-00000002",
  ]);
});

test("A previous decision that equals the current one results in one deployment.", () => {
  expect(names([{ ...main, previous: main.decision, keepPrevious: true }])).toEqual(["current main-00000002"]);
});

test("A kept deployment has no traffic, no autoscale and the bounds of its successor.", () => {
  const [kept] = planRollout([{ ...main, previous, keepPrevious: true, scale: { min: 2, max: 6 }, mirror: 0 }]);
  expect(kept).toEqual({
    label: "main",
    decision: previous,
    role: "kept",
    inPlace: false,
    instances: 2,
    scale: { min: 2, max: 6 },
    autoscaled: false,
    weight: 0,
    mirror: 0,
  });
});

test.each([
  [{ scale: { min: 2, max: 6 }, previous }, "main-00000001", true],
  [{ scale: { min: 2, max: 6 }, previous, weight: 0 }, "main-00000001", false],
  [{ scale: { min: 2, max: 6 } }, undefined, true],
  [{ previous }, undefined, false],
  [{ scale: { min: 2, max: 6 }, previous, update: "inPlace" as const }, undefined, true],
])("With %j, the initial number of instances is that of %s, and autoscale is on: %s.", (change, startsLike, autoscaled) => {
  const current = planRollout([{ ...main, ...change }]).at(-1)!;
  expect({ startsLike: current.startsLike, autoscaled: current.autoscaled }).toEqual({ startsLike, autoscaled });
});

test("Traffic includes all deployments, by their names in Azure.", () => {
  expect(trafficOf(planRollout([{ ...main, previous, keepPrevious: true }, next]))).toEqual([
    { name: "main-00000001", weight: 0, mirror: 0 },
    { name: "main-00000002", weight: 90, mirror: 0 },
    { name: "next-00000001", weight: 10, mirror: 0 },
  ]);
});
