/** The review of one stack. */
import type { Approval } from "./approval";
import { changeOf } from "./change";
import type { Preview } from "./preview";
import { type Notice, type Section, type Severity, type Subject, subjects } from "./section";
import { type Context, sectionsOf } from "./subjects";

/** `dangerous` and `look` need an answer from the author of the change; `safe` doesn't. `unchanged`: the run does nothing. */
export type Verdict = "dangerous" | "look" | "safe" | "unchanged";

export interface StackReview {
  readonly stack: string;
  readonly verdict: Verdict;
  /** Why, in one sentence: the text of the most severe notice. */
  readonly reason: string;
  /** All notices, most severe first. Notices of the same severity are in the order of the subjects. */
  readonly notices: readonly (Notice & { readonly subject: Subject })[];
  readonly sections: Readonly<Record<Subject, Section>>;
  /** What `npm run deploy` compares. Undefined if the plan can't be deployed: the preview failed, or is of another state. */
  readonly approval?: Approval;
}

const severities = ["danger", "look", "note"] as const satisfies readonly Severity[];

export function reviewStack(preview: Preview, context: Context): StackReview {
  const change = changeOf(preview);
  const sections = sectionsOf(change, context);
  const notices = subjects.flatMap((subject) => sections[subject].notices.map((notice) => ({ ...notice, subject })));
  const sorted = severities.flatMap((severity) => notices.filter((notice) => notice.severity === severity));
  const isUnchanged = preview.result === "succeeded" && preview.steps.every(({ operation }) => operation === "same");
  const worst = sorted[0];
  const verdict = worst === undefined || worst.severity === "note" ? (isUnchanged ? "unchanged" : "safe") : verdicts[worst.severity];
  return { stack: preview.stack, verdict, reason: reasonOf(verdict, worst), notices: sorted, sections };
}

const verdicts = { danger: "dangerous", look: "look" } as const satisfies Record<Exclude<Severity, "note">, Verdict>;

function reasonOf(verdict: Verdict, worst: Notice | undefined): string {
  if (worst !== undefined && worst.severity !== "note") return worst.text;
  return verdict === "unchanged" ? "Nothing changes." : "No request is lost, and nothing is deleted, exposed or moved.";
}
