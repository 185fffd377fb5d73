/** Findings that a change causes: what the rules say about the resources after the run and didn't say before. */
import {
  type Acceptance,
  type Check,
  type Contract,
  type Finding,
  type FindingCode,
  isFinding,
  judge,
  kindOf,
  type RuleResource,
  review,
} from "../rules";
import type { StackChange } from "./change";
import { termsOf } from "./terms";

/** A finding that a change causes. */
export interface NewFinding {
  readonly finding: Finding;
  /** `refused`: no entry of `moor:accept` accepts it, or the entry has expired. */
  readonly status: "refused" | "accepted";
  /** The entry that accepts it, or that has expired. */
  readonly acceptance?: Acceptance;
}

/** Roles and authentication modes are other subjects of a review, which compare them by principal and by endpoint. */
const otherSubjects: readonly FindingCode[] = ["MOOR467", "MOOR480", "MOOR481", "MOOR482", "MOOR483"];

/** A key of a check that is the same for a deployment and its successor. */
function keyOf({ code, resource, property }: Check): string {
  return [code, nameOf(resource), property].join("\n").toLowerCase();
}

/** A name that is the same for a deployment and its successor, whose logical names differ by a hash. */
function nameOf({ name }: RuleResource): string {
  return name.replace(/-[0-9a-f]{8}(?=-deployment$)/, "").toLowerCase();
}

/** What a change does to the findings. */
export interface FindingChange {
  readonly gained: readonly NewFinding[];
  /** Number of properties that are known only during the update, so that this preview doesn't prove them. Those before the change don't count. */
  readonly unproved: number;
}

/** Several subjects of a review need the findings of the same change. */
const found = new WeakMap<StackChange, Map<string, FindingChange>>();

/**
 * What a change does to the findings, by the contract of each time. Without a known contract, there are none. Resources outside the stack aren't
 * read, so a reference to one of them isn't proved.
 * @param today The day of the review, for example 2026-11-30 (UTC)
 */
export function findingChange(change: StackChange, today: string): FindingChange {
  const byDay = found.get(change) ?? new Map<string, FindingChange>();
  found.set(change, byDay);
  const result = byDay.get(today) ?? compare(change, today);
  byDay.set(today, result);
  return result;
}

function compare(change: StackChange, today: string): FindingChange {
  const { before, after } = termsOf(change);
  if (after.contract === undefined) return { gained: [], unproved: 0 };
  const contract = before.contract ?? { ...after.contract, authModes: undefined };
  const isSameContract = before.contract === undefined || before.contract.regions.join() === after.contract.regions.join();
  if (isSameContract && change.changes.every(({ kind }) => kind === "same")) return { gained: [], unproved: 0 };
  const is = open(change.after, change.after, after.contract);
  // The checks of other resources before the run have nothing to be compared with.
  const names = new Set(is.map(({ resource }) => nameOf(resource)));
  const compared = change.before.filter((resource) => names.has(nameOf(resource)));
  const was = open(compared, change.before, contract);
  const known = { violated: new Set(was.filter(isFinding).map(keyOf)), all: new Set(was.map(keyOf)) };
  const { refused, accepted, expired } = judge(
    is.filter((check) => isFinding(check) && !known.violated.has(keyOf(check))),
    after.acceptances,
    today,
  );
  return {
    gained: [
      ...refused.map((finding) => ({ finding, status: "refused" as const })),
      ...expired.map((one) => ({ ...one, status: "refused" as const })),
      ...accepted.map((one) => ({ ...one, status: "accepted" as const })),
    ],
    unproved: is.filter((check) => check.outcome === "unknown" && !known.all.has(keyOf(check))).length,
  };
}

/** Checks of resources that don't hold. @param all The resources of the stack at the same time. */
function open(resources: readonly RuleResource[], all: readonly RuleResource[], contract: Contract): Check[] {
  return review(resources, contract, all, false).filter(({ outcome, code }) => outcome !== "holds" && !otherSubjects.includes(code));
}

/** Whether a finding says who can reach data, instead of where data is. */
export function isExposure({ code }: Finding): boolean {
  return kindOf(code).kind === "exposure";
}
