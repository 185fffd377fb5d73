import type { Azure, AzureResource } from "../../azure-local";

/** Names that don't help the reader: GUIDs, and names that all resources of a type have. */
const hiddenNames = /^[0-9a-f]{8}-[0-9a-f-]{27}$|^default$|^__SYS_/;

/** Lists the resources in the local Azure, one line per type: count, type and names. */
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
  const shown = [...new Set(resources.map(({ name }) => name).filter((name) => !hiddenNames.test(name)))];
  return shown.slice(0, 3).join(", ") + (shown.length > 3 ? ", …" : "");
}
