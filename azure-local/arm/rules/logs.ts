/** Checks of values of Log Analytics workspaces and Application Insights. */
import type { Rule } from "../model";

const WORKSPACE = "Microsoft.OperationalInsights/workspaces";
const COMPONENT = "Microsoft.Insights/components";
const COST = "Azure docs, azure-monitor/logs/cost-logs";

const TIERS = ["PerGB2018", "CapacityReservation", "LACluster"];
const COMMITMENTS = [100, 200, 300, 400, 500, 1000, 2000, 5000, 10_000, 25_000, 50_000];
const COMPONENT_KINDS = ["web", "ios", "other", "store", "java", "phone"];
const COMPONENT_RETENTION = [30, 60, 90, 120, 180, 270, 365, 550, 730];

interface WorkspaceProperties {
  readonly sku?: { readonly name: string; readonly capacityReservationLevel?: number };
  readonly retentionInDays?: number;
  readonly workspaceCapping?: { readonly dailyQuotaGb?: number };
  readonly features?: { readonly immediatePurgeDataOn30Days?: boolean };
}

interface ComponentProperties {
  readonly IngestionMode?: string;
  readonly RetentionInDays?: number;
  readonly SamplingPercentage?: number;
}

function workspaceOf(body: { properties?: unknown }): WorkspaceProperties {
  return (body.properties ?? {}) as WorkspaceProperties;
}

function componentOf(body: { properties?: unknown }): ComponentProperties {
  return (body.properties ?? {}) as ComponentProperties;
}

const logs = { types: [WORKSPACE], on: ["create", "update"], azureCode: "BadRequest", status: 400 } as const;
const insights = { ...logs, types: [COMPONENT] } as const;

export const logRules: readonly Rule[] = [
  {
    ...logs,
    code: "logs-pricing-tier",
    on: ["create"],
    source: `${COST}: the Free, Standard, Premium, PerNode and Standalone tiers are legacy tiers, not available for new workspaces`,
    grade: "D",
    check: ({ body }) => {
      const tier = workspaceOf(body).sku?.name ?? "PerGB2018";
      return TIERS.some((one) => one.toLowerCase() === tier.toLowerCase())
        ? undefined
        : `The pricing tier '${tier}' is not available for a new workspace: it must be one of ${TIERS.join(", ")}.`;
    },
  },
  {
    ...logs,
    code: "logs-commitment",
    source: `${COST} (commitment tiers)`,
    grade: "D",
    check: ({ body }) => {
      const { name = "PerGB2018", capacityReservationLevel: level } = workspaceOf(body).sku ?? {};
      if (name !== "CapacityReservation") return undefined;
      return level !== undefined && COMMITMENTS.includes(level)
        ? undefined
        : `'properties.sku.capacityReservationLevel' is ${level}: it must be one of ${COMMITMENTS.join(", ")}.`;
    },
  },
  {
    ...logs,
    code: "logs-retention",
    source: "Azure docs, azure-monitor/logs/data-retention-configure: 30 days by default, at most two years; 4 days only for tables",
    grade: "D",
    check: ({ body }) => {
      const { retentionInDays: days = 30 } = workspaceOf(body);
      return days >= 30 && days <= 730 ? undefined : `'properties.retentionInDays' is ${days}: it must be between 30 and 730.`;
    },
  },
  {
    ...logs,
    code: "logs-purge",
    source: "Azure docs, azure-monitor/logs/data-retention-configure: immediatePurgeDataOn30Days applies to a retention of 30 days only",
    grade: "D",
    check: ({ body }) => {
      const { features, retentionInDays: days = 30 } = workspaceOf(body);
      return features?.immediatePurgeDataOn30Days === true && days !== 30
        ? `'properties.features.immediatePurgeDataOn30Days' requires retentionInDays 30: it is ${days}.`
        : undefined;
    },
  },
  {
    ...logs,
    code: "logs-daily-cap",
    source: "Azure docs, azure-monitor/logs/daily-cap; azurerm provider, log_analytics_workspace: -1 means no cap, 0 is invalid",
    grade: "K",
    check: ({ body }) => {
      const { dailyQuotaGb: cap = -1 } = workspaceOf(body).workspaceCapping ?? {};
      return cap === -1 || cap > 0
        ? undefined
        : `'properties.workspaceCapping.dailyQuotaGb' is ${cap}: it must be greater than 0, or -1 for no cap.`;
    },
  },
  {
    ...insights,
    code: "components-kind",
    source:
      "Azure REST specification, applicationinsights: kind is usually one of web, ios, other, store, java, phone; inferred: the service rejects others",
    grade: "I",
    check: ({ body: { kind } }) =>
      kind === undefined || COMPONENT_KINDS.includes(String(kind).toLowerCase())
        ? undefined
        : `'kind' is '${kind}': it must be one of ${COMPONENT_KINDS.join(", ")}.`,
  },
  {
    ...insights,
    code: "components-ingestion",
    source: "Azure docs, azure-monitor/app/create-workspace-resource: classic Application Insights was retired on 29 February 2024",
    grade: "D",
    check: ({ body }) => {
      const { IngestionMode: mode = "LogAnalytics" } = componentOf(body);
      return mode === "LogAnalytics" ? undefined : `'properties.IngestionMode' is '${mode}': it must be LogAnalytics.`;
    },
  },
  {
    ...insights,
    code: "components-values",
    source:
      "Azure docs, azure-monitor/app/create-workspace-resource and data-retention-privacy: 30 to 730 days in steps; sampling is a percentage",
    grade: "D",
    check: ({ body }) => {
      const { RetentionInDays: days, SamplingPercentage: sampling } = componentOf(body);
      if (days !== undefined && !COMPONENT_RETENTION.includes(days))
        return `'properties.RetentionInDays' is ${days}: it must be one of ${COMPONENT_RETENTION.join(", ")}.`;
      return sampling !== undefined && !(sampling > 0 && sampling <= 100)
        ? `'properties.SamplingPercentage' is ${sampling}: it must be greater than 0 and at most 100.`
        : undefined;
    },
  },
];
