/**
 * Values of a stack file that are not maps. The error text of each completes "Allowed: ", so that a report can say it whatever was wrong.
 */
import * as z from "zod";
import { isArmIdOf, parseArmId } from "../azure/armId";

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number, because = ""): z.ZodInt {
  const error = `a whole number from ${min} to ${max}${because === "" ? "" : `, ${because}`}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** Text of a form. */
export function text(pattern: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(pattern, { error });
}

/** Text without a form of its own, which rules look at. */
export function freeText(error: string): z.ZodString {
  return z.string({ error }).min(1, { error });
}

/** The error of a map; `keys` says what it maps. */
export function map(keys: string): { readonly error: string } {
  return { error: `a map: ${keys}` };
}

/** One of several words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: words.join(" or ") });
}

/** The ARM id of a resource of one type. */
export function armId(type: string) {
  const error = `the id of a ${type}: /subscriptions/<id>/resourceGroups/<group>/providers/${type.split("/")[0]}/...`;
  return z.string({ error }).refine((id) => isArmIdOf(type, id), { error, params: { code: "MOOR042" } });
}

/** `create`, or the ARM id of a resource of one type that is there already. */
export function createOrId(type: string) {
  const error = `"create", or the id of a ${type}`;
  return z
    .string({ error })
    .refine((value) => value === "create" || isArmIdOf(type, value), { error, params: { code: "MOOR042" } })
    .default("create");
}

/** What was given instead of an id, for a report. */
export function describeId(value: string): string {
  const id = parseArmId(value);
  return id === undefined ? "no ARM id" : `the id of a ${id.type}`;
}

/** Tokens of context: a number, or thousands such as `16k`. One k is 1,024 tokens. */
export function tokens() {
  const error = "a number of tokens from 256 to 10485760, or such a number in k (16k is 16384)";
  const number = z.int({ error }).min(256, { error }).max(10_485_760, { error });
  const thousands = z
    .string({ error })
    .regex(/^[1-9]\d{0,4}[kK]$/, { error })
    .describe("Thousands of tokens: 16k is 16384.");
  return z.union([number, thousands], { error });
}

/** Tokens as a number. */
export function tokenCount(value: number | string): number {
  return typeof value === "number" ? value : Number(value.slice(0, -1)) * 1024;
}

/** `repository@sha256:<64 hexadecimal digits>`. */
export function imageText() {
  const form = "an image as repository@sha256:<64 hexadecimal digits>, without the registry's host name";
  return z
    .string({ error: form })
    .refine((image) => image.includes("@"), { error: form, params: { code: "MOOR209" }, abort: true })
    .regex(/^[a-z0-9]+(?:[._/-][a-z0-9]+)*@sha256:[0-9a-f]{64}$/, { error: form });
}
