/** An ARM template with the resources of a stack, for scanners that read files. */
import { parseArmId } from "../../azure/armId";
import type { RuleResource, Value } from "../../rules";

/** Values that aren't known or are secret are parameters of the template. */
export function templateOf(resources: readonly RuleResource[]): object {
  return {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    // Without a default, checkov prints a warning for each use.
    parameters: { value: { type: "securestring", defaultValue: "unknown" } },
    resources: resources
      .filter(({ apiVersion }) => apiVersion !== undefined)
      .map(({ id, name, type, apiVersion, body }) => ({
        type,
        apiVersion,
        name: parseArmId(id ?? "")?.names.join("/") ?? allowedName(name),
        ...Object.fromEntries(Object.entries(body).map(([key, value]) => [key, plain(value)])),
      })),
  };
}

/** The name of a resource that gets its name during the update: one that all types allow. */
function allowedName(logicalName: string): string {
  return logicalName
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .slice(0, 24);
}

function plain(value: Value): unknown {
  if (typeof value === "symbol") return "[parameters('value')]";
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}
