/** Findings: what a rule has to say about one property of one resource. */
import type { FindingCode } from "./codes";
import type { RuleResource } from "./resource";

/** The result of one rule for one property. */
export interface Check {
  readonly code: FindingCode;
  /** `unknown`: not provable here, because the value is unknown, secret or can't be read. It is never a pass. */
  readonly outcome: "holds" | "violated" | "unknown";
  readonly resource: RuleResource;
  /** Path in the resource's ARM body, for example `properties.replication.location`. */
  readonly property: string;
  /** The value as text. */
  readonly value: string;
  /** What the value means, or why it isn't proved. One sentence. Empty if the rule holds. */
  readonly problem: string;
  /** Completes "Allowed: ". */
  readonly allowed: string;
  /** How to fix it. One sentence. The default is the remedy of the code. */
  readonly remedy: string;
}

/** A check that is violated. */
export type Finding = Check & { readonly outcome: "violated" };

export function isFinding(check: Check): check is Finding {
  return check.outcome === "violated";
}
