/** What each part of a review says. All texts are plain text; the renderers escape them. */
import type { FindingCode } from "../rules";

/** The parts of a review, in the order in which a review shows them. */
export const subjects = ["failure", "danger", "traffic", "capacity", "cost", "quota", "residency", "access", "duration", "rest"] as const;

export type Subject = (typeof subjects)[number];

/**
 * `danger`: requests, data, money or confidentiality can be lost, or the change can't be undone. `look`: a reviewer must decide whether it
 * is intended. `note`: for information.
 */
export type Severity = "danger" | "look" | "note";

/** Characters in the text of a notice. */
export const noticeLength = 300;

/** One statement that affects the verdict. */
export interface Notice {
  readonly severity: Severity;
  /** A complete sentence, which names the endpoint, deployment or resource first. At most `noticeLength` characters. */
  readonly text: string;
  /** How to undo the change, or why it can't be undone. One sentence. @default - the text says it */
  readonly rollback?: string;
  /** The rule behind the notice. @default - none */
  readonly code?: FindingCode;
}

/** One part of the review of a stack. */
export interface Section {
  /** The part in a few words, for the five lines: for example `chat: main 90% to 70%, candidate 10% to 30%`. Empty if nothing changes. */
  readonly summary: string;
  /** In any order; the review sorts them by severity. */
  readonly notices: readonly Notice[];
  /** Further lines for the section of the stack. @default - none */
  readonly details?: readonly string[];
  /** The values behind the texts, for the JSON form. @default - none */
  readonly data?: unknown;
}

/** A section without content. */
export const empty: Section = { summary: "", notices: [] };
