/** Selects the form of a union that a map is meant to have, so that its errors are reported instead of those of all forms. */
import * as z from "zod";

/** A form of a union. If it is not clear: the keys of which exactly one is required, and the keys of all forms. */
export type Form =
  | { readonly index: number; readonly schema: z.ZodObject }
  | { readonly oneOf: readonly string[]; readonly keys: readonly string[] };

/** The form of a map. Each form but one has required keys that no other form has. The other form is meant if none of these keys is set. */
export function formOf(union: z.ZodUnion, value: object): Form | undefined {
  const objects = union.options.flatMap((schema, index) => (schema instanceof z.ZodObject ? [{ index, schema }] : []));
  if (objects.length === 0) return undefined;
  const forms = objects.map((form) => ({ ...form, keys: ownKeys(form.schema, objects) }));
  const meant = forms.filter(({ keys }) => keys.some((key) => Object.hasOwn(value, key)));
  const [only = forms.find(({ keys }) => keys.length === 0), ...others] = meant;
  if (only !== undefined && others.length === 0) return only;
  return { oneOf: forms.flatMap(({ keys }) => keys), keys: objects.flatMap(({ schema }) => Object.keys(schema.shape)) };
}

function ownKeys(schema: z.ZodObject, all: readonly { readonly schema: z.ZodObject }[]): string[] {
  const others = all.filter((other) => other.schema !== schema);
  const required = Object.entries(schema.shape).filter(([, value]) => !(value instanceof z.ZodOptional || value instanceof z.ZodDefault));
  return required.map(([key]) => key).filter((key) => others.every((other) => !Object.hasOwn(other.schema.shape, key)));
}
