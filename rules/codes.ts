/**
 * Codes of findings: MOOR40x to MOOR43x for places, MOOR44x to MOOR48x for exposure, MOOR50x and MOOR51x for changes that can't be undone.
 * A code means one thing and is never reused.
 */
import { doorCodes } from "./doors/codes";
import { exposureCodes } from "./exposure/codes";
import type { FindingKind } from "./kind";
import { placeCodes } from "./place/codes";

export const codes = { ...placeCodes, ...exposureCodes, ...doorCodes } as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof codes;

export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(codes, text);
}

/** The meaning of a code. */
export function kindOf(code: FindingCode): FindingKind {
  return codes[code];
}
