/** Rules that more than one file of this folder builds. */
import type { FindingCode } from "../codes";
import type { Check } from "../finding";
import { at } from "../resource";
import { checked, type Rule } from "../rule";
import { isBody, isOpaque, type Value, valueText } from "../values";

/** A rule for one property that must be absent or empty. */
export interface EmptyRule {
  readonly code: FindingCode;
  readonly types: readonly string[];
  /** Path in the ARM body. */
  readonly property: string;
  /** The consequence of an entry. Completes "…, so ". */
  readonly consequence: string;
  readonly remedy?: string;
}

/** Returns a rule that a list or a map has no entries. Each entry is a finding of its own. */
export function emptyRule({ code, types, property, consequence, remedy }: EmptyRule): Rule {
  return {
    code,
    types,
    check(resource) {
      const value = at(resource, property);
      const check = (outcome: Check["outcome"], path: string, one: Value) =>
        checked(code, outcome, resource, path, one, {
          problem: outcome === "unknown" ? unknownText(path, one) : `\`${path}\` is ${valueText(one)}, so ${consequence}.`,
          allowed: "no entries",
          remedy,
        });
      if (isOpaque(value)) return [check("unknown", property, value)];
      const entries = entriesOf(value);
      if (entries.length === 0) return [check("holds", property, value)];
      return entries.map(([key, one]) => check("violated", key === "" ? property : `${property}.${key}`, one));
    },
  };
}

/** The entries of a list or a map, by their key. Another value is an entry with an empty key. */
export function entriesOf(value: Value): (readonly [key: string, value: Value])[] {
  if (value === undefined || value === null) return [];
  return isBody(value) || Array.isArray(value) ? Object.entries<Value>(value) : [["", value]];
}

/** The items of a list that rules look into. A value that isn't a list is an item itself, so that a wrong type is no pass. */
export function itemsOf(value: Value): readonly Value[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The problem of a value that can't be compared. */
export function unknownText(property: string, value: Value): string {
  return `\`${property}\` is ${valueText(value)}.`;
}

/** Last segment of an ARM ID. */
export function lastOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** Whether a text has one of the values, without case. */
export function isOneOf(value: Value, ...allowed: readonly string[]): boolean {
  return typeof value === "string" && allowed.some((one) => one.toLowerCase() === value.toLowerCase());
}
