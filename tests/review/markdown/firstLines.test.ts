// Proves the first five lines of a review for one stack and for several, and their length. Doesn't prove that the subjects' summaries say what a
// reader must know.
import * as fc from "fast-check";
import { reviewMarkdown, type StackReview, subjects, type Verdict, withoutPreview } from "../../../review";
import { clean } from "../../../review/text";
import { fiveLines, reviewOf, stackReview } from "../support";

const danger = (text: string) => ({ severity: "danger", text }) as const;
const look = (text: string) => ({ severity: "look", text }) as const;

const prod = stackReview("prod", "dangerous", {
  notices: [danger("Endpoint fraud is deleted."), danger("Endpoint chat loses its callers."), look("A caller is added.")],
  sections: {
    traffic: { summary: "chat: main 90% to 70%, candidate 10% to 30%" },
    capacity: { summary: "chat/candidate: 48 of 64 requests" },
    cost: { summary: "+3,485.75 USD/month" },
    access: { summary: "1 caller gained" },
    residency: { summary: "westeurope is allowed" },
  },
});

const linesOf = (...stacks: readonly StackReview[]) => fiveLines(reviewMarkdown(reviewOf(...stacks)));

test("one stack", () => {
  expect(linesOf(prod)).toEqual([
    "**Dangerous, ask the author**: prod. Endpoint fraud is deleted. Endpoint chat loses its callers.",
    "- **Traffic**: chat: main 90% to 70%, candidate 10% to 30%; capacity: chat/candidate: 48 of 64 requests",
    "- **Cost**: +3,485.75 USD/month",
    "- **Quota**: no change",
    "- **Residency and access**: residency: westeurope is allowed; access: 1 caller gained",
  ]);
});

test.each<[verdict: Verdict, headline: string]>([
  ["safe", "**Safe to approve**: dev. No requests or data are lost, and nothing new is exposed."],
  ["unchanged", "**No changes, safe to approve**: dev. Nothing changes."],
])("one stack that is %s", (verdict, headline) => {
  const nothing = ["Traffic", "Cost", "Quota", "Residency and access"].map((label) => `- **${label}**: no change`);
  expect(linesOf(stackReview("dev", verdict))).toEqual([headline, ...nothing]);
});

test("a stack whose preview failed", () => {
  const failed = stackReview("dev", "look", { result: "failed", notices: [look("The preview fails: MOOR021.")] });
  const unknown = "unknown, because the preview failed";
  expect(linesOf(failed)).toEqual([
    "**Needs a look, ask the author**: dev. The preview fails: MOOR021.",
    ...["Traffic", "Cost", "Quota", "Residency and access"].map((label) => `- **${label}**: ${unknown}`),
  ]);
});

test("several stacks: most dangerous first, equal texts together, stacks without a change last", () => {
  const weu = { ...prod, stack: "prod-weu", sections: { ...prod.sections, cost: { summary: "+1.00 USD/month", notices: [] } } };
  const test = stackReview("test", "look", { notices: [look("A caller is added.")], sections: { access: { summary: "1 caller gained" } } });
  const others = ["a", "b", "c", "d"].map((name) => stackReview(name, "safe"));
  expect(linesOf(test, ...others, withoutPreview("dev", "The login expired."), weu, prod)).toEqual([
    "**Dangerous, ask the author**: prod (1 of 8 stacks). Endpoint fraud is deleted. Endpoint chat loses its callers. Other stacks: 1 dangerous, 2 need a look, 4 safe.",
    "- **Traffic**: prod, prod-weu: chat: main 90% to 70%, candidate 10% to 30%; capacity: chat/candidate: 48 of 64 requests; dev: unknown, because there is no preview; 5 stacks: no change",
    "- **Cost**: prod: +3,485.75 USD/month; prod-weu: +1.00 USD/month; dev: unknown, because there is no preview; 5 stacks: no change",
    "- **Quota**: dev: unknown, because there is no preview; 7 stacks: no change",
    "- **Residency and access**: prod, prod-weu: residency: westeurope is allowed; access: 1 caller gained; dev: unknown, because there is no preview; test: access: 1 caller gained; 4 stacks: no change",
  ]);
});

test("stacks with equal changes are one text, in which <stack> stands for the name", () => {
  const stacks = ["dev", "prod"].map((name) => stackReview(name, "look", { notices: [look(`Storage moor-${name}-x is replaced.`)] }));
  expect(linesOf(...stacks)[0]).toBe("**Needs a look, ask the author**: dev, prod. Storage `moor-<stack>-x` is replaced.");
  expect(linesOf(...stacks, stackReview("test", "safe"))[0]).toBe(
    "**Needs a look, ask the author**: dev, prod (2 of 3 stacks). Storage `moor-<stack>-x` is replaced. Other stacks: 1 safe.",
  );
});

test("many stacks are counted", () => {
  const many = Array.from({ length: 40 }, (_, index) =>
    stackReview(`s${index}`, "dangerous", { notices: [danger("It is deleted.")], sections: { cost: { summary: `+${index} USD/month` } } }),
  );
  const [headline, , cost] = linesOf(...many);
  expect(headline).toBe("**Dangerous, ask the author**: s0 (1 of 40 stacks). It is deleted. Other stacks: 39 dangerous.");
  expect(cost).toMatch(/^- \*\*Cost\*\*: s0: \+0 USD\/month; s1: \+1 USD\/month; s10: .*; and 26 more stacks$/);
});

test("long texts are cut at a word, and the counts stay", () => {
  const long = "word ".repeat(100);
  const stacks = ["a", "b", "c"].map((stack) =>
    stackReview(stack, "dangerous", {
      notices: [danger(`${stack}${long}`), danger("y")],
      sections: { quota: { summary: `${long}${stack}x` } },
    }),
  );
  const lines = linesOf(...stacks, stackReview("d", "safe"));
  expect(lines[0]).toMatch(
    /^\*\*Dangerous, ask the author\*\*: a \(1 of 4 stacks\)\. aword (word )+word… 1 more danger\. Other stacks: 2 dangerous, 1 safe\.$/,
  );
  expect(lines[3]).toMatch(/^- \*\*Quota\*\*: a: (word )+word…; b: (word )+word…; and 2 more stacks$/);
  expect(linesOf(stacks[0]!)[3]).toMatch(/^- \*\*Quota\*\*: (word )+word…$/);
});

test("there are always exactly these five lines, of at most 400 characters, whatever the texts say", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "word ", "\n", "# ", "- ", "1. ", "**", "é"), maxLength: 200 });
  const stack = fc.record({
    name: fc.string({ minLength: 1, maxLength: 60 }),
    verdict: fc.constantFrom<Verdict>("dangerous", "look", "safe", "unchanged"),
    text,
    summaries: fc.dictionary(fc.constantFrom(...subjects), text),
  });
  fc.assert(
    fc.property(fc.array(stack, { minLength: 1, maxLength: 6 }), (stacks) => {
      const reviews = stacks.map(({ name, verdict, text, summaries }) =>
        stackReview(name, verdict, {
          notices: verdict === "dangerous" ? [danger(text)] : verdict === "look" ? [look(text)] : [],
          sections: Object.fromEntries(Object.entries(summaries).map(([subject, summary]) => [subject, { summary }])),
        }),
      );
      const lines = linesOf(...reviews);
      const starts = ["**", "- **Traffic**: ", "- **Cost**: ", "- **Quota**: ", "- **Residency and access**: "];
      expect(lines.map((line, index) => line.slice(0, starts[index]!.length))).toEqual(starts);
      // Without the characters that only escape others.
      expect(Math.max(...lines.map((line) => line.replace(/[`\\]/g, "").length))).toBeLessThanOrEqual(400);
      expect(lines.every((line) => line === clean(line) || /` \S/.test(line))).toBe(true);
    }),
  );
});
