// Proves which stacks a review shows together, and in which order. Doesn't prove that equal stacks have equal reviews, which depends on the
// subjects.
import * as fc from "fast-check";
import { readPreview, reviewStack, type StackReview } from "../../review";
import { groupsOf, withoutStackName } from "../../review/group";
import { eventsOf } from "./previews";
import { stackReview } from "./support";

/** A review whose texts contain the name of the stack. */
function named(stack: string, more = ""): StackReview {
  return stackReview(stack, "look", {
    notices: [
      { severity: "look", text: `Storage account moor-${stack}-x1 is replaced${more}.`, rollback: `Run npm run lock -- -s ${stack}.` },
    ],
    sections: { cost: { summary: `${stack}: 10 USD/month`, details: [`vm-${stack}`], data: { id: `${stack}${more.length}` } } },
  });
}

const namesOf = (reviews: readonly StackReview[]) => groupsOf(reviews).map(({ stacks }) => stacks.map(({ stack }) => stack));

test("stacks that differ only in their name, and in names that contain it, are one group", () => {
  const [group, ...others] = groupsOf([named("prod-weu"), named("prod"), named("dev")]);
  expect(others).toEqual([]);
  expect(group!.stacks.map(({ stack }) => stack)).toEqual(["dev", "prod", "prod-weu"]);
  expect(group!.review).toMatchObject({
    reason: "Storage account moor-<stack>-x1 is replaced.",
    notices: [{ text: "Storage account moor-<stack>-x1 is replaced.", rollback: "Run npm run lock -- -s <stack>." }],
    sections: { cost: { summary: "<stack>: 10 USD/month", details: ["vm-<stack>"] } },
  });
});

test("a group of one stack keeps its names", () => {
  expect(groupsOf([named("prod")])[0]!.review).toEqual(named("prod"));
});

test.each<[what: string, change: (review: StackReview) => StackReview]>([
  ["verdict", (review) => ({ ...review, verdict: "dangerous" })],
  ["result", (review) => ({ ...review, result: "failed" })],
  ["reason", (review) => ({ ...review, reason: "Another one." })],
  ["a notice", (review) => ({ ...review, notices: [] })],
  ["a severity", (review) => ({ ...review, notices: review.notices.map((notice) => ({ ...notice, severity: "note" })) })],
  ["a rollback", (review) => ({ ...review, notices: review.notices.map((notice) => ({ ...notice, rollback: "None." })) })],
  ["a summary", (review) => ({ ...review, sections: { ...review.sections, quota: { summary: "8 vCPUs", notices: [] } } })],
  ["a detail", (review) => ({ ...review, sections: { ...review.sections, rest: { summary: "", notices: [], details: ["a"] } } })],
])("stacks that differ in %s are two groups", (_, change) => {
  expect(
    namesOf([named("dev"), change(named("prod"))])
      .flat()
      .sort(),
  ).toEqual(["dev", "prod"]);
  expect(namesOf([named("dev"), change(named("prod"))])).toHaveLength(2);
});

test("the values behind the texts and the digest don't count", () => {
  const [dev, prod] = [stackReview("dev", "safe", { digest: "m1-a" }), stackReview("prod", "safe", { digest: "m1-b" })];
  const cost = { summary: "", notices: [], data: { total: 1 } };
  expect(namesOf([dev, { ...prod, sections: { ...prod.sections, cost } }])).toEqual([["dev", "prod"]]);
});

test("the most dangerous group is the first one", () => {
  const danger = (text: string) => ({ severity: "danger", text }) as const;
  const reviews = [
    stackReview("a", "unchanged"),
    stackReview("b", "safe"),
    stackReview("c", "look", { notices: [{ severity: "look", text: "x" }] }),
    stackReview("e", "dangerous", { notices: [danger("x")] }),
    stackReview("d", "dangerous", { notices: [danger("y")] }),
    stackReview("f", "dangerous", { notices: [danger("x"), danger("y")] }),
  ];
  expect(namesOf(reviews)).toEqual([["f"], ["d"], ["e"], ["c"], ["b"], ["a"]]);
});

test.each([
  ["moor-prod-x1", "prod", "moor-<stack>-x1"],
  ["prod", "prod", "<stack>"],
  ["moor_prod.yaml", "prod", "moor_<stack>.yaml"],
  ["product moorprod prod2", "prod", "product moorprod prod2"],
  ["a.b axb", "a.b", "<stack> axb"],
  ["prod-weu prod", "prod-weu", "<stack> prod"],
  ["stprodsuffix and crprodx7k2p9", "prod", "st<stack>suffix and cr<stack>x7k2p9"],
  ["stprodweux7k2p9", "prod-weu", "st<stack>x7k2p9"],
  ["stproductionswedenx7k2p9", "production-swedencentral", "st<stack>x7k2p9"],
  ["strain critical stprod stprodx7k2p99", "prod", "strain critical stprod stprodx7k2p99"],
  ["a stabcdef", "-", "a stabcdef"],
  ["anything", "", "anything"],
])("%j without the stack name %j is %j", (text, stack, expected) => {
  expect(withoutStackName(text, stack)).toBe(expected);
});

/** The events of a stack as if it had another name, which the names of its resources contain. */
function renamed(events: string, stack: string): string {
  const joined = events.replace(/(?<![A-Za-z0-9])(cr|st)(?:prod|dev)(?=[a-z0-9]{6}(?![A-Za-z0-9]))/g, `$1${stack.replaceAll("-", "")}`);
  return joined.replace(/(?<![A-Za-z0-9])(?:prod|dev)(?![A-Za-z0-9])/g, stack);
}

test.each(["model", "operatorAdded", "endpointAdded", "destroy"])("the same change %s of two stacks is one group", (name) => {
  const reviews = ["alpha", "beta-weu"].map((stack) => reviewStack(readPreview(renamed(eventsOf(name), stack)), { today: "2026-11-30" }));
  expect(namesOf(reviews)).toEqual([["alpha", "beta-weu"]]);
});

test("each stack is in exactly one group, in any order of the reviews", () => {
  const one = fc.record({ stack: fc.string({ minLength: 1, maxLength: 4 }), more: fc.constantFrom("", "a", "b") });
  fc.assert(
    fc.property(fc.uniqueArray(one, { selector: ({ stack }) => stack, maxLength: 8 }), (all) => {
      const reviews = all.map(({ stack, more }) => named(stack, more));
      expect(namesOf(reviews).flat().sort()).toEqual(all.map(({ stack }) => stack).sort());
      expect(namesOf([...reviews].reverse())).toEqual(namesOf(reviews));
    }),
  );
});
