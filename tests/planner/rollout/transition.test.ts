// Proves which write of traffic may follow on which, and what a reviewer reads of it. Doesn't prove that the engine asks: that is tests/e2e's.
import { authSentence, labelOf, type Moment, transitionRefusal, transitionSentence } from "../../../planner/rollout/transition";

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

/** An endpoint with these shares; names without one, and those that are changed, are named behind. */
const at = (traffic: Record<string, number>, idle: string[] = [], mirrorTraffic: Record<string, number> = {}, changed: string[] = []) => {
  const names = [...Object.keys(traffic), ...Object.keys(mirrorTraffic), ...idle];
  return { traffic, mirrorTraffic, recipes: Object.fromEntries(names.map((name) => [name, changed.includes(name) ? "b" : "a"])) };
};
const [one, two, next] = ["main-00000001", "main-00000002", "next-00000001"] as const;

const sentences: [what: string, before: Moment, after: Moment, sentence: string | undefined][] = [
  ["a first write", at({}), at({ [one]: 100 }), `chat: requests go from nobody to ${one} 100 %.`],
  [
    "a changed model",
    at({ [one]: 100 }),
    at({ [two]: 100 }),
    `chat: requests go from ${one} 100 % to ${two} 100 %; ${two} is created first; ${one} is deleted after the last requests.`,
  ],
  [
    "one that is kept",
    at({ [one]: 100 }),
    at({ [two]: 100 }, [one]),
    `chat: requests go from ${one} 100 % to ${two} 100 %; ${two} is created first; ${one} stays at 0 %.`,
  ],
  [
    "a rollback",
    at({ [two]: 100 }, [one]),
    at({ [one]: 100 }, [two]),
    `chat: requests go from ${two} 100 % to ${one} 100 %; ${two} stays at 0 %.`,
  ],
  [
    "one that is retired",
    at({ [two]: 100 }, [one]),
    at({ [two]: 100 }),
    `chat: requests stay with ${two} 100 %; ${one} is deleted, and had no requests.`,
  ],
  [
    "a candidate that is asked nothing yet",
    at({ [one]: 100 }),
    at({ [one]: 100 }, [next]),
    `chat: requests stay with ${one} 100 %; ${next} is created first; ${next} stays at 0 %.`,
  ],
  [
    "copies to a new candidate",
    at({ [one]: 100 }),
    at({ [one]: 100 }, [], { [next]: 10 }),
    `chat: requests stay with ${one} 100 %; 10 % of them are also copied to ${next}, whose answers nobody sees; ${next} is created first.`,
  ],
  [
    "the end of copies",
    at({ [one]: 100 }, [], { [next]: 10 }),
    at({ [one]: 90, [next]: 10 }),
    `chat: requests go from ${one} 100 % to ${one} 90 %, ${next} 10 %; no more are copied to ${next}.`,
  ],
  [
    "the removal of one with copies",
    at({ [one]: 100 }, [], { [next]: 10 }),
    at({ [one]: 100 }),
    `chat: requests stay with ${one} 100 %; no more are copied to ${next}; ${next} is deleted after the last requests.`,
  ],
  [
    "a change in place",
    at({ [one]: 100 }),
    at({ [one]: 100 }, [], {}, [one]),
    `chat: requests stay with ${one} 100 %; ${one} is changed in place.`,
  ],
  [
    "one that nobody asks",
    at({}, [one]),
    at({}, [one, next]),
    `chat: nobody has requests; ${next} is created first; ${one}, ${next} stay at 0 %.`,
  ],
  ["nothing of all that", at({ [one]: 90, [next]: 10 }, [two]), at({ [next]: 10, [one]: 90 }, [two]), undefined],
];
test.each(sentences)("Of %s a reviewer reads what happens.", (_, before, after, sentence) => {
  const made = Object.keys(after.recipes).filter((name) => !Object.hasOwn(before.recipes, name));
  expect(transitionSentence("chat", before, { ...after, made })).toBe(sentence);
});

test("A deployment that an earlier run has begun is not created, and one that was gone from Azure is made again.", () => {
  expect(transitionSentence("chat", at({ [one]: 100 }), { ...at({ [two]: 100 }), made: [] })).toBe(
    `chat: requests go from ${one} 100 % to ${two} 100 %; ${two} was begun by an earlier run; ${one} is deleted after the last requests.`,
  );
  expect(transitionSentence("chat", at({ [one]: 100 }), { ...at({ [one]: 100 }), made: [one] })).toBe(
    `chat: requests stay with ${one} 100 %; ${one} is made again.`,
  );
});

test.each([
  [undefined, "Key", undefined],
  ["Key", "Key", undefined],
  ["Key", "AADToken", "chat: callers need an Entra token of who may score from this write on; the endpoint's key is refused."],
  ["AADToken", "Key", "chat: callers need the endpoint's key from this write on; an Entra token of who may score is refused."],
])("Of callers whose proof was %s and is %s a reviewer reads what they meet.", (before, after, sentence) => {
  expect(authSentence("chat", before, after)).toBe(sentence);
});
