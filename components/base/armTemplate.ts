/** ARM templates that write one resource with its full body. */
import * as pulumi from "@pulumi/pulumi";

/**
 * Returns a template with these resources.
 * @param metadata Values that ARM ignores. Changing them deploys the template again. @default - none
 */
export function armTemplate(resources: readonly object[], metadata?: object) {
  return {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    ...(metadata === undefined ? {} : { metadata }),
    resources,
  };
}

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
