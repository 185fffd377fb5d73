/** Hand-made reviews of stacks. */
import { type Notice, type Review, type Section, type StackReview, type Subject, subjects, type Verdict } from "../../review";
import type { Approval } from "../../review/approval";

export interface Parts {
  readonly result?: StackReview["result"];
  /** Notices, most severe first. */
  readonly notices?: readonly (Notice & { readonly subject?: Subject })[];
  readonly sections?: Readonly<Partial<Record<Subject, Partial<Section>>>>;
  readonly digest?: string;
}

/** A review of a stack whose preview succeeded, without notices and with empty sections unless given. */
export function stackReview(
  stack: string,
  verdict: Verdict,
  { result = "succeeded", notices = [], sections = {}, digest }: Parts = {},
): StackReview {
  const all = subjects.map((subject) => [subject, { summary: "", notices: [], ...sections[subject] }] as const);
  return {
    stack,
    result,
    verdict,
    reason:
      notices[0]?.text ?? (verdict === "unchanged" ? "Nothing changes." : "No requests or data are lost, and nothing new is exposed."),
    notices: notices.map((notice) => ({ subject: "danger", ...notice })),
    sections: Object.fromEntries(all) as Record<Subject, Section>,
    ...(digest === undefined ? {} : { approval: approvalOf(digest) }),
  };
}

/** The Markdown form reads only the digest, and the JSON form copies the rest. */
function approvalOf(digest: string): Approval {
  const rest: object = { parts: {}, steps: [] };
  return { digest, ...rest } as Approval;
}

export function reviewOf(...stacks: readonly StackReview[]): Review {
  return { moor: "0.1.0", date: "2026-11-30", source: { kind: "state" }, stacks };
}

/** The first five lines that aren't empty. */
export function fiveLines(markdown: string): string[] {
  return markdown
    .split("\n")
    .filter((line) => line !== "")
    .slice(0, 5);
}
