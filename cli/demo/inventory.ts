import type { Azure } from "../../azure-local";

interface Resource {
  readonly name: string;
  readonly type: string;
  readonly location?: string;
}

/** Everything Azure-on-this-machine holds, a line for each type: how many there are, where, and their names. */
export async function inventory(azure: Azure): Promise<string> {
  const response = await fetch(`${azure.armUrl}/subscriptions/${azure.subscriptionId}/resources?api-version=2021-04-01`);
  const { value } = (await response.json()) as { value: Resource[] };
  const byType = new Map<string, Resource[]>();
  for (const resource of value) byType.set(resource.type, [...(byType.get(resource.type) ?? []), resource]);
  const rows = [...byType].sort(([a], [b]) => a.localeCompare(b)).map(([type, resources]) => [type, where(resources), names(resources)]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => `  ${row[0]!.padEnd(widths[0]!)}  ${row[1]!.padEnd(widths[1]!)}  ${row[2]}`).join("\n");
}

function where(resources: Resource[]): string {
  return [...new Set(resources.map(({ location }) => location ?? "-"))].sort().join(", ");
}

function names(resources: Resource[]): string {
  const shown = resources.slice(0, 3).map(({ name }) => name);
  const rest = resources.length - shown.length;
  return shown.join(", ") + (rest > 0 ? `, and ${rest} more` : "");
}
