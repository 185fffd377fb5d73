/** Pure checks over the resources of a stack: where its data is, and who can reach it. */

import type { Contract } from "./contract";
import { exposureRules } from "./exposure";
import type { Check } from "./finding";
import { placeRules } from "./place";
import { ResourceSet, type RuleResource } from "./resource";
import { runRules } from "./rule";

export { type Acceptance, type Accepted, dayOf, judge, type Verdict } from "./accept";
export { codes, type FindingCode, isFindingCode, kindOf } from "./codes";
export { type Contract, isAllowed } from "./contract";
export {
  type Change,
  checkChange,
  checkRemoval,
  checkReplacement,
  checkSoftDeleted,
  type DoorCode,
  type DoorWay,
  doorCodes,
  doors,
  doorWays,
  type RemovalFacts,
  type SoftDeleted,
  valuableTypes,
} from "./doors";
export { type Check, type Finding, isFinding } from "./finding";
export type { FindingKind } from "./kind";
export { findingText, type Reported, reportFindings } from "./report";
export { ResourceSet, type RuleResource } from "./resource";
export { type Body, isBody, isOpaque, SECRET, UNKNOWN, type Value, valueAt, valueText } from "./values";

/** All rules for resources. The one-way doors, which are rules for changes, aren't among them. */
export const rules = [...placeRules, ...exposureRules];

/**
 * Checks resources against the contract: one check for each property that a rule looks at.
 * @param all The resources in which rules look up references. @default - the checked resources
 * @param isComplete Whether these are all resources of the stack. @default - if no others are given
 */
export function review(resources: readonly RuleResource[], contract: Contract, all = resources, isComplete = all === resources): Check[] {
  return runRules(rules, { contract, resources: new ResourceSet(all, isComplete) }, resources);
}
