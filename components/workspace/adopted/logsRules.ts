/** What is needed of a Log Analytics workspace and of Application Insights that other teams own. */
import { type Adopted, isResident, type Problem, problemsOf, residencyProblems, type Shown } from "./rules";

/** First API version that shows replication. Source: Azure docs, azure-monitor/logs/workspace-replication. */
export const logsApiVersion = "2025-02-01";

export interface ShownLogs extends Shown {
  readonly properties: { readonly replication?: { readonly enabled?: boolean; readonly location?: string } };
}

export interface ShownAppInsights extends Shown {
  readonly properties: { readonly WorkspaceResourceId?: string };
}

/** Source: Azure docs, azure-monitor/logs/workspace-replication. A data export can't leave the region: logs-data-export. */
export function logsProblems(id: string, shown: ShownLogs, place: Adopted): Problem[] {
  const { enabled, location = "another region" } = shown.properties.replication ?? {};
  const what = `Its logs are replicated to ${location}, outside the stack's residency; only ${place.regions.join(" or ")} may hold logs.`;
  const body = JSON.stringify({ location: shown.location, properties: { replication: { enabled: false } } });
  const change = `az rest --method put --url "${id}?api-version=${logsApiVersion}" --body '${body}'`;
  return [...residencyProblems(id, shown, place), ...problemsOf(id, [[enabled === true && !isResident(location, place), what, change]])];
}
