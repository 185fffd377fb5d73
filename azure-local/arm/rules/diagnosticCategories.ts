/** Categories, retention and destinations of diagnostic settings. The categories of an online endpoint are in `diagnostics.ts`. */
import type { Rule } from "../model";
import { typeOf } from "../path";
import { sameRegion } from "../region";

const DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings";
const SETTINGS = "Azure docs, azure-monitor/essentials/diagnostic-settings";
const GROUPS = ["allLogs", "audit"];
const STORAGE_METRICS = ["Transaction", "Capacity"];

/** Log categories by type in lower case. A type that isn't listed allows all categories. Source: Azure docs, azure-monitor/reference/supported-logs. */
const LOGS: Readonly<Record<string, readonly string[]>> = {
  "microsoft.keyvault/vaults": ["AuditEvent", "AzurePolicyEvaluationDetails"],
  "microsoft.containerregistry/registries": ["ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"],
  "microsoft.operationalinsights/workspaces": ["Audit", "SummaryLogs"],
  "microsoft.storage/storageaccounts": [],
  "microsoft.storage/storageaccounts/blobservices": ["StorageRead", "StorageWrite", "StorageDelete"],
  "microsoft.network/networksecuritygroups": ["NetworkSecurityGroupEvent", "NetworkSecurityGroupRuleCounter"],
  "microsoft.network/virtualnetworks": ["VMProtectionAlerts"],
  "microsoft.insights/autoscalesettings": ["AutoscaleEvaluations", "AutoscaleScaleActions"],
};

interface Entry {
  readonly category?: string;
  readonly categoryGroup?: string;
  readonly enabled: boolean;
  readonly retentionPolicy?: { readonly enabled: boolean };
}

interface Setting {
  readonly storageAccountId?: string;
  readonly logAnalyticsDestinationType?: string;
  readonly logs?: readonly Entry[];
  readonly metrics?: readonly Entry[];
}

function settingOf(body: { properties?: unknown }): Setting {
  return (body.properties ?? {}) as Setting;
}

const common = { types: [DIAGNOSTICS], on: ["create", "update"], azureCode: "BadRequest", status: 400 } as const;

export const diagnosticCategoryRules: readonly Rule[] = [
  {
    ...common,
    code: "diagnostic-category-or-group",
    source: `${SETTINGS} (category groups): a setting with a category group can't select categories`,
    grade: "D",
    check: ({ body }) => {
      const { logs = [], metrics = [] } = settingOf(body);
      const invalid = [...logs, ...metrics].find(
        ({ category, categoryGroup }) => (category === undefined) === (categoryGroup === undefined),
      );
      if (invalid) return "Each entry of 'logs' and 'metrics' requires either 'category' or 'categoryGroup'.";
      const enabled = logs.filter((log) => log.enabled);
      return enabled.some(({ category }) => category) && enabled.some(({ categoryGroup }) => categoryGroup)
        ? "'properties.logs' contains both categories and category groups: use only one of them."
        : undefined;
    },
  },
  {
    ...common,
    code: "diagnostic-category-kind",
    source: `${SETTINGS}: metrics and logs have separate lists`,
    grade: "D",
    check: ({ body }) => {
      const { logs = [], metrics = [] } = settingOf(body);
      const supported = ["AllMetrics", ...STORAGE_METRICS];
      const metric = logs.find(({ category = "" }) => supported.includes(category));
      if (metric) return `Category '${metric.category}' is not supported in 'logs': it is a metric category.`;
      const log = metrics.find(({ category }) => category === undefined || !supported.includes(category));
      return log && `Category '${log.category ?? log.categoryGroup}' is not supported in 'metrics': it is not a metric category.`;
    },
  },
  {
    ...common,
    code: "diagnostic-category-twice",
    source: `${SETTINGS}: a category is either enabled or disabled in a setting; common knowledge: the service rejects a second entry`,
    grade: "K",
    check: ({ body }) => {
      const { logs = [], metrics = [] } = settingOf(body);
      const names = [...logs, ...metrics].map(({ category, categoryGroup }) => category ?? categoryGroup);
      const duplicate = names.find((name, index) => names.indexOf(name) !== index);
      return duplicate && `The category '${duplicate}' is specified twice.`;
    },
  },
  {
    ...common,
    code: "diagnostic-category-known",
    source: "Azure docs, azure-monitor/reference/supported-logs and supported-metrics, by type of resource",
    grade: "K",
    check: ({ body, parentId }) => {
      const type = typeOf(parentId);
      const isStorage = type.toLowerCase().startsWith("microsoft.storage/");
      const supported = LOGS[type.toLowerCase()];
      const { logs = [], metrics = [] } = settingOf(body);
      const group = logs.find(({ categoryGroup }) => categoryGroup !== undefined && !GROUPS.includes(categoryGroup));
      if (group) return `Category group '${group.categoryGroup}' is not supported: it must be ${GROUPS.join(" or ")}.`;
      if (supported?.length === 0 && logs.length > 0) return `Logs are not supported by ${type}: it has no log categories.`;
      const log = logs.find(({ category }) => supported && category !== undefined && !supported.includes(category));
      if (log) return `Category '${log.category}' is not supported by ${type}. Supported: ${supported!.join(", ")}.`;
      const metric = metrics.find(({ category = "" }) => isStorage !== STORAGE_METRICS.includes(category));
      const allowed = isStorage ? STORAGE_METRICS : ["AllMetrics"];
      return metric && `Metric category '${metric.category}' is not supported by ${type}: it must be ${allowed.join(" or ")}.`;
    },
  },
  {
    ...common,
    code: "diagnostic-retention",
    source:
      "Azure docs, azure-monitor/essentials/migrate-to-azure-storage-lifecycle-policy: no retention in new diagnostic settings since 31 March 2023",
    grade: "D",
    check: ({ body }) => {
      const { logs = [], metrics = [] } = settingOf(body);
      return [...logs, ...metrics].some(({ retentionPolicy }) => retentionPolicy?.enabled === true)
        ? "Diagnostic settings does not support retention for new diagnostic settings."
        : undefined;
    },
  },
  {
    ...common,
    code: "diagnostic-destination-type",
    source: "Azure REST specification, monitor: logAnalyticsDestinationType is Dedicated or absent; AzureDiagnostics is accepted too",
    grade: "S",
    check: ({ body }) => {
      const type = settingOf(body).logAnalyticsDestinationType;
      return type === undefined || ["Dedicated", "AzureDiagnostics"].includes(type)
        ? undefined
        : `'properties.logAnalyticsDestinationType' is '${type}': it must be Dedicated or AzureDiagnostics.`;
    },
  },
  {
    ...common,
    code: "diagnostic-storage",
    source: `${SETTINGS} (destinations): a storage account in the region of the resource, without a hierarchical namespace`,
    grade: "D",
    check: ({ body, parentId, inventory }) => {
      const account = inventory.get(settingOf(body).storageAccountId);
      if (!account) return undefined;
      const region = inventory.get(parentId)?.body.location;
      if (region && !sameRegion(region, "global") && !sameRegion(region, account.body.location))
        return `The storage account '${account.id}' is in ${account.body.location}: it must be in the region of the resource, ${region}.`;
      return account.body.properties?.isHnsEnabled === true
        ? `The storage account '${account.id}' has a hierarchical namespace, which is not supported as a destination of diagnostic settings.`
        : undefined;
    },
  },
];
