// Proves that a promotion changes only numbers in the stack file. Doesn't prove that a run applies them: see tests/e2e.
import { promoteText } from "../../cli/promote";
import { promote } from "../../planner/rollout/promotion";

const text = `# top
config:
  moor:endpoints:
    chat:
      deployments:
        main: { size: a, weight: 90 } # the old one
        candidate:
          weight: 10   # asked on Monday
          mirror: 0
        shadow: { weight: 0, mirror: 20 }
`;

test("Only the numbers change; comments and layout stay.", () => {
  const { text: after, changes } = promoteText(text, { endpoint: "chat", label: "candidate", weight: "50" });
  expect(after).toBe(text.replace("weight: 90", "weight: 50").replace("weight: 10 ", "weight: 50 "));
  expect(changes).toEqual(["chat/main weight: 90 → 50", "chat/candidate weight: 10 → 50"]);
});

test("A deployment with mirrored traffic gets a weight and no mirror.", () => {
  const { text: after } = promoteText(text, { endpoint: "chat", label: "shadow", weight: "100" });
  expect(after).toContain("shadow: { weight: 100, mirror: 0 }");
  expect(after).toContain("main: { size: a, weight: 0 } # the old one");
});

test.each([
  [{ endpoint: "talk", label: "main", weight: "1" }, "The stack file has no endpoint talk with deployments. Endpoints: chat."],
  [{ endpoint: "chat", label: "other", weight: "1" }, "There is no deployment other. Deployments: main, candidate, shadow."],
  [{ endpoint: "chat", label: "main", weight: "ten" }, '--weight is "ten". Allowed: a whole number from 0 to 100.'],
  [{ endpoint: "chat", label: "main", weight: "" }, '--weight is "". Allowed: a whole number from 0 to 100.'],
  [{ endpoint: "chat", label: "main", weight: "101" }, "The weight is 101. Allowed: a whole number from 0 to 100."],
])("%j is refused.", (options, message) => {
  expect(() => promoteText(text, options)).toThrow(message);
});

test.each([
  [{ a: 90, b: 10 }, "b", 50, { a: 50, b: 50 }],
  [{ a: 60, b: 30, c: 10 }, "c", 25, { a: 50, b: 25, c: 25 }],
  [{ a: 34, b: 33, c: 33 }, "a", 1, { a: 1, b: 50, c: 49 }],
  [{ a: 100, b: 0 }, "a", 70, { a: 70, b: 30 }],
  [{ a: 100 }, "a", 100, { a: 100 }],
])("%j with %s at %s %% results in %j.", (weights, label, weight, expected) => {
  expect(promote(weights, label, weight)).toEqual(expected);
});

test("The other weights must be unambiguous.", () => {
  expect(() => promote({ a: 100, b: 0, c: 0 }, "a", 70)).toThrow("Set their weights in the stack file");
});
