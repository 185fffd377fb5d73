/** JSON helpers. Values are immutable: each helper returns a new value. */
export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value of a request as text. JavaScript fails to convert an object that has a property `toString`. */
export function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** Merges `over` into `base` recursively. Lists and scalars of `over` replace those of `base`. */
export function merge(base: JsonObject, over: JsonObject | undefined): JsonObject {
  const result: JsonObject = { ...base };
  for (const [key, value] of Object.entries(over ?? {})) {
    if (value === undefined) continue;
    const before = result[key];
    result[key] = isObject(before) && isObject(value) ? merge(before, value) : value;
  }
  return result;
}

/** Fills in defaults from `base` for values that `over` omits. */
export function withDefaults(over: JsonObject, base: JsonObject): JsonObject {
  return merge(base, over);
}

/** JSON Merge Patch (RFC 7396): null removes a property. */
export function mergePatch(base: JsonObject, patch: JsonObject): JsonObject {
  const result: JsonObject = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (isObject(value)) result[key] = mergePatch(isObject(result[key]) ? (result[key] as JsonObject) : {}, value);
    else result[key] = value;
  }
  return result;
}

/** The value at a dotted path (`properties.osType`), or undefined. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const key of path.split(".")) {
    if (!isObject(here)) return undefined;
    here = here[key];
  }
  return here;
}

/** The value without the property at a dotted path. */
export function without<T extends JsonObject>(value: T, path: string): T {
  const [key, ...rest] = path.split(".") as [string, ...string[]];
  if (!(key in value)) return value;
  const copy: JsonObject = { ...value };
  const inner = copy[key];
  if (rest.length === 0) delete copy[key];
  else if (isObject(inner)) copy[key] = without(inner, rest.join("."));
  return copy as T;
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

export function sameJson(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}
