// Proves which changes of traffic are allowed, and how they are described to reviewers. tests/e2e proves that the engine runs these checks.
import {
  authChangeSummary,
  labelOf,
  type TrafficSnapshot,
  transitionProblem,
  transitionSummary,
} from "../../../planner/rollout/transition";

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
  ["the removal of a deployment without weight", { "main-00000001": 100 }, { "main-00000001": 100 }, ["main-00000001"]],
  ["no traffic after no traffic", {}, {}, ["main-00000001"]],
];
test.each(allowed)("%s is allowed.", (_, before, after, names) => {
  expect(transitionProblem("chat", before, after, names)).toBeUndefined();
});

test("An endpoint that serves can't lose all its traffic weights.", () => {
  expect(transitionProblem("chat", { "main-00000001": 100 }, {}, ["main-00000001"])).toBe(
    "Endpoint chat serves requests, but no deployment would have a traffic weight and every request would return 404. Set weights that sum to 100, or remove the endpoint from the stack.",
  );
});

test("Renaming a label counts as the removal of a deployment with weight.", () => {
  expect(transitionProblem("chat", { "main-00000001": 100 }, { "primary-00000001": 100 }, ["primary-00000001"])).toContain(
    "Deployment chat/main is no longer in the stack but has a traffic weight of 100%",
  );
});

/** An endpoint with this traffic, with deployments without traffic (`idle`) and deployments with a changed recipe (`changed`). */
const at = (traffic: Record<string, number>, idle: string[] = [], mirrorTraffic: Record<string, number> = {}, changed: string[] = []) => {
  const names = [...Object.keys(traffic), ...Object.keys(mirrorTraffic), ...idle];
  return { traffic, mirrorTraffic, recipes: Object.fromEntries(names.map((name) => [name, changed.includes(name) ? "b" : "a"])) };
};
const [one, two, next] = ["main-00000001", "main-00000002", "next-00000001"] as const;

const sentences: [what: string, before: TrafficSnapshot, after: TrafficSnapshot, sentence: string | undefined][] = [
  ["a first write", at({}), at({ [one]: 100 }), `chat: traffic changes from none to ${one} 100%.`],
  [
    "a changed model",
    at({ [one]: 100 }),
    at({ [two]: 100 }),
    `chat: traffic changes from ${one} 100% to ${two} 100%; ${two} is created first; ${one} is deleted after the last requests have ended.`,
  ],
  [
    "a kept deployment",
    at({ [one]: 100 }),
    at({ [two]: 100 }, [one]),
    `chat: traffic changes from ${one} 100% to ${two} 100%; ${two} is created first; ${one} stays at 0%.`,
  ],
  [
    "a rollback",
    at({ [two]: 100 }, [one]),
    at({ [one]: 100 }, [two]),
    `chat: traffic changes from ${two} 100% to ${one} 100%; ${two} stays at 0%.`,
  ],
  [
    "a retired deployment",
    at({ [two]: 100 }, [one]),
    at({ [two]: 100 }),
    `chat: traffic stays at ${two} 100%; ${one} is deleted (no traffic).`,
  ],
  [
    "a candidate without traffic",
    at({ [one]: 100 }),
    at({ [one]: 100 }, [next]),
    `chat: traffic stays at ${one} 100%; ${next} is created first; ${next} stays at 0%.`,
  ],
  [
    "mirrored traffic to a new candidate",
    at({ [one]: 100 }),
    at({ [one]: 100 }, [], { [next]: 10 }),
    `chat: traffic stays at ${one} 100%; 10% of the requests are also mirrored to ${next}; ${next} is created first.`,
  ],
  [
    "the end of mirrored traffic",
    at({ [one]: 100 }, [], { [next]: 10 }),
    at({ [one]: 90, [next]: 10 }),
    `chat: traffic changes from ${one} 100% to ${one} 90%, ${next} 10%; requests are no longer mirrored to ${next}.`,
  ],
  [
    "the removal of a deployment with mirrored traffic",
    at({ [one]: 100 }, [], { [next]: 10 }),
    at({ [one]: 100 }),
    `chat: traffic stays at ${one} 100%; requests are no longer mirrored to ${next}; ${next} is deleted after the last requests have ended.`,
  ],
  [
    "an in-place update",
    at({ [one]: 100 }),
    at({ [one]: 100 }, [], {}, [one]),
    `chat: traffic stays at ${one} 100%; ${one} is updated in place.`,
  ],
  [
    "an endpoint without traffic",
    at({}, [one]),
    at({}, [one, next]),
    `chat: no deployment has traffic; ${next} is created first; ${one}, ${next} stay at 0%.`,
  ],
  ["no change", at({ [one]: 90, [next]: 10 }, [two]), at({ [next]: 10, [one]: 90 }, [two]), undefined],
];
test.each(sentences)("The summary describes %s.", (_, before, after, sentence) => {
  const made = Object.keys(after.recipes).filter((name) => !Object.hasOwn(before.recipes, name));
  expect(transitionSummary("chat", before, { ...after, created: made })).toBe(sentence);
});

test("The summary distinguishes deployments that an earlier run started to create from deleted deployments that are recreated.", () => {
  expect(transitionSummary("chat", at({ [one]: 100 }), { ...at({ [two]: 100 }), created: [] })).toBe(
    `chat: traffic changes from ${one} 100% to ${two} 100%; creation of ${two} was started by an earlier run; ${one} is deleted after the last requests have ended.`,
  );
  expect(transitionSummary("chat", at({ [one]: 100 }), { ...at({ [one]: 100 }), created: [one] })).toBe(
    `chat: traffic stays at ${one} 100%; ${one} is recreated.`,
  );
});

test.each([
  [undefined, "Key", undefined],
  ["Key", "Key", undefined],
  [
    "Key",
    "AADToken",
    "chat: after this update, callers must send a Microsoft Entra token of a principal that is allowed to score. Azure rejects the endpoint's key.",
  ],
  [
    "AADToken",
    "Key",
    "chat: after this update, callers must send the endpoint's key. Azure rejects a Microsoft Entra token of a principal that is allowed to score.",
  ],
])("For a change of the authentication mode from %s to %s, the summary describes the effect on callers.", (before, after, sentence) => {
  expect(authChangeSummary("chat", before, after)).toBe(sentence);
});
