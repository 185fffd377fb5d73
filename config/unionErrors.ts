/** Determines the intended form of a map in a union, so that only the errors of this form are reported. */
import * as z from "zod";

/** A form of a union. If it is ambiguous: the keys of which exactly one is required, and the keys of all forms. */
export type Form =
  | { readonly index: number; readonly schema: z.ZodObject }
  | { readonly oneOf: readonly string[]; readonly keys: readonly string[] };

/**
 * Returns the intended form of a map. It is the form whose own keys are set: required keys that no other form has. A form without own keys
 * is intended if the map has no such key.
 */
export function formOf(union: z.ZodUnion, value: object): Form | undefined {
  const objects = union.options.flatMap((schema, index) => (schema instanceof z.ZodObject ? [{ index, schema }] : []));
  if (objects.length === 0) return undefined;
  const forms = objects.map((form) => ({ ...form, keys: ownKeys(form.schema, objects) }));
  const intended = forms.filter(({ keys }) => keys.some((key) => Object.hasOwn(value, key)));
  const [only = forms.find(({ keys }) => keys.length === 0), ...others] = intended;
  if (only !== undefined && others.length === 0) return only;
  return { oneOf: forms.flatMap(({ keys }) => keys), keys: objects.flatMap(({ schema }) => Object.keys(schema.shape)) };
}

function ownKeys(schema: z.ZodObject, all: readonly { readonly schema: z.ZodObject }[]): string[] {
  const others = all.filter((other) => other.schema !== schema);
  const required = Object.entries(schema.shape).filter(([, value]) => !(value instanceof z.ZodOptional || value instanceof z.ZodDefault));
  return required.map(([key]) => key).filter((key) => others.every((other) => !Object.hasOwn(other.schema.shape, key)));
}
