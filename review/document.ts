/** The review of a run: all stacks, and how they were previewed. docs/review.md describes the JSON form. */
import * as z from "zod";
import { withoutSecrets } from "../facts/secretForms";
import { SECRET, UNKNOWN } from "../rules";
import type { StackReview, Verdict } from "./review";
import { type Notice, type Severity, type Subject, subjects } from "./section";
import { clean } from "./text";

/**
 * What the stacks were compared with. `state`: their Pulumi state. `base`: a commit on the local Azure. `saved`: previews were saved earlier,
 * and their state can have changed since then.
 */
export type Source =
  | { readonly kind: "state" }
  /** @param ref As the user gave it, for example `main`. */
  | { readonly kind: "base"; readonly ref: string; readonly commit: string }
  | { readonly kind: "saved" };

export interface Review {
  /** Version of Moor. */
  readonly moor: string;
  /** The day of the review (UTC), for example 2026-11-30. */
  readonly date: string;
  readonly source: Source;
  /** In any order. Stacks that could not be previewed are reviews of `withoutPreview`. */
  readonly stacks: readonly StackReview[];
}

/** From the most to the least severe. */
export const verdicts = ["dangerous", "look", "safe", "unchanged"] as const satisfies readonly Verdict[];

/** The verdict of the most dangerous stack. A review without stacks needs a look, because it says nothing. */
export function verdictOf({ stacks }: Review): Verdict {
  return verdicts.find((verdict) => stacks.some((stack) => stack.verdict === verdict)) ?? "look";
}

/** Why a stack has no digest that could be approved. Undefined if it has one. */
export function notApprovable(stack: StackReview, source: Source): string | undefined {
  switch (stack.result) {
    case "none":
      return "The stack could not be previewed.";
    case "failed":
      return "The preview failed.";
    case "incomplete":
      return "The preview did not end.";
    case "succeeded":
      return stack.approval === undefined ? withoutApproval[source.kind] : undefined;
  }
}

const withoutApproval = {
  state: "The review did not record the plan.",
  base: "The review compares with a commit, not with the state of the stack.",
  saved: "The review is of a saved preview. The state of the stack can have changed since then.",
} as const satisfies Record<Source["kind"], string>;

const text = z.string();
const severity = z.enum(["danger", "look", "note"] satisfies Severity[]);
const section = z.strictObject({ summary: text, details: z.array(text), data: z.json().optional() });

const stackDocument = z.strictObject({
  stack: text,
  verdict: z.enum(verdicts),
  result: z.enum(["succeeded", "failed", "incomplete", "none"] satisfies StackReview["result"][]),
  reason: text,
  notices: z.array(z.strictObject({ severity, subject: z.enum(subjects), text, rollback: text.optional(), code: text.optional() })),
  sections: z.strictObject(Object.fromEntries(subjects.map((subject) => [subject, section])) as Record<Subject, typeof section>),
  /** `npm run deploy` checks the rest, which it uses to name the first difference. */
  approval: z.looseObject({ digest: text }).optional(),
  notApprovable: text.optional(),
});

/** The JSON form. All texts are plain text: a program that shows them as Markdown or HTML must escape them. */
export const reviewSchema = z.strictObject({
  /** Increased if a field changes its meaning or is removed. */
  version: z.literal(1),
  moor: text,
  date: text,
  source: z.strictObject({ kind: z.enum(["state", "base", "saved"]), ref: text.optional(), commit: text.optional() }),
  verdict: z.enum(verdicts),
  stacks: z.array(stackDocument),
});

export type ReviewDocument = z.infer<typeof reviewSchema>;

/** The JSON form of a review. Stacks are sorted by name, and all keys by name, so that equal reviews are equal texts. */
export function documentOf(review: Review): ReviewDocument {
  const stacks = [...review.stacks].sort((a, b) => compareTexts(a.stack, b.stack)).map((stack) => stackOf(stack, review.source));
  const { moor, date, source } = review;
  return sorted({ version: 1, moor, date, source, verdict: verdictOf(review), stacks }) as ReviewDocument;
}

/** The JSON form as text, with a final line break. */
export function reviewJson(review: Review): string {
  return `${JSON.stringify(documentOf(review), null, 2)}\n`;
}

/** Compares texts by their UTF-16 code units, so that the order doesn't depend on the language of the machine. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function stackOf(stack: StackReview, source: Source): object {
  const { verdict, result, approval } = stack;
  const sections = subjects.map((subject) => {
    const { summary, details = [], data } = stack.sections[subject];
    return [subject, { summary: clean(summary), details: details.map(clean), data: plain(data) }] as const;
  });
  return {
    stack: clean(stack.stack),
    verdict,
    result,
    reason: clean(stack.reason),
    notices: stack.notices.map(noticeOf),
    sections: Object.fromEntries(sections),
    approval,
    notApprovable: notApprovable(stack, source),
  };
}

function noticeOf({ severity, subject, text, rollback, code }: Notice & { readonly subject: Subject }): object {
  return { severity, subject, text: clean(text), rollback: rollback && clean(rollback), code };
}

/** Data of a section as JSON. Secrets and values that only the update knows are words. */
function plain(value: unknown): unknown {
  if (value === SECRET) return "(secret)";
  if (value === UNKNOWN) return "(unknown)";
  if (typeof value === "string") return clean(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map((item) => plain(item) ?? null);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [withoutSecrets(key), plain(item)]));
  }
  return typeof value === "boolean" ? value : value === null ? null : undefined;
}

/** The value with the keys of all objects in order, and without undefined members. Lists keep their order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(members.sort(([a], [b]) => compareTexts(a, b)).map(([key, item]) => [key, sorted(item)]));
}
