/** Converts azure-native's form of an object to ARM's: renamed properties, and properties that azure-native moves out of `properties`. */
import { type Body, isBody, UNKNOWN, type Value } from "../values";

/** How azure-native's form of an object differs from ARM's. */
export interface Shape {
  /** Properties that are not in `properties` in ARM; all others are. @default - the object is not flattened */
  readonly outer?: readonly string[];
  /** ARM's names by azure-native's names. */
  readonly renames?: Readonly<Record<string, string>>;
  /** Shapes of properties by azure-native's names. In a list, the shape is that of each item. */
  readonly parts?: Readonly<Record<string, () => Shape>>;
  /** Lists of keys that are maps in ARM. */
  readonly maps?: readonly string[];
  /** Objects of `properties` in which ARM has a property, from the outermost one, by azure-native's names. */
  readonly nested?: Readonly<Record<string, readonly string[]>>;
  /** Properties that azure-native's class stands for. */
  readonly implied?: Body;
}

/** Converts an object. Null and undefined properties are omitted, as azure-native does. */
export function toArm(value: Body, { outer, renames = {}, parts = {}, maps = [], nested = {}, implied = {} }: Shape): Body {
  const body: Record<string, Value> = {};
  const properties: Record<string, Value> = { ...implied };
  for (const [key, item] of Object.entries(value)) {
    if (item === null || item === undefined) continue;
    const target = outer === undefined || outer.includes(key) ? body : properties;
    const shape = Object.hasOwn(parts, key) ? parts[key]?.() : undefined;
    const converted = maps.includes(key) ? asMap(item) : convert(item, shape ?? {});
    const inside = Object.hasOwn(nested, key) ? nested[key]! : [];
    define(inside.reduce(innerOf, target), Object.hasOwn(renames, key) ? renames[key]! : key, converted);
  }
  return Object.keys(properties).length > 0 ? { ...body, properties } : body;
}

/** The object of a key, which is created if it is missing. */
function innerOf(target: Record<string, Value>, key: string): Record<string, Value> {
  const existing = target[key];
  const inner: Record<string, Value> = isBody(existing) ? { ...existing } : {};
  define(target, key, inner);
  return inner;
}

function convert(value: Value, shape: Shape): Value {
  if (Array.isArray(value)) return value.map((item) => convert(item, shape));
  return isBody(value) ? toArm(value, shape) : value;
}

/** Azure's map of identities is a list of their IDs in azure-native. */
function asMap(value: Value): Value {
  if (!Array.isArray(value)) return convert(value, {});
  // With an unknown ID, the keys of the map can't be listed.
  return value.every((id) => typeof id === "string") ? Object.fromEntries(value.map((id) => [id, {}])) : UNKNOWN;
}

/** Assigns a property under any name, also under `__proto__`. */
function define(target: Record<string, Value>, key: string, value: Value): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
