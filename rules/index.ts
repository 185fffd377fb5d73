/** Pure checks over the resources of a stack: where its data is, and who can reach it. */

import type { Contract } from "./contract";
import { exposureRules } from "./exposure";
import type { Check } from "./finding";
import { placeRules } from "./place";
import { ResourceSet, type RuleResource } from "./resource";
import { runRules } from "./rule";

export { type Acceptance, type Accepted, judge, type Verdict } from "./accept";
export { codes, type FindingCode, isFindingCode } from "./codes";
export { type Contract, isAllowed } from "./contract";
export { type Change, type Door, doors } from "./doors";
export { type Check, type Finding, isFinding } from "./finding";
export type { FindingKind } from "./kind";
export { type Reported, reportFindings } from "./report";
export { ResourceSet, type RuleResource } from "./resource";
export { type Body, SECRET, UNKNOWN, type Value } from "./values";

export const rules = [...placeRules, ...exposureRules];

/**
 * Checks resources against the contract: one check for each property that a rule looks at.
 * @param only The resources that are checked; the others are only looked up. @default - all
 */
export function review(resources: readonly RuleResource[], contract: Contract, only?: readonly RuleResource[]): Check[] {
  return runRules(rules, { contract, resources: new ResourceSet(resources) }, only);
}
