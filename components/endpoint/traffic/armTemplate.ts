import * as pulumi from "@pulumi/pulumi";

/**
 * A value as an ARM template takes it literally: text within brackets is an expression there, and a second opening bracket makes it plain.
 * @see Azure docs, template-expressions, "Escape characters"
 */
export function armLiteral<T>(value: T): T {
  if (pulumi.Output.isInstance(value)) return value.apply(armLiteral) as T;
  if (typeof value === "string") return (value.startsWith("[") && value.endsWith("]") ? `[${value}` : value) as T;
  if (Array.isArray(value)) return value.map((item) => armLiteral(item)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, armLiteral(item)])) as T;
}
