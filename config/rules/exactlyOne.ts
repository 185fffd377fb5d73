import { type ConfigError, configError } from "../errors";

/** Reports a map that doesn't have exactly one of the keys. Values that are not maps are reported as schema errors. */
export function exactlyOne(path: string, value: unknown, keys: readonly string[]): ConfigError[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const given = keys.filter((key) => Object.hasOwn(value, key));
  if (given.length === 1) return [];
  const problem = given.length === 0 ? `None of ${keys.join(", ")} is set.` : `Only one of ${given.join(" and ")} is allowed.`;
  const fix = given.length === 0 ? `Add ${keys.join(" or ")}.` : `Keep only ${keys.join(" or ")}.`;
  return [configError("MOOR007", path, { problem, allowed: `exactly one of ${keys.join(", ")}`, fix })];
}
