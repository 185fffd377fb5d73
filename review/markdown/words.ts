/** Words that several parts of the Markdown form share. */
import type { StackReview, Verdict } from "../review";
import type { Severity, Subject } from "../section";
import { cut } from "../text";

export const verdictWords = {
  dangerous: "Dangerous",
  look: "Needs a look",
  safe: "Safe",
  unchanged: "No changes",
} as const satisfies Record<Verdict, string>;

/** The verdict with what a reviewer does, for the headline. */
export const headlineWords = {
  dangerous: "Dangerous, ask the author",
  look: "Needs a look, ask the author",
  safe: "Safe to approve",
  unchanged: "No changes, safe to approve",
} as const satisfies Record<Verdict, string>;

export const severityWords = { danger: "Danger", look: "Needs a look", note: "Note" } as const satisfies Record<Severity, string>;

export const subjectWords = {
  failure: "Failure",
  danger: "Danger",
  traffic: "Traffic",
  capacity: "Capacity",
  cost: "Cost",
  quota: "Quota",
  residency: "Residency",
  access: "Access",
  duration: "Expected duration",
  rest: "All changes",
} as const satisfies Record<Subject, string>;

/** Names that are listed before a count replaces them. */
const mostNames = 3;
const longestName = 40;

/** The names of stacks, as plain text: up to three, otherwise their number. */
export function namesText(stacks: readonly Pick<StackReview, "stack">[]): string {
  if (stacks.length > mostNames) return countText(stacks.length);
  return stacks.map(({ stack }) => cut(stack, longestName)).join(", ");
}

/** For example `12 stacks`. */
export function countText(stacks: number): string {
  return `${stacks} ${stacks === 1 ? "stack" : "stacks"}`;
}
