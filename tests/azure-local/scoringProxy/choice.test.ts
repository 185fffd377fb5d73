// Does not prove that Azure chooses per request and not per connection, nor how it handles the weight of a Failed deployment.
import * as fc from "fast-check";
import { choose, pickByWeight } from "../../../azure-local/scoringProxy/choice";
import { deployment, endpoint } from "./support";

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("each deployment receives exactly its weight when the draws cover the unit interval evenly", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 6 }), (weights) => {
      const sum = weights.reduce((total, weight) => total + weight, 0);
      fc.pre(sum > 0);
      const counts = weights.map(() => 0);
      const indexes = [...weights.keys()];
      for (let draw = 0; draw < sum; draw++) counts[pickByWeight(indexes, (index) => weights[index]!, (draw + 0.5) / sum)!]! += 1;
      expect(counts).toEqual(weights);
    }),
  );
});

test("each draw below 1 picks a deployment with a positive weight", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 6 }), unit, (weights, draw) => {
      const picked = pickByWeight([...weights.keys()], (index) => weights[index]!, draw);
      if (weights.every((weight) => weight === 0)) expect(picked).toBeUndefined();
      else expect(weights[picked!]).toBeGreaterThan(0);
    }),
    { examples: [[[33, 33, 34], 1 - 2 ** -53]] },
  );
});

test("a draw at the border between two weights picks the second deployment", () => {
  expect(pickByWeight(["first", "second"], () => 50, 0.5)).toBe("second");
});

test("random draws through a seeded generator approach the weights", () => {
  const view = endpoint({ traffic: { old: 90, new: 10 }, deployments: [deployment("old"), deployment("new")] });
  let state = 42;
  const random = () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
  const names = Array.from({ length: 10_000 }, () => (choose(view, undefined, random) as { deployment: { name: string } }).deployment.name);
  const share = names.filter((name) => name === "new").length / names.length;
  expect(share).toBeGreaterThan(0.08);
  expect(share).toBeLessThan(0.12);
});

test("the weight of a deployment that does not serve goes to the other deployments", () => {
  const view = endpoint({
    traffic: { broken: 90, main: 10 },
    deployments: [deployment("broken", { state: "Failed" }), deployment("main")],
  });
  expect(choose(view, undefined, () => 0)).toEqual({ deployment: view.deployments[1] });
});

test.each(["Succeeded", "Updating", "Scaling"])("a deployment in state %s serves", (state) => {
  const view = endpoint({ deployments: [deployment("main", { state })] });
  expect(choose(view, undefined, () => 0)).toEqual({ deployment: view.deployments[0] });
});

test.each(["Creating", "Deleting", "Failed", "Canceled"])("a deployment in state %s does not serve", (state) => {
  const view = endpoint({ deployments: [deployment("main", { state })] });
  expect(choose(view, undefined, () => 0)).toMatchObject({ status: 404, code: "no_valid_deployment" });
  expect(choose(view, "main", () => 0)).toMatchObject({ status: 404, code: "no_valid_deployment" });
});

test("a deployment whose update failed continues to serve", () => {
  const view = endpoint({ deployments: [deployment("main", { state: "Failed", updated: true })] });
  expect(choose(view, undefined, () => 0)).toEqual({ deployment: view.deployments[0] });
});

test("an endpoint with only zero weights answers 404", () => {
  const view = endpoint({ traffic: { main: 0 } });
  expect(choose(view, undefined, () => 0)).toMatchObject({ status: 404, code: "no_valid_deployment" });
});

test("the header picks a deployment with no weight, and is never mirrored", () => {
  const view = endpoint({
    traffic: { main: 100 },
    mirrorTraffic: { shadow: 50 },
    deployments: [deployment("main"), deployment("next"), deployment("shadow")],
  });
  expect(choose(view, "next", () => 0)).toEqual({ deployment: view.deployments[1] });
});

test("a request is mirrored when its second draw is below the mirror percentage", () => {
  const view = endpoint({ mirrorTraffic: { shadow: 25 }, deployments: [deployment("main"), deployment("shadow")] });
  const draws =
    (...values: number[]) =>
    () =>
      values.shift()!;
  expect(choose(view, undefined, draws(0.5, 0.2499))).toEqual({ deployment: view.deployments[0], mirror: view.deployments[1] });
  expect(choose(view, undefined, draws(0.5, 0.25))).toEqual({ deployment: view.deployments[0] });
});
