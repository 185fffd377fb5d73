import type { Azure, AzureResource } from "../../azure-local";

/** Everything Azure-on-this-machine holds, a line for each type: where, and their names. */
export function inventory(azure: Azure): string {
  const byType = new Map<string, AzureResource[]>();
  for (const resource of azure.resources()) byType.set(resource.type, [...(byType.get(resource.type) ?? []), resource]);
  const rows = [...byType].sort(([a], [b]) => a.localeCompare(b)).map(([type, resources]) => [type, where(resources), names(resources)]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => `  ${row[0]!.padEnd(widths[0]!)}  ${row[1]!.padEnd(widths[1]!)}  ${row[2]}`).join("\n");
}

function where(resources: AzureResource[]): string {
  return [...new Set(resources.map(({ location }) => location ?? "-"))].sort().join(", ");
}

function names(resources: AzureResource[]): string {
  const shown = resources.slice(0, 3).map(({ name }) => name);
  const rest = resources.length - shown.length;
  return shown.join(", ") + (rest > 0 ? `, and ${rest} more` : "");
}
