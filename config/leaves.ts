/**
 * Schemas for values of a stack file that are not maps. The error text of each schema completes "Allowed: ", whatever the error is.
 */
import * as z from "zod";
import { isArmIdOf, parseArmId } from "../azure/armId";

/** An integer from `min` to `max`. */
export function whole(min: number, max: number, because = ""): z.ZodInt {
  const error = `a whole number from ${min} to ${max}${because === "" ? "" : `, ${because}`}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** Text that matches a pattern. */
export function text(pattern: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(pattern, { error });
}

/** Any text that is not empty. Rules check its contents. */
export function freeText(error: string): z.ZodString {
  return z.string({ error }).min(1, { error, abort: true });
}

/** The error text of a map. `keys` describes its keys. */
export function map(keys: string): { readonly error: string } {
  return { error: `a map: ${keys}` };
}

/** One of the given words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: words.join(" or ") });
}

/** The ARM ID of a resource of the given type. */
export function armId(type: string) {
  const error = `the resource ID of a ${type}: /subscriptions/<id>/resourceGroups/<group>/providers/${type.split("/")[0]}/...`;
  return z.string({ error }).refine((id) => isArmIdOf(type, id), { error, params: { code: "MOOR042" } });
}

/** `create`, or the ARM ID of an existing resource of the given type. */
export function createOrId(type: string) {
  const error = `"create", or the resource ID of a ${type}`;
  return z
    .string({ error })
    .refine((value) => value === "create" || isArmIdOf(type, value), { error, params: { code: "MOOR042" } })
    .default("create");
}

/** The object ID of a principal in Microsoft Entra ID. */
export const objectId = z.guid({ error: "the object ID (a GUID) of a user, group or service principal" });

/** Describes, for a report, the text that was found instead of a valid ID. */
export function describeId(value: string): string {
  const id = parseArmId(value);
  return id === undefined ? "not an ARM resource ID" : `the resource ID of a ${id.type}`;
}

/** Number of tokens: an integer, or text such as `16k`. One k is 1,024 tokens. */
export function tokens() {
  const error = "a number of tokens from 256 to 10485760, or a number with the suffix k for units of 1,024 (16k is 16384)";
  const number = z.int({ error }).min(256, { error }).max(10_485_760, { error });
  const thousands = z
    .string({ error })
    .regex(/^[1-9]\d{0,4}[kK]$/, { error })
    .describe("Tokens in units of 1,024: 16k is 16384.");
  return z.union([number, thousands], { error });
}

/** Converts tokens to a number. */
export function tokenCount(value: number | string): number {
  return typeof value === "number" ? value : Number(value.slice(0, -1)) * 1024;
}

/**
 * `repository@sha256:<64 hexadecimal digits>`. A repository whose first part looks like a host name is rejected, because the platform adds the
 * host name of the registry.
 * @param forms All allowed forms of an image, for the error.
 */
export function imageText(forms: string) {
  const form = `an image as ${forms}`;
  return z
    .string({ error: form })
    .refine((image) => image.includes("@"), { error: form, params: { code: "MOOR209" }, abort: true })
    .regex(/^(?!(?:[a-z0-9-]+\.)+[a-z]{2,}\/)[a-z0-9]+(?:[._/-][a-z0-9]+)*@sha256:[0-9a-f]{64}$/, { error: form });
}
