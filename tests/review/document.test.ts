// Proves the JSON form of a review: its fields, its order, and that it has no secrets in a known format. Doesn't prove what the subjects say.
import * as fc from "fast-check";
import { documentOf, type Review, reviewJson, reviewSchema, reviewStack, verdictOf, withoutPreview } from "../../review";
import { SECRET, UNKNOWN } from "../../rules";
import { previewNames, previewOf } from "./previews";
import { reviewOf, stackReview } from "./support";

const empty = { details: [], summary: "" };
const noSections = Object.fromEntries(
  ["access", "capacity", "cost", "danger", "duration", "failure", "quota", "residency", "rest", "traffic"].map((name) => [name, empty]),
);

test("the JSON form has all fields, sorted, with stacks by name", () => {
  const review: Review = {
    ...reviewOf(
      stackReview("prod", "dangerous", {
        notices: [
          { severity: "danger", text: "Endpoint fraud is deleted.", rollback: "This can't be undone.", code: "MOOR526", subject: "danger" },
        ],
        sections: {
          cost: {
            summary: "1 USD/month",
            details: ["a"],
            data: { z: 1, a: [undefined, Number.NaN, UNKNOWN, SECRET, () => 1], u: undefined },
          },
        },
        digest: "m1-00",
      }),
      withoutPreview("dev", "The login expired."),
    ),
    source: { kind: "base", ref: "main", commit: "8c1f02ab" },
  };
  const expected = {
    date: "2026-11-30",
    moor: "0.1.0",
    source: { commit: "8c1f02ab", kind: "base", ref: "main" },
    stacks: [
      {
        notApprovable: "The stack could not be previewed.",
        notices: [{ severity: "look", subject: "failure", text: "The login expired." }],
        reason: "The login expired.",
        result: "none",
        sections: noSections,
        stack: "dev",
        verdict: "look",
      },
      {
        approval: { digest: "m1-00", parts: {}, steps: [] },
        notices: [
          { code: "MOOR526", rollback: "This can't be undone.", severity: "danger", subject: "danger", text: "Endpoint fraud is deleted." },
        ],
        reason: "Endpoint fraud is deleted.",
        result: "succeeded",
        sections: {
          ...noSections,
          cost: { data: { a: [null, null, "(unknown)", "(secret)", null], z: 1 }, details: ["a"], summary: "1 USD/month" },
        },
        stack: "prod",
        verdict: "dangerous",
      },
    ],
    verdict: "dangerous",
    version: 1,
  };
  expect(reviewJson(review)).toBe(`${JSON.stringify(expected, null, 2)}\n`);
});

test.each([
  [["safe", "unchanged"], "safe"],
  [["unchanged"], "unchanged"],
  [["safe", "look"], "look"],
  [["look", "dangerous", "safe"], "dangerous"],
  [[], "look"],
] as const)("the verdict of stacks with %j is %s", (verdicts, expected) => {
  expect(verdictOf(reviewOf(...verdicts.map((verdict, index) => stackReview(`s${index}`, verdict))))).toBe(expected);
});

test.each([
  [{ result: "succeeded", digest: "m1-00" }, { kind: "state" }, undefined],
  [{ result: "succeeded" }, { kind: "state" }, "The review did not record the plan."],
  [
    { result: "succeeded" },
    { kind: "base", ref: "main", commit: "0" },
    "The review compares with a commit, not with the state of the stack.",
  ],
  [{ result: "succeeded" }, { kind: "saved" }, "The review is of a saved preview. The state of the stack can have changed since then."],
  [{ result: "failed", digest: "m1-00" }, { kind: "state" }, "The preview failed."],
  [{ result: "incomplete" }, { kind: "saved" }, "The preview did not end."],
] as const)("%j, compared with %j, has this reason for no digest: %s", (parts, source, expected) => {
  const { stacks } = documentOf({ ...reviewOf(stackReview("prod", "look", parts)), source });
  expect(stacks[0]!.notApprovable).toBe(expected);
});

test("secrets and control characters are removed from all texts", () => {
  const secret = "hf_abcdefghijklmnopqrst";
  const [dirty, clean] = [`a \u001b\n${secret}`, "a [secret]"];
  const stack = stackReview(dirty, "look", {
    notices: [{ severity: "look", text: dirty, rollback: dirty }],
    sections: { rest: { summary: dirty, details: [dirty], data: { [secret]: [dirty] } } },
  });
  const text = reviewJson(reviewOf(stack));
  expect(text).not.toContain(secret);
  expect(JSON.parse(text).stacks[0]).toMatchObject({
    stack: clean,
    reason: clean,
    notices: [{ text: clean, rollback: clean }],
    sections: { rest: { summary: clean, details: [clean], data: { "[secret]": [clean] } } },
  });
});

test.each(previewNames)("the review of the preview %s has the documented form", (name) => {
  const review = reviewOf(reviewStack(previewOf(name), { today: "2026-11-30" }));
  expect(reviewSchema.parse(JSON.parse(reviewJson(review)))).toEqual(documentOf(review));
});

test("any data of a section has the documented form, and the order of keys doesn't matter", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withDate: true })), (data) => {
      const reversed = Object.fromEntries(Object.entries(data).reverse());
      const [one, other] = [data, reversed].map((value) =>
        reviewJson(reviewOf(stackReview("prod", "safe", { sections: { rest: { data: value } } }))),
      );
      expect(reviewSchema.safeParse(JSON.parse(one!)).success).toBe(true);
      expect(other).toBe(one);
    }),
  );
});
