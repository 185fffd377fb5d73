// Proves that the first difference between an approved plan and the current one is named, and that a forged approval is rejected. Doesn't prove
// that `npm run deploy` refuses the plan: tests/e2e/deploy.test.ts does.
import {
  type Approval,
  type ApprovalInputs,
  approvalOf,
  differenceOf,
  inputDifference,
  type Preview,
  partsOfDigest,
} from "../../../review";
import { sha256 } from "../../../review/digest/inputs";
import type { Step } from "../../../review/preview";
import { savedPreview } from "../previews";
import { inputs } from "./inputs";

const preview = savedPreview("promotion");
const approved = approvalOf(preview, inputs);

function withItem(part: keyof ApprovalInputs, name: string, value: string | undefined): ApprovalInputs {
  const { [name]: _, ...others } = inputs[part];
  return { ...inputs, [part]: value === undefined ? others : { ...others, [name]: sha256(value) } };
}

function withSteps(change: (step: Step) => Step[]): Preview {
  return { ...preview, steps: preview.steps.flatMap(change) };
}

const write = "chat-traffic-write";
const settings = "The stack file differs from the reviewed one";
const steps = "The steps differ from the reviewed ones, because the state of the stack or Azure has changed since the review";

const changedInputs: [inputs: ApprovalInputs, sentence: string, detail: string][] = [
  [withItem("target", "stack", "dev"), "The digest is of another stack, another Azure, or another backend", "stack differs"],
  [withItem("settings", "Pulumi.prod.yaml", "other"), settings, "Pulumi.prod.yaml differs"],
  [withItem("lock", "moor.lock.prod.yaml", undefined), "The lock file differs from the reviewed one", "moor.lock.prod.yaml is missing"],
  [withItem("source", "planner/names.ts", "other"), "The source files differ from the reviewed ones", "planner/names.ts differs"],
  [withItem("source", "a.ts", "new"), "The source files differ from the reviewed ones", "a.ts was added"],
  [withItem("versions", "node", "22"), "The versions of Node, Pulumi or the packages differ from those of the review", "node differs"],
  [
    withItem("hooks", "MOOR_WAITS", "{}"),
    "The environment variables that change what a run does differ from those of the review",
    "MOOR_WAITS was added",
  ],
];

test.each(changedInputs)("a changed input %#: %s", (changed, sentence, detail) => {
  const now = approvalOf(preview, changed);
  expect(differenceOf({ digest: approved.digest }, now)).toBe(`${sentence}.`);
  expect(differenceOf({ digest: approved.digest, approval: approved }, now)).toBe(`${sentence}: ${detail}.`);
  expect(inputDifference({ digest: approved.digest }, changed)).toBe(`${sentence}.`);
  expect(inputDifference({ digest: approved.digest, approval: approved }, changed)).toBe(`${sentence}: ${detail}.`);
});

const isWrite = ({ name }: Step) => name === write;
const changedSteps: [what: string, preview: Preview, detail: string][] = [
  ["a missing step", withSteps((step) => (isWrite(step) ? [] : [step])), `${write} (update) is no longer among them`],
  [
    "an added step",
    withSteps((step) => (isWrite(step) ? [step, { ...step, urn: `${step.urn}2`, name: "another-write" }] : [step])),
    "another-write (update) was not among them",
  ],
  [
    "another operation",
    withSteps((step) => [isWrite(step) ? { ...step, operation: "replace" } : step]),
    `${write}: replace instead of update`,
  ],
  [
    "a changed value",
    withSteps((step) => [
      isWrite(step) ? { ...step, after: { ...step.after!, inputs: { ...step.after!.inputs, deploymentName: "x" } } } : step,
    ]),
    `${write}: the new value of deploymentName differs`,
  ],
  [
    "a changed value before the change",
    withSteps((step) => [
      isWrite(step) ? { ...step, before: { ...step.before!, inputs: { ...step.before!.inputs, deploymentName: "x" } } } : step,
    ]),
    `${write}: the current value of deploymentName differs`,
  ],
  [
    "an added value",
    withSteps((step) => [isWrite(step) ? { ...step, after: { ...step.after!, inputs: { ...step.after!.inputs, "a.b": ["x"] } } } : step]),
    `${write}: ["a.b"][0] was added`,
  ],
  ["what requires a replacement", withSteps((step) => [isWrite(step) ? { ...step, replacedBy: ["location"] } : step]), `${write} differs`],
];

test.each(changedSteps)("%s", (_, changed, detail) => {
  const now = approvalOf(changed, inputs);
  expect(differenceOf({ digest: approved.digest }, now)).toBe(`${steps}.`);
  expect(differenceOf({ digest: approved.digest, approval: approved }, now)).toBe(`${steps}: ${detail}.`);
  expect(inputDifference({ digest: approved.digest }, inputs)).toBeUndefined();
});

test("The same plan has no difference.", () => {
  expect(differenceOf({ digest: approved.digest, approval: approved }, approvalOf(preview, inputs))).toBeUndefined();
});

test("The first difference is that of the inputs, because it usually causes those of the steps.", () => {
  const now = approvalOf(changedSteps[0]![1], withItem("settings", "Pulumi.prod.yaml", "other"));
  expect(differenceOf({ digest: approved.digest }, now)).toBe(`${settings}.`);
});

test("A digest that differs only in the hash over all parts is refused too.", () => {
  const digest = approved.digest.replace(/^m1-./, (start) => (start === "m1-0" ? "m1-1" : "m1-0"));
  expect(differenceOf({ digest }, approved)).toBe("The plan differs from the approved one.");
});

const forged: [what: string, approval: Approval][] = [
  ["a changed step", { ...approved, steps: approved.steps.slice(1) }],
  ["a changed path", { ...approved, steps: approved.steps.map((step) => ({ ...step, properties: { forged: "00000000-" } })) }],
  ["a changed item", { ...approved, items: { ...approved.items, source: {} } }],
  ["a changed part", { ...approved, parts: { ...approved.parts, source: sha256("forged") } }],
  ["another digest", approvalOf(savedPreview("tag"), inputs)],
];

test.each(forged)("An approval with %s doesn't belong to the digest.", (_, approval) => {
  expect(() => differenceOf({ digest: approved.digest, approval }, approvalOf(savedPreview("tag"), inputs))).toThrow(
    "The review file does not belong to the digest",
  );
});

test.each([
  "",
  "m1",
  `m2${approved.digest.slice(2)}`,
  approved.digest.toUpperCase(),
  `${approved.digest} `,
  `${approved.digest}\n`,
  approved.digest.slice(0, -1),
])("The text %j is not a digest.", (digest) => {
  expect(() => partsOfDigest(digest)).toThrow(
    `The digest is invalid: it must have ${approved.digest.length} characters, in the form m1-<hash>-<hashes>.`,
  );
});
