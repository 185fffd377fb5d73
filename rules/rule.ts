/** Rules: pure functions over the resources of a stack. */
import { codes, type FindingCode } from "./codes";
import type { Contract } from "./contract";
import type { Check } from "./finding";
import { at, isOfType, type ResourceSet, type RuleResource } from "./resource";
import { isOpaque, type Value, valueText } from "./values";

export interface RuleContext {
  readonly contract: Contract;
  readonly resources: ResourceSet;
}

export interface Rule {
  readonly code: FindingCode;
  /** ARM types of the resources that it checks; `all` for every resource. */
  readonly types: readonly string[] | "all";
  /** Returns one check for each property that it looks at, also if the rule holds: the statement lists them as evidence. */
  check(resource: RuleResource, context: RuleContext): readonly Check[];
}

/**
 * Runs rules over resources.
 * @param resources The resources to check. @default - all resources of the context
 */
export function runRules(rules: readonly Rule[], context: RuleContext, resources = context.resources.all): Check[] {
  return resources.flatMap((resource) => applying(rules, resource).flatMap((rule) => rule.check(resource, context)));
}

/** The rules for each type, by the list of rules. The lists are constants. */
const indexes = new WeakMap<readonly Rule[], Map<string, readonly Rule[]>>();

function applying(rules: readonly Rule[], resource: RuleResource): readonly Rule[] {
  const index = indexes.get(rules) ?? new Map<string, readonly Rule[]>();
  indexes.set(rules, index);
  const found = index.get(resource.type) ?? rules.filter((rule) => appliesTo(rule, resource));
  index.set(resource.type, found);
  return found;
}

function appliesTo({ types }: Rule, resource: RuleResource): boolean {
  return types === "all" || types.some((type) => isOfType(resource, type));
}

/** Text of a check that isn't a pass. */
export interface CheckText {
  readonly problem: string;
  readonly allowed: string;
  readonly remedy?: string;
}

/** Returns a check whose outcome is already decided. */
export function checked(
  code: FindingCode,
  outcome: Check["outcome"],
  resource: RuleResource,
  property: string,
  value: Value,
  { problem, allowed, remedy = codes[code].remedy }: CheckText,
): Check {
  return { code, outcome, resource, property, value: valueText(value), problem: outcome === "holds" ? "" : problem, allowed, remedy };
}

/** A rule for one property with a fixed set of allowed values. */
export interface PropertyRule {
  readonly code: FindingCode;
  readonly types: readonly string[];
  /** Path in the ARM body. */
  readonly property: string;
  /** Allowed values. `undefined` allows the property to be absent, if Azure's default is allowed. */
  readonly allowed: readonly Value[];
  /** The consequence of any other value. Completes "…, so ". */
  readonly consequence: string;
  readonly remedy?: string;
}

/** Returns a rule for one property with a fixed set of allowed values. Text is compared without case, as ARM does. */
export function propertyRule({ code, types, property, allowed, consequence, remedy }: PropertyRule): Rule {
  const text = allowed.map(valueText).join(" or ");
  return {
    code,
    types,
    check(resource) {
      const value = at(resource, property);
      const outcome = isOpaque(value) ? "unknown" : allowed.some((one) => isSame(one, value)) ? "holds" : "violated";
      const problem =
        outcome === "unknown" ? `\`${property}\` is ${valueText(value)}.` : `\`${property}\` is ${valueText(value)}, so ${consequence}.`;
      return [checked(code, outcome, resource, property, value, { problem, allowed: text, remedy })];
    },
  };
}

function isSame(one: Value, other: Value): boolean {
  if (typeof one === "string" && typeof other === "string") return one.toLowerCase() === other.toLowerCase();
  return one === other || (one === undefined && other === null);
}
