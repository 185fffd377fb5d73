import * as pulumi from "@pulumi/pulumi";

/**
 * Escapes a value for an ARM template, in which text in brackets is an expression unless it starts with a second opening bracket.
 * @see Azure docs, template-expressions, "Escape characters"
 */
export function armLiteral<T>(value: T): T {
  if (pulumi.Output.isInstance(value)) return value.apply(armLiteral) as T;
  if (typeof value === "string") return (value.startsWith("[") && value.endsWith("]") ? `[${value}` : value) as T;
  if (Array.isArray(value)) return value.map((item) => armLiteral(item)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, armLiteral(item)])) as T;
}
