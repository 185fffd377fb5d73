/** Reads values of a parsed `config.json`, which can be missing, nested or of another type. */

import { checkBound } from "./bounds";

/** A parsed `config.json`. */
export type Config = Readonly<Record<string, unknown>>;

/**
 * The first of `names` whose value is a number, or a list with the same number for each layer.
 * @throws OutOfBounds if the number is out of bounds for its name
 */
export function number(config: Config, ...names: string[]): number | undefined {
  for (const name of names) {
    const value = numberOf(config[name]);
    if (value === undefined) continue;
    checkBound(name, value);
    return value;
  }
  return undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return Array.isArray(value) && typeof value[0] === "number" && value.every((one) => one === value[0]) ? value[0] : undefined;
}

/** The object under `name`. */
export function object(config: Config, name: string): Config | undefined {
  const value = config[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Config) : undefined;
}

/** The list under `name`. */
export function list(config: Config, name: string): readonly unknown[] | undefined {
  const value = config[name];
  return Array.isArray(value) ? value : undefined;
}

/**
 * Parses the text of a JSON file. Python also writes `Infinity` and `NaN`, which JSON doesn't have; they are read as null.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const replaced = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|NaN)\b/g, (token) => (token.startsWith('"') ? token : "null"));
    if (replaced === text) throw error;
    return JSON.parse(replaced);
  }
}
