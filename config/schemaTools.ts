/** Ways to look into a zod schema: what it knows at a path, and what can be read of a value that it refuses as a whole. */
import * as z from "zod";

type Schema = z.ZodType;

/** A value of which any part may be missing. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? readonly Draft<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> }
    : T;

/** The schema inside optional and default wrappers. */
export function unwrap(schema: Schema): Schema {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as Schema);
  }
  return schema;
}

/** The schema of one key's value, or undefined when there is none. */
function schemaOfKey(schema: Schema, key: PropertyKey): Schema | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return inner.shape[String(key)] as Schema | undefined;
  if (inner instanceof z.ZodRecord) return inner.valueType as Schema;
  return undefined;
}

/** Keys that an object at `path` may have; empty for anything but an object. */
export function keysAt(schema: Schema, path: readonly PropertyKey[]): string[] {
  const found = path.reduce<Schema | undefined>((inner, key) => inner && schemaOfKey(inner, key), schema);
  const inner = found && unwrap(found);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/**
 * The parts of a value that are as they should be, defaults filled in; what isn't is left out. It lets rules over the good parts report in
 * the same run as mistakes of shape elsewhere.
 */
export function salvage<T extends Schema>(schema: T, value: unknown): Draft<z.output<T>> | undefined {
  return salvageAny(schema, value) as Draft<z.output<T>> | undefined;
}

function salvageAny(schema: Schema, value: unknown): unknown {
  const inner = unwrap(schema);
  if (isMap(value) && inner instanceof z.ZodObject) {
    return Object.fromEntries(Object.entries(inner.shape).map(([key, child]) => [key, salvageAny(child as Schema, value[key])]));
  }
  if (isMap(value) && inner instanceof z.ZodRecord) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, salvageAny(inner.valueType as Schema, child)]));
  }
  return schema.safeParse(value).data;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
