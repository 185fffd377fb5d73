import type { Azure, AzureResource } from "../../azure-local";

/** Names that tell a person nothing: GUIDs, and those that every resource of a type has. */
const meaningless = /^[0-9a-f]{8}-[0-9a-f-]{27}$|^default$|^__SYS_/;

/** Everything Azure-on-this-machine holds, a line for each type: how many, what, and their names. */
export function inventory(azure: Azure): string {
  const byType = new Map<string, AzureResource[]>();
  for (const resource of azure.resources()) byType.set(resource.type, [...(byType.get(resource.type) ?? []), resource]);
  const rows = [...byType]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([type, resources]) => [String(resources.length), type.replace(/^Microsoft\./, ""), names(resources)] as const);
  const width = Math.max(...rows.map(([, type]) => type.length));
  return rows.map(([count, type, shown]) => `  ${count.padStart(3)}  ${type.padEnd(width)}  ${shown}`.trimEnd()).join("\n");
}

function names(resources: AzureResource[]): string {
  const telling = [...new Set(resources.map(({ name }) => name).filter((name) => !meaningless.test(name)))];
  return telling.slice(0, 3).join(", ") + (telling.length > 3 ? ", …" : "");
}
