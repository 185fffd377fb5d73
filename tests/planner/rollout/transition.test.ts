// Proves which write of traffic may follow on which. Doesn't prove that the engine asks: that is tests/e2e's.
import { labelOf, transitionRefusal, transitionSentence } from "../../../planner/rollout/transition";

test.each([
  ["main-8c1f02ab", "main"],
  ["big-model-8c1f02ab", "big-model"],
  ["main", "main"],
  ["main-8C1F02AB", "main-8C1F02AB"],
])("The label of %s is %s.", (name, label) => {
  expect(labelOf(name)).toBe(label);
});

const allowed: [what: string, before: Record<string, number>, after: Record<string, number>, names: string[]][] = [
  ["a first write", {}, { "main-00000001": 100 }, ["main-00000001"]],
  ["a changed model", { "main-00000001": 100 }, { "main-00000002": 100 }, ["main-00000002"]],
  ["a promotion", { "main-00000001": 90, "next-00000001": 10 }, { "next-00000001": 100 }, ["main-00000001", "next-00000001"]],
  ["the removal of one without weight", { "main-00000001": 100 }, { "main-00000001": 100 }, ["main-00000001"]],
  ["nobody after nobody", {}, {}, ["main-00000001"]],
];
test.each(allowed)("%s is allowed.", (_, before, after, names) => {
  expect(transitionRefusal("chat", before, after, names)).toBeUndefined();
});

test("An endpoint that serves can't be told to serve nobody.", () => {
  expect(transitionRefusal("chat", { "main-00000001": 100 }, {}, ["main-00000001"])).toBe(
    "Endpoint chat has served and would serve nobody: every request would get 404. Give its deployments weights that sum to 100, or remove the endpoint from the stack.",
  );
});

test("A renamed label is the removal of one with weight.", () => {
  expect(transitionRefusal("chat", { "main-00000001": 100 }, { "primary-00000001": 100 }, ["primary-00000001"])).toContain(
    "Deployment chat/main is gone from the stack but has 100 % of the requests",
  );
});

test.each([
  [{}, { "main-00000001": 100 }, ["main-00000001"], "chat: requests go from nobody to main-00000001 100 %."],
  [
    { "main-00000001": 100 },
    { "main-00000002": 100 },
    ["main-00000002"],
    "chat: requests go from main-00000001 100 % to main-00000002 100 %; main-00000001 is deleted after the last requests.",
  ],
  [
    { "main-00000001": 100 },
    { "main-00000002": 100 },
    ["main-00000001", "main-00000002"],
    "chat: requests go from main-00000001 100 % to main-00000002 100 %; main-00000001 stays at 0 %.",
  ],
  [{ "main-00000001": 100 }, { "main-00000001": 100 }, ["main-00000001", "next-00000001"], undefined],
])("From %j to %j, with %j, a reviewer reads: %s", (before, after, names, sentence) => {
  expect(transitionSentence("chat", before, after, names)).toBe(sentence);
});
