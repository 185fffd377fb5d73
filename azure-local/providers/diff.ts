/** azure-native's Diff: compares inputs, and determines which differences replace the resource. */
import { CREATE_BEFORE_DELETE } from "./check";
import type { ResourceType } from "./metadata";
import type { Difference, DiffKind, DiffResult } from "./provider";
import { isObject, type Properties, plainProperties, type Value } from "./wire";

export function diffInputs(type: ResourceType, oldInputs: Properties, news: Properties): DiffResult {
  const replaceKeys = new Set([...type.pathParameters, "location", ...(type.row.createOnly ?? [])]);
  const differences = new Map<string, Difference>();
  compareObjects(withoutMarks(oldInputs), withoutMarks(news), "", "", (path, key, kind) => {
    differences.set(path, { kind, replace: replaces(key, replaceKeys) });
  });
  const replaced = [...differences.values()].some(({ replace }) => replace);
  return { differences, deleteBeforeReplace: replaced && oldInputs[CREATE_BEFORE_DELETE] !== true };
}

/**
 * Removes ignored differences. Before an update, the engine resets ignored inputs itself. In a refresh it only passes their paths, and the
 * provider must ignore them.
 */
export function withoutIgnored({ differences, deleteBeforeReplace }: DiffResult, ignoreChanges: readonly string[]): DiffResult {
  const isIgnored = (path: string) => ignoreChanges.some((ignored) => path === ignored || path.startsWith(`${ignored}.`));
  return { differences: new Map([...differences].filter(([path]) => !isIgnored(path))), deleteBeforeReplace };
}

function withoutMarks(properties: Properties): Properties {
  const { [CREATE_BEFORE_DELETE]: _, ...rest } = plainProperties(properties);
  return typeof rest.location === "string" ? { ...rest, location: normalizedLocation(rest.location) } : rest;
}

/** Ignores case and spaces: "Sweden Central" becomes swedencentral. */
const normalizedLocation = (location: string): string => location.toLowerCase().replaceAll(" ", "");

/** Whether a change of a property, or of a property that contains it, replaces the resource. */
function replaces(key: string, replaceKeys: ReadonlySet<string>): boolean {
  const parts = key.split(".");
  return parts.some((_, index) => replaceKeys.has(parts.slice(0, index + 1).join(".")));
}

type Report = (path: string, key: string, kind: DiffKind) => void;

function compareObjects(old: Properties, next: Properties, path: string, key: string, report: Report): void {
  const join = (base: string, name: string) => (base === "" ? name : `${base}.${name}`);
  for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const at = path === "" ? quoted(name) : `${path}${dotted(name)}`;
    compare(old[name], next[name], at, join(key, name), report);
  }
}

const isPlainName = (name: string): boolean => /^\w+$/.test(name);
const quoted = (name: string): string => (isPlainName(name) ? name : `["${name.replaceAll('"', '\\"')}"]`);
const dotted = (name: string): string => (isPlainName(name) ? `.${name}` : quoted(name));

function compare(old: Value | undefined, next: Value | undefined, path: string, key: string, report: Report): void {
  if (isObject(old) && isObject(next)) compareObjects(old, next, path, key, report);
  else if (Array.isArray(old) && Array.isArray(next)) {
    for (let index = 0; index < Math.max(old.length, next.length); index += 1) {
      compare(old[index], next[index], `${path}[${index}]`, `${key}[]`, report);
    }
  } else if (!equal(old, next)) report(path, key, old === undefined ? "add" : next === undefined ? "delete" : "update");
}

export function equal(one: Value | undefined, other: Value | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => equal(item, other[index]));
  if (!isObject(one) || !isObject(other)) return one === other;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((key) => equal(one[key], other[key]));
}

/**
 * Returns the inputs after a refresh. They contain changes in Azure between two reads, but not defaults that the service filled in.
 * `before` and `after` are the writable parts of the outputs.
 */
export function refreshedInputs(inputs: Properties, before: Properties, after: Properties): Properties {
  const result = { ...inputs };
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, next] = [before[key], after[key]];
    if (equal(old, next)) continue;
    if (next === undefined) delete result[key];
    else result[key] = refreshedValue(inputs[key], old, next);
  }
  return result;
}

function refreshedValue(input: Value | undefined, before: Value | undefined, after: Value): Value {
  if (equal(before, after) && input !== undefined) return input;
  if (isObject(input) && isObject(before) && isObject(after)) return refreshedInputs(input, before, after);
  if (Array.isArray(input) && Array.isArray(before) && Array.isArray(after)) {
    return after.map((item, index) =>
      index < input.length && index < before.length ? refreshedValue(input[index], before[index], item) : item,
    );
  }
  return after;
}
