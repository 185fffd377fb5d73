/** The parts of a review: one pure function for each. */
import type { StackChange } from "../change";
import { empty, type Section, type Subject } from "../section";
import { access } from "./access";
import { capacity } from "./capacity";
import { cost } from "./cost";
import { danger } from "./danger";
import { duration } from "./duration";
import { failure } from "./failure";
import { quota } from "./quota";
import { residency } from "./residency";
import { rest } from "./rest";
import { traffic } from "./traffic";

/** Facts of a run that a preview doesn't contain. */
export interface Context {
  /** The day of the review, for example 2026-11-30 (UTC). Entries of `moor:accept` expire. */
  readonly today: string;
}

export type SubjectReview = (change: StackChange, context: Context) => Section;

const all = { failure, danger, traffic, capacity, cost, quota, residency, access, duration, rest } as const satisfies Record<
  Subject,
  SubjectReview
>;

/** All parts. After a failed preview, resources can be missing, so only the failure is certain. */
export function sectionsOf(change: StackChange, context: Context): Record<Subject, Section> {
  const entries = Object.entries<SubjectReview>(all).map(([subject, section]) => {
    const isCertain = change.preview.result === "succeeded" || subject === "failure";
    return [subject, isCertain ? section(change, context) : empty] as const;
  });
  return Object.fromEntries(entries) as Record<Subject, Section>;
}
