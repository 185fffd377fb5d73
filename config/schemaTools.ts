/** Functions for zod schemas: the keys at a path, and the valid parts of an invalid value. */
import * as z from "zod";

type Schema = z.ZodType;

/** A value in which any part can be missing. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? readonly Draft<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> }
    : T;

/** Removes optional and default wrappers from a schema. */
export function unwrap(schema: Schema): Schema {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as Schema);
  }
  return schema;
}

/** The schema of the value of a key, or undefined if there is none. */
function schemaOfKey(schema: Schema, key: PropertyKey): Schema | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return inner.shape[String(key)] as Schema | undefined;
  if (inner instanceof z.ZodRecord) return inner.valueType as Schema;
  if (inner instanceof z.ZodArray) return inner.element as Schema;
  return undefined;
}

/** The schema of the value at `path`, or undefined if there is none. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  const found = path.reduce<Schema | undefined>((inner, key) => inner && schemaOfKey(inner, key), schema);
  return found && unwrap(found);
}

/** The keys that are allowed in the object at `path`. Empty if the value is not an object. */
export function keysAt(schema: Schema, path: readonly PropertyKey[]): string[] {
  const inner = schemaAt(schema, path);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/**
 * Returns the valid parts of a value, with defaults, and leaves out the others. This allows one report to contain schema errors and the
 * errors that rules find in the valid parts.
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
