// Proves that a review file is read only in the documented form, and that it can't contain texts that change a terminal. Doesn't prove that its
// approval belongs to a digest: tests/review/digest/difference.test.ts does.
import { approvalInReview, maxLength } from "../../../operations/deploy";
import { approvalOf } from "../../../review";
import { inputs } from "../../review/digest/inputs";
import { previewOf } from "../../review/previews";

const approval = approvalOf(previewOf("promotion"), inputs);
const review = (one: unknown) =>
  JSON.stringify({ version: 1, stacks: [{ stack: "dev" }, { stack: "prod", verdict: "look", approval: one }] });

test("The approval of a stack is read as it was written.", () => {
  expect(approvalInReview(review(approval), "prod")).toEqual(approval);
});

test.each([[undefined], [null]])("A stack with the approval %s has none.", (none) => {
  expect(approvalInReview(review(none), "prod")).toBeUndefined();
});

test("A stack that isn't in the review is an error.", () => {
  expect(() => approvalInReview(review(approval), "test")).toThrow("The review file does not contain the stack test.");
});

test.each(["", "{", "null", "[]", "{}", '{"version":2,"stacks":[]}', '{"version":1,"stacks":{}}', '{"version":1,"stacks":[null]}'])(
  "The text %j is not a review.",
  (text) => {
    expect(() => approvalInReview(text, "prod")).toThrow("The review file is not the JSON of a review of this version of Moor.");
  },
);

const [step] = approval.steps;
test.each<[what: string, value: unknown]>([
  ["a text", "approved"],
  ["a missing part", { ...approval, parts: {} }],
  ["an unknown part", { ...approval, parts: { ...approval.parts, other: "0".repeat(64) } }],
  ["an unknown key", { ...approval, other: 1 }],
  ["a hash that isn't one", { ...approval, steps: [{ ...step, hash: "x" }] }],
  ["a control character in a name", { ...approval, steps: [{ ...step, name: "a\u001b[2J" }] }],
  ["a line break in a path", { ...approval, steps: [{ ...step, properties: { "a\nThe plan is the approved one": "-" } }] }],
  ["a direction mark in the name of a file", { ...approval, items: { ...approval.items, source: { "a\u202eb": "00000000" } } }],
  ["a name that is too long", { ...approval, steps: [{ ...step, name: "a".repeat(1001) }] }],
])("An approval with %s is invalid.", (_, value) => {
  expect(() => approvalInReview(review(value), "prod")).toThrow("The review file contains an invalid approval of the stack prod.");
});

test("A text that is too long is not parsed.", () => {
  expect(() => approvalInReview("x".repeat(maxLength + 1), "prod")).toThrow("The review file is too long");
});
