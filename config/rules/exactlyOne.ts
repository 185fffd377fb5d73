import { type Mistake, mistake } from "../mistakes";

/** A mistake unless a map has exactly one of the keys. Anything but a map is a mistake of shape, and reported as such. */
export function exactlyOne(path: string, value: unknown, keys: readonly string[]): Mistake[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const given = keys.filter((key) => Object.hasOwn(value, key));
  if (given.length === 1) return [];
  const problem = given.length === 0 ? `There is none of ${keys.join(", ")}.` : `There are ${given.join(" and ")}.`;
  const fix = given.length === 0 ? `Add ${keys.join(" or ")}.` : `Keep ${keys.join(" or ")}.`;
  return [mistake("MOOR007", path, { problem, allowed: `exactly one of ${keys.join(", ")}`, fix })];
}
