/** Acceptances of findings: the only way to accept one is an entry of `moor:accept` in the stack file. */
import type { FindingCode } from "./codes";
import { type Check, type Finding, isFinding } from "./finding";

/** An entry of `moor:accept`. */
export interface Acceptance {
  readonly code: FindingCode;
  /** Name of the resource as findings show it, or `*` for all resources. */
  readonly resource: string;
  /** Why the finding is accepted. The statement quotes it. */
  readonly reason: string;
  /** The last day on which it applies, for example 2027-06-30 (UTC). */
  readonly until: string;
}

/** A finding with the entry that accepts it. */
export interface Accepted {
  readonly finding: Finding;
  readonly acceptance: Acceptance;
}

/** The checks of a run, sorted by what the acceptances say. */
export interface Verdict {
  /** Findings that no entry accepts. */
  readonly refused: readonly Finding[];
  readonly accepted: readonly Accepted[];
  /** Findings whose entry has expired: a change is refused, and an unchanged resource is a warning. */
  readonly expired: readonly Accepted[];
  readonly unknown: readonly Check[];
  /** Entries that accept no finding, and no property that isn't proved here. */
  readonly unused: readonly Acceptance[];
}

/**
 * Compares checks with the acceptances.
 * @param today For example 2026-11-30 (UTC).
 */
export function judge(checks: readonly Check[], acceptances: readonly Acceptance[], today: string): Verdict {
  const findings = checks.filter(isFinding);
  const pairs = findings.map((finding) => ({ finding, acceptance: longestFor(finding, acceptances) }));
  const matched = pairs.flatMap(({ finding, acceptance }) => (acceptance === undefined ? [] : [{ finding, acceptance }]));
  return {
    refused: pairs.flatMap(({ finding, acceptance }) => (acceptance === undefined ? [finding] : [])),
    accepted: matched.filter(({ acceptance }) => !isExpired(acceptance, today)),
    expired: matched.filter(({ acceptance }) => isExpired(acceptance, today)),
    unknown: checks.filter(({ outcome }) => outcome === "unknown"),
    unused: acceptances.filter((one) => !checks.some((check) => check.outcome !== "holds" && matches(one, check))),
  };
}

/** The day of a time (UTC), for example 2026-11-30. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function isExpired({ until }: Acceptance, today: string): boolean {
  return until < today;
}

/** ARM IDs are compared without case, as ARM does, and logical names too, so that a finding's name can be typed in any case. */
function matches({ code, resource }: Acceptance, check: Check): boolean {
  const names = [check.resource.name, check.resource.id].map((name) => name?.toLowerCase());
  return code === check.code && (resource === "*" || names.includes(resource.toLowerCase()));
}

/** The entry that applies the longest. */
function longestFor(finding: Finding, acceptances: readonly Acceptance[]): Acceptance | undefined {
  return acceptances.filter((one) => matches(one, finding)).sort((one, other) => other.until.localeCompare(one.until))[0];
}
