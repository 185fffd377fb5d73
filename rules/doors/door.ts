/** One-way doors: changes that Azure can't undo, or that lose data. */

import type { Check } from "../finding";
import { at, isOfType, type RuleResource } from "../resource";
import { checked } from "../rule";
import { isBody, isOpaque, SECRET, UNKNOWN, type Value, valueText } from "../values";
import { type DoorCode, type DoorKind, doorCodes } from "./codes";

/** A change: the resource with its previous and its new body. */
export interface Change {
  readonly before: RuleResource;
  readonly after: RuleResource;
}

/** A one-way door that a change in place can go through. */
export interface Door {
  readonly code: DoorCode;
  /** ARM types; `all` for every resource. */
  readonly types: readonly string[] | "all";
  /**
   * Returns a check for each property whose change goes through the door, or whose change isn't known yet. Its `resource` is the new one. A
   * property that doesn't change has no check.
   */
  check(change: Change): readonly Check[];
}

/** A door for the change of properties. */
export interface PropertyDoor {
  readonly code: DoorCode;
  readonly types: readonly string[] | "all";
  /** Paths in the ARM body. */
  readonly properties: readonly string[];
  /** The value that Azure uses if the body doesn't contain the property. @default - none */
  readonly absent?: Value;
  /** Whether a change goes through the door. Both values are known and differ. @default - every change does */
  goesThrough?(before: Value, after: Value, change: Change): boolean;
}

/** Returns the door for the change of properties. Text is compared without case, as ARM does. */
export function propertyDoor({ code, types, properties, absent, goesThrough = () => true }: PropertyDoor): Door {
  return {
    code,
    types,
    check(change) {
      return properties.flatMap((property) => {
        const before = orDefault(at(change.before, property), absent);
        const after = orDefault(at(change.after, property), absent);
        if (isSameValue(before, after)) return [];
        if (isOpen(before) || isOpen(after)) return [doorCheck(code, "unknown", change.after, property, before, after)];
        return goesThrough(before, after, change) ? [doorCheck(code, "violated", change.after, property, before, after)] : [];
      });
    },
  };
}

/** Whether a door can concern a resource. */
export function concerns({ types }: Pick<Door, "types">, resource: RuleResource): boolean {
  return types === "all" || types.some((type) => isOfType(resource, type));
}

/** The check of a door for one property. */
export function doorCheck(
  code: DoorCode,
  outcome: "violated" | "unknown",
  resource: RuleResource,
  property: string,
  before: Value,
  after: Value,
): Check {
  const { lost }: DoorKind = doorCodes[code];
  // Of a value that is or was a secret, the other one isn't shown either.
  const isSecret = before === SECRET || after === SECRET;
  const [from, to] = isSecret ? [valueText(SECRET), valueText(SECRET)] : [valueText(before), valueText(after)];
  const unknown = `\`${property}\` was ${from}. The new value is ${to}, so it can't be compared.`;
  const problem = outcome === "unknown" ? unknown : `\`${property}\` changes from ${from} to ${to}. ${lost}`;
  const check = checked(code, outcome, resource, property, after, { problem, allowed: from });
  return { ...check, value: `${from} → ${to}` };
}

/** Whether a value can't be compared. */
function isOpen(value: Value): boolean {
  return isOpaque(value) || hasUnknown(value);
}

function orDefault(value: Value, absent: Value): Value {
  return value === undefined || value === null ? absent : value;
}

/**
 * Whether two values are equal. Text, and with it ARM IDs, is compared without case. The order of keys has no meaning, and neither have keys
 * without a value. Two secrets count as equal, and a value that isn't known yet as different.
 */
export function isSameValue(one: Value, other: Value): boolean {
  return !hasUnknown(one) && !hasUnknown(other) && canonical(one) === canonical(other);
}

/** Whether a value, or a value in it, is known only during the update. */
function hasUnknown(value: Value): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  return value === UNKNOWN || (isBody(value) && Object.values(value).some(hasUnknown));
}

function canonical(value: Value): string {
  if (value === SECRET) return "secret";
  if (value === undefined || value === null) return "absent";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isBody(value)) return typeof value === "string" ? JSON.stringify(value.toLowerCase()) : String(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  const texts = entries.map(([key, item]) => `${JSON.stringify(key.toLowerCase())}:${canonical(item)}`);
  return `{${texts.sort().join(",")}}`;
}
