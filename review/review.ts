/** The review of one stack. */
import type { Approval } from "./approval";
import { changeOf } from "./change";
import { normalised } from "./normalise";
import type { Preview } from "./preview";
import { empty, type Notice, type Section, type Severity, type Subject, subjects } from "./section";
import { type Context, sectionsOf } from "./subjects";

/** `dangerous` and `look` need an answer from the author of the change; `safe` doesn't. `unchanged`: the run does nothing. */
export type Verdict = "dangerous" | "look" | "safe" | "unchanged";

export interface StackReview {
  readonly stack: string;
  /** How the preview ended. `none`: the stack could not be previewed. Unless it succeeded, only the failure is certain. */
  readonly result: Preview["result"] | "none";
  readonly verdict: Verdict;
  /** Why: the text of the most severe notice, and the number of further ones of the same severity. */
  readonly reason: string;
  /** All notices, most severe first. Notices of the same severity are in the order of the subjects. */
  readonly notices: readonly (Notice & { readonly subject: Subject })[];
  readonly sections: Readonly<Record<Subject, Section>>;
  /** What `npm run deploy` compares. Undefined if the plan can't be deployed: the preview failed, or is of another state. */
  readonly approval?: Approval;
}

const severities = ["danger", "look", "note"] as const satisfies readonly Severity[];

export function reviewStack(preview: Preview, context: Context): StackReview {
  const { stack, result } = preview;
  const sections = sectionsOf(changeOf(normalised(preview)), context);
  const all = subjects.flatMap((subject) => sections[subject].notices.map((notice) => ({ ...notice, subject })));
  const notices = severities.flatMap((severity) => all.filter((notice) => notice.severity === severity));
  const isUnchanged = preview.steps.every(({ operation }) => operation === "same");
  // What happens to requests matters more than which resources change.
  const moved = sections.traffic.notices.find(({ severity }) => severity === "note")?.text;
  const changes = isUnchanged ? undefined : (moved ?? sections.rest.summary);
  return { stack, result, ...judged(notices, result, changes), notices, sections };
}

/** The review of a stack that could not be previewed. @param reason Why not, in one sentence. */
export function withoutPreview(stack: string, reason: string): StackReview {
  const notices = [{ severity: "look", subject: "failure", text: reason }] as const;
  const sections = Object.fromEntries(subjects.map((subject) => [subject, empty])) as Record<Subject, Section>;
  return { stack, result: "none", ...judged(notices, "none", ""), notices, sections };
}

/**
 * @param notices Most severe first.
 * @param changes All changes in a few words. Undefined if there are none.
 */
function judged(
  notices: StackReview["notices"],
  result: StackReview["result"],
  changes: string | undefined,
): Pick<StackReview, "verdict" | "reason"> {
  const severe = notices.filter(({ severity }) => severity !== "note");
  const worst = severe[0];
  if (worst === undefined) {
    if (result !== "succeeded") return { verdict: "look", reason: "The preview did not succeed, so the changes are not known." };
    if (changes === undefined) return { verdict: "unchanged", reason: "Nothing changes." };
    const reason = ["No requests or data are lost, and nothing new is exposed.", changes].filter((text) => text !== "").join(" ");
    return { verdict: "safe", reason };
  }
  const reason = [worst.text, othersText(severe)].filter((text) => text !== "").join(" ");
  return { verdict: worst.severity === "danger" ? "dangerous" : "look", reason };
}

/** How many notices have the severity of the first one, in addition to the first `shown`. Empty if there are none. */
export function othersText(notices: readonly Notice[], shown = 1): string {
  const others = notices.filter(({ severity }) => severity === notices[0]?.severity).length - shown;
  if (others < 1) return "";
  const [one, many] = notices[0]?.severity === "danger" ? ["danger", "dangers"] : ["point needs a look", "points need a look"];
  return `${others} more ${others === 1 ? one : many}.`;
}
