/**
 * Codes of findings: MOOR40x to MOOR43x for places, MOOR44x to MOOR48x for exposure, MOOR50x and MOOR51x for changes that can't be undone.
 * A code means one thing and is never reused.
 */
import { doorCodes } from "./doors/codes";
import { exposureCodes } from "./exposure/codes";
import { placeCodes } from "./place/codes";

/** The meaning of a code. */
export interface FindingKind {
  readonly title: string;
  /** The default fix. One or two sentences. */
  readonly remedy: string;
  /** `platform`: Azure does it, and no one can switch it off. */
  readonly kind: "place" | "platform" | "exposure" | "door";
  /** Documentation on which the rule is based, with its date. */
  readonly source: string;
}

export const codes = { ...placeCodes, ...exposureCodes, ...doorCodes } as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof codes;

export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(codes, text);
}
