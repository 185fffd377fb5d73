/** Requirements for an adopted Log Analytics workspace and for the Application Insights of an adopted workspace. */
import { type AdoptionRequirements, isResident, type Problem, problemsOf, residencyProblems, type Shown } from "./rules";

/** First API version that returns `replication`. Source: Azure docs, azure-monitor/logs/workspace-replication. */
export const logsApiVersion = "2025-02-01";

export interface ShownLogs extends Shown {
  readonly properties: { readonly replication?: { readonly enabled?: boolean; readonly location?: string } };
}

export interface ShownAppInsights extends Shown {
  readonly properties: { readonly WorkspaceResourceId?: string };
}

/**
 * Source: Azure docs, azure-monitor/logs/workspace-replication. A data export can't leave the region (logs-data-export), so it isn't
 * checked.
 */
export function logsProblems(id: string, shown: ShownLogs, place: AdoptionRequirements): Problem[] {
  const { enabled, location = "another region" } = shown.properties.replication ?? {};
  const what = `Its logs are replicated to ${location}, outside the stack's residency. Allowed: ${place.regions.join(" or ")}.`;
  const body = JSON.stringify({ location: shown.location, properties: { replication: { enabled: false } } });
  const fix = `az rest --method put --url "${id}?api-version=${logsApiVersion}" --body '${body}'`;
  return [...residencyProblems(id, shown, place), ...problemsOf(id, [[enabled === true && !isResident(location, place), what, fix]])];
}
