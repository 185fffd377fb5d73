/** The first difference between an approved plan and the current one, as a sentence. */
import {
  type Approval,
  type ApprovalInputs,
  type ApprovalPart,
  type ApprovedStep,
  approvalParts,
  type InputPart,
  inputParts,
} from "../approval";
import { short } from "./inputs";
import { partHash, shortItems } from "./parts";
import { digestText, partsOfDigest } from "./text";

/** What a reviewer approved: the digest, and the approval of the review file if it is at hand. */
export interface Approved {
  readonly digest: string;
  readonly approval?: Approval;
}

/**
 * The first difference as a sentence, or undefined if the plan is the approved one. Without the approval of the review file, the sentence names
 * only the part.
 * @throws Error if the digest is invalid, or if the approval has another digest
 */
export function differenceOf(approved: Approved, now: Approval): string | undefined {
  if (approved.digest === now.digest) return undefined;
  const hashes = checkedParts(approved);
  const part = approvalParts.find((one) => hashes[one] !== short(now.parts[one]));
  // The digest contains short hashes of the parts, so different parts can have the same one.
  if (part === undefined) return "The plan differs from the approved one.";
  const detail =
    approved.approval &&
    (part === "steps" ? stepDetail(approved.approval.steps, now.steps) : itemDetail(part, approved.approval.items, now.items));
  return sentenceOf(part, detail);
}

/**
 * The first difference in what the plan depends on, which is known before a preview. Undefined if there is none that the digest shows.
 * @throws Error if the digest is invalid, or if the approval has another digest
 */
export function inputDifference(approved: Approved, inputs: ApprovalInputs): string | undefined {
  const hashes = checkedParts(approved);
  const part = inputParts.find((one) => hashes[one] !== short(partHash(inputs[one])));
  return part && sentenceOf(part, approved.approval && itemDetail(part, approved.approval.items, shortItems(inputs)));
}

function checkedParts({ digest, approval }: Approved): Record<ApprovalPart, string> {
  const parts = partsOfDigest(digest);
  if (approval === undefined || (approval.digest === digest && digestText(approval) === digest)) return parts;
  throw new Error("The review file does not belong to the digest: its approval has another digest.");
}

function sentenceOf(part: ApprovalPart, detail: string | undefined): string {
  return `${sentences[part]}${detail === undefined ? "." : `: ${detail}.`}`;
}

const sentences = {
  target: "The digest is of another stack, another Azure, or another backend",
  settings: "The stack file differs from the reviewed one",
  lock: "The lock file differs from the reviewed one",
  source: "The source files differ from the reviewed ones",
  versions: "The versions of Node, Pulumi or the packages differ from those of the review",
  hooks: "The environment variables that change what a run does differ from those of the review",
  steps: "The steps differ from the reviewed ones, because the state of the stack or Azure has changed since the review",
} as const satisfies Record<ApprovalPart, string>;

function itemDetail(part: InputPart, approved: ApprovalInputs, now: ApprovalInputs): string | undefined {
  const [was, is] = [approved[part], now[part]];
  const name = namesOf(was, is).find((one) => was[one] !== is[one]);
  return name === undefined ? undefined : `${name} ${changeOf(was[name], is[name])}`;
}

function stepDetail(was: readonly ApprovedStep[], is: readonly ApprovedStep[]): string | undefined {
  const [before, after] = [keyed(was), keyed(is)];
  for (const key of namesOf(before, after)) {
    const [approved, current] = [before[key], after[key]];
    if (approved === undefined) return `${current!.name} (${current!.operation}) was not among them`;
    if (current === undefined) return `${approved.name} (${approved.operation}) is no longer among them`;
    if (approved.operation !== current.operation) return `${current.name}: ${current.operation} instead of ${approved.operation}`;
    if (approved.hash !== current.hash) return propertyDetail(approved, current);
  }
  return undefined;
}

function propertyDetail({ properties: was }: ApprovedStep, { name, properties: is }: ApprovedStep): string {
  const path = namesOf(was, is).find((one) => was[one] !== is[one]);
  if (path === undefined) return `${name} differs`;
  if (was[path] === undefined || is[path] === undefined) return `${name}: ${path} ${changeOf(was[path], is[path])}`;
  const side = was[path].split("-")[0] === is[path].split("-")[0] ? "new value" : "current value";
  return `${name}: the ${side} of ${path} differs`;
}

function changeOf(was: string | undefined, is: string | undefined): string {
  return was === undefined ? "was added" : is === undefined ? "is missing" : "differs";
}

/** Steps by type and name. */
function keyed(steps: readonly ApprovedStep[]): Record<string, ApprovedStep> {
  return Object.fromEntries(steps.map((step) => [`${step.type} ${step.name}`, step]));
}

function namesOf(was: object, is: object): string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
}
