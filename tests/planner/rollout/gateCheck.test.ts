// Proves how an answer is compared with an example.
import { structureDifference } from "../../../planner/rollout/gateCheck";

test.each([
  [{ scores: [0.5] }, { scores: [1, 2], model: "m" }, undefined],
  [{ scores: [0.5] }, { model: "m" }, "scores is missing"],
  [{ scores: [0.5] }, { scores: [] }, "scores is empty"],
  [{ scores: [0.5] }, { scores: [0.5, "x"] }, "scores[1] is text, not a number"],
  [{ a: { b: null } }, { a: { b: 1 } }, "a.b is a number, not null"],
  [{ a: [] }, { a: ["anything"] }, undefined],
  [[{ a: 1 }], [{ a: 1 }, {}], "the answer[1].a is missing"],
  [1, { error: "x" }, "the answer is a map, not a number"],
  [true, false, undefined],
])("Compared with %j, %j differs as follows: %s.", (example, value, difference) => {
  expect(structureDifference(example, value)).toBe(difference);
});
