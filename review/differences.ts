/** Differences between two bodies of a resource, without those that have no effect in Azure. */
import { type Body, isBody, isOpaque, type Value } from "../rules";

export interface Difference {
  /** Path in the ARM body. Items of a list are `*`. */
  readonly path: string;
  readonly before: Value;
  readonly after: Value;
}

/**
 * The values that differ, at the deepest level that both bodies have. Lists with the same items in another order don't differ. Lists of another
 * length are one difference.
 */
export function differencesOf(before: Value, after: Value, path = ""): Difference[] {
  if (isSame(before, after)) return [];
  // A name with a point is in quotes, so that it can't look like a path.
  const quoted = (key: string) => (key.includes(".") ? JSON.stringify(key) : key);
  const under = (key: string) => (path === "" ? quoted(key) : `${path}.${quoted(key)}`);
  if (isBody(before) && isBody(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differencesOf(own(before, key), own(after, key), under(key)));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    if (isSameSet(before, after)) return [];
    if (before.length === after.length) return before.flatMap((one, index) => differencesOf(one, after[index], under("*")));
  }
  // An added or removed object is one difference for each of its values.
  if (isBody(before) && isEmpty(after)) return differencesOf(before, {}, path);
  if (isEmpty(before) && isBody(after)) return differencesOf({}, after, path);
  return [{ path, before, after }];
}

function own(body: Body, key: string): Value {
  return Object.hasOwn(body, key) ? body[key] : undefined;
}

function isEmpty(value: Value): boolean {
  return value === undefined || value === null;
}

/** Whether Azure treats two values as equal. Values that can't be compared are equal only if the engine reports no change. */
function isSame(before: Value, after: Value): boolean {
  if (before === after) return true;
  if (isOpaque(before) || isOpaque(after)) return false;
  if (isNothing(before) && isNothing(after)) return true;
  return typeof before === "string" && typeof after === "string" && isName(before) && before.toLowerCase() === after.toLowerCase();
}

/** An absent value, an empty list and an empty object. */
function isNothing(value: Value): boolean {
  if (isEmpty(value)) return true;
  return Array.isArray(value) ? value.length === 0 : isBody(value) && Object.values(value).every(isNothing);
}

/** ARM IDs and GUIDs have no case. */
function isName(text: string): boolean {
  return /^\/subscriptions\/|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

function isSameSet(before: readonly Value[], after: readonly Value[]): boolean {
  if (before.length !== after.length) return false;
  const texts = (list: readonly Value[]) => list.map(canonical).sort();
  const [was, is] = [texts(before), texts(after)];
  return was.every((text, index) => text !== undefined && text === is[index]);
}

/** A value as text, regardless of the order of its keys. Undefined if it contains a value that can't be compared. */
function canonical(value: Value): string | undefined {
  if (isOpaque(value)) return undefined;
  if (Array.isArray(value)) return all(value.map(canonical));
  if (!isBody(value)) return JSON.stringify(typeof value === "string" && isName(value) ? value.toLowerCase() : (value ?? null));
  const keys = Object.keys(value).sort();
  return all(
    keys.map((key) => {
      const text = canonical(value[key]);
      return text === undefined ? undefined : `${JSON.stringify(key)}:${text}`;
    }),
  );
}

function all(texts: readonly (string | undefined)[]): string | undefined {
  return texts.includes(undefined) ? undefined : `[${texts.join(",")}]`;
}
