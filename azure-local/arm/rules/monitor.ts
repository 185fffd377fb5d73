import { secondsOf } from "../duration";
import type { Rule } from "../model";
import { sameId, typeOf } from "../path";
import { DEPLOYMENT, ENDPOINT } from "../types/onlineEndpoints";
import { isMissing } from "./common";

const AUTOSCALE = "Microsoft.Insights/autoscalesettings";
const DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings";
const METRIC_ALERT = "Microsoft.Insights/metricAlerts";
const SPECIFICATION = "Azure REST specification, monitor";

interface Profile {
  readonly name: string;
  readonly capacity: { readonly minimum: string; readonly maximum: string; readonly default: string };
  readonly rules: readonly {
    readonly metricTrigger: MetricTrigger;
    readonly scaleAction: { readonly value?: string; readonly cooldown: string };
  }[];
  readonly recurrence?: { readonly frequency: string };
  readonly fixedDate?: unknown;
}

interface MetricTrigger {
  readonly metricName: string;
  readonly metricResourceUri: string;
  readonly timeGrain: string;
  readonly timeWindow: string;
}

interface AutoscaleProperties {
  readonly targetResourceUri?: string;
  readonly profiles: readonly Profile[];
}

interface DiagnosticProperties {
  readonly workspaceId?: string;
  readonly storageAccountId?: string;
  readonly eventHubAuthorizationRuleId?: string;
  readonly marketplacePartnerId?: string;
  readonly logs?: readonly Category[];
  readonly metrics?: readonly Category[];
}

interface Category {
  readonly category?: string;
  readonly categoryGroup?: string;
  readonly enabled: boolean;
}

function autoscale(body: { properties?: unknown }): AutoscaleProperties {
  return body.properties as AutoscaleProperties;
}

function diagnostics(body: { properties?: unknown }): DiagnosticProperties {
  return (body.properties ?? {}) as DiagnosticProperties;
}

const SINKS = ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId"] as const;

function categoriesOf({ logs = [], metrics = [] }: DiagnosticProperties): string[] {
  return [...logs, ...metrics].filter(({ enabled }) => enabled).map(({ category, categoryGroup }) => category ?? `group ${categoryGroup}`);
}

/** Source: Azure docs, azure-monitor/reference/supported-metrics of the two namespaces. */
const METRICS: Readonly<Record<string, readonly string[]>> = {
  [DEPLOYMENT]: [
    "CpuUtilizationPercentage",
    "CpuMemoryUtilizationPercentage",
    "GpuUtilizationPercentage",
    "GpuMemoryUtilizationPercentage",
    "DiskUtilization",
    "GpuEnergyJoules",
    "DeploymentCapacity",
    "RequestsPerMinute",
    "RequestLatency_P50",
    "RequestLatency_P90",
    "RequestLatency_P95",
    "RequestLatency_P99",
    "DataCollectionEventsPerMinute",
    "DataCollectionErrorsPerMinute",
  ],
  [ENDPOINT]: [
    "RequestsPerMinute",
    "RequestLatency",
    "RequestLatency_P50",
    "RequestLatency_P90",
    "RequestLatency_P95",
    "RequestLatency_P99",
    "ConnectionsActive",
    "NewConnectionsPerSecond",
    "NetworkBytes",
    "DataCollectionEventsPerMinute",
    "DataCollectionErrorsPerMinute",
  ],
};

/** Source: Azure docs, machine-learning/how-to-monitor-online-endpoints. */
const ENDPOINT_LOGS = [
  "AmlOnlineEndpointTrafficLog",
  "AmlOnlineEndpointConsoleLog",
  "AmlOnlineEndpointEventLog",
  "AllMetrics",
  "group allLogs",
  "group audit",
];

function unknownMetric(resourceUri: string | undefined, metric: string): string | undefined {
  const type = typeOf(resourceUri ?? "").toLowerCase();
  const known = Object.entries(METRICS).find(([name]) => name.toLowerCase() === type)?.[1];
  return known && !known.includes(metric) ? `The metric '${metric}' is not one of ${type}: ${known.join(", ")}.` : undefined;
}

/** Length limits of a scale rule: name of the value, shortest and longest. */
const WINDOWS = [
  ["timeGrain", "PT1M", "PT12H"],
  ["timeWindow", "PT5M", "PT12H"],
  ["cooldown", "PT1M", "P7D"],
] as const;

export const monitorRules: readonly Rule[] = [
  {
    code: "autoscale-target",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "ResourceNotFound",
    status: 404,
    source: `${SPECIFICATION}: targetResourceUri`,
    grade: "D",
    check: (context) => {
      const target = autoscale(context.body).targetResourceUri;
      if (!target) return "An autoscale setting needs 'properties.targetResourceUri'.";
      return isMissing(target, context) ? `The autoscale target '${target}' was not found.` : undefined;
    },
  },
  {
    code: "autoscale-one-per-target",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "Conflict",
    status: 409,
    source: "Azure docs, azure-monitor/autoscale: one setting a resource",
    grade: "D",
    check: ({ id, body, inventory }) => {
      const target = autoscale(body).targetResourceUri;
      const twin = inventory
        .all(AUTOSCALE)
        .find((other) => !sameId(other.id, id) && sameId(autoscale(other.body).targetResourceUri, target));
      return twin && `The resource '${target}' has the autoscale setting '${twin.id}' already: it takes one.`;
    },
  },
  {
    code: "autoscale-capacity",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: capacity; Azure docs, machine-learning/how-to-autoscale-endpoints`,
    grade: "D",
    check: ({ body }) => {
      for (const { name, capacity } of autoscale(body).profiles) {
        const [minimum, byDefault, maximum] = [capacity.minimum, capacity.default, capacity.maximum].map(Number) as [
          number,
          number,
          number,
        ];
        const whole = [minimum, byDefault, maximum].every(Number.isInteger);
        if (!whole || minimum < 1 || minimum > byDefault || byDefault > maximum || maximum > 50) {
          return `The capacity of profile '${name}' is minimum ${capacity.minimum}, default ${capacity.default}, maximum ${capacity.maximum}: they must be 1 <= minimum <= default <= maximum <= 50.`;
        }
      }
      return undefined;
    },
  },
  {
    code: "autoscale-counts",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: 1 to 20 profiles, at most 10 rules each; one profile is the default`,
    grade: "D",
    check: ({ body }) => {
      const { profiles } = autoscale(body);
      if (profiles.length < 1 || profiles.length > 20)
        return `An autoscale setting has 1 to 20 profiles, and ${profiles.length} are given.`;
      const full = profiles.find(({ rules }) => rules.length > 10);
      if (full) return `Profile '${full.name}' has ${full.rules.length} rules: 10 is the limit.`;
      const plain = profiles.filter(({ recurrence, fixedDate }) => !recurrence && !fixedDate).length;
      return plain > 1 ? `${plain} profiles have neither recurrence nor fixedDate: only one can be the default.` : undefined;
    },
  },
  {
    code: "autoscale-times",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: timeGrain, timeWindow, cooldown`,
    grade: "D",
    check: ({ body }) => {
      for (const { metricTrigger, scaleAction } of autoscale(body).profiles.flatMap(({ rules }) => rules)) {
        const values = { ...metricTrigger, cooldown: scaleAction.cooldown };
        for (const [name, shortest, longest] of WINDOWS) {
          const seconds = secondsOf(values[name]);
          if (seconds === undefined || seconds < secondsOf(shortest)! || seconds > secondsOf(longest)!)
            return `'${name}' is '${values[name]}': it must be ${shortest} to ${longest}.`;
        }
      }
      return undefined;
    },
  },
  {
    code: "autoscale-recurrence",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: recurrence.frequency is Week`,
    grade: "D",
    check: ({ body }) => {
      const wrong = autoscale(body).profiles.find(({ recurrence }) => recurrence && recurrence.frequency !== "Week");
      return wrong && `The recurrence of profile '${wrong.name}' has the frequency ${wrong.recurrence!.frequency}: it must be Week.`;
    },
  },
  {
    code: "autoscale-metrics",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: "Azure docs, azure-monitor/reference/supported-metrics",
    grade: "D",
    check: ({ body }) => {
      const triggers = autoscale(body).profiles.flatMap(({ rules }) => rules.map(({ metricTrigger }) => metricTrigger));
      return triggers
        .map(({ metricResourceUri, metricName }) => unknownMetric(metricResourceUri, metricName))
        .find((message) => message !== undefined);
    },
  },
  {
    code: "diagnostic-sink",
    types: [DIAGNOSTICS],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/essentials/diagnostic-settings",
    grade: "D",
    check: (context) => {
      const properties = diagnostics(context.body);
      if (!SINKS.some((sink) => properties[sink])) return "A diagnostic setting needs at least one data sink.";
      const missing = [properties.workspaceId, properties.storageAccountId].find((id) => isMissing(id, context));
      return missing && `The data sink '${missing}' was not found.`;
    },
  },
  {
    code: "diagnostic-categories",
    types: [DIAGNOSTICS],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, machine-learning/how-to-monitor-online-endpoints",
    grade: "D",
    check: ({ body, parentId }) => {
      const categories = categoriesOf(diagnostics(body));
      if (categories.length === 0) return "A diagnostic setting needs at least one enabled category.";
      const unknown =
        typeOf(parentId).toLowerCase() === ENDPOINT.toLowerCase() && categories.find((category) => !ENDPOINT_LOGS.includes(category));
      return unknown ? `Category '${unknown}' is not supported: an online endpoint has ${ENDPOINT_LOGS.join(", ")}.` : undefined;
    },
  },
  {
    code: "diagnostic-sink-once",
    types: [DIAGNOSTICS],
    on: ["create", "update"],
    azureCode: "Conflict",
    status: 409,
    source: "Azure docs, azure-monitor/essentials/diagnostic-settings: a category goes to a sink once",
    grade: "K",
    check: ({ id, body, parentId, inventory }) => {
      const properties = diagnostics(body);
      const categories = categoriesOf(properties);
      for (const other of inventory.children(parentId, DIAGNOSTICS).filter((one) => !sameId(one.id, id))) {
        const theirs = diagnostics(other.body);
        const sink = SINKS.find((name) => properties[name] && sameId(properties[name], theirs[name]));
        const category = sink && categoriesOf(theirs).find((one) => categories.includes(one));
        if (sink && category)
          return `Data sink '${properties[sink]}' is already used in diagnostic setting '${other.name}' for category '${category}'. Data sinks can't be reused in different settings on the same category for the same resource.`;
      }
      return undefined;
    },
  },
  {
    code: "diagnostic-five",
    types: [DIAGNOSTICS],
    on: ["create"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/essentials/diagnostic-settings: at most five a resource",
    grade: "K",
    check: ({ parentId, inventory }) => {
      const count = inventory.children(parentId, DIAGNOSTICS).length;
      return count >= 5 ? `The resource '${parentId}' has ${count} diagnostic settings: 5 is the limit.` : undefined;
    },
  },
  {
    code: "metric-alert-location",
    types: [METRIC_ALERT],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/alerts: metric alerts are global",
    grade: "K",
    check: ({ body }) =>
      body.location?.toLowerCase() === "global" ? undefined : `The location of a metric alert is '${body.location}': it must be global.`,
  },
  {
    code: "alert-references",
    types: [METRIC_ALERT, "Microsoft.Insights/scheduledQueryRules"],
    on: ["create", "update"],
    azureCode: "ResourceNotFound",
    status: 404,
    source: `${SPECIFICATION}: scopes and action groups`,
    grade: "K",
    check: (context) => {
      const { scopes = [], actions } = (context.body.properties ?? {}) as { scopes?: string[]; actions?: unknown };
      const groups = Array.isArray(actions)
        ? actions.map(({ actionGroupId }: { actionGroupId?: string }) => actionGroupId)
        : ((actions as { actionGroups?: string[] } | undefined)?.actionGroups ?? []);
      const missing = [...scopes, ...groups].find((id) => id?.includes("/providers/") && isMissing(id, context));
      return missing && `'${missing}' that the alert '${context.name}' refers to was not found.`;
    },
  },
  {
    code: "components-workspace",
    types: ["Microsoft.Insights/components"],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/app/create-workspace-resource",
    grade: "D",
    check: (context) => {
      const id = (context.body.properties as { WorkspaceResourceId?: string } | undefined)?.WorkspaceResourceId;
      if (!id) return "Application Insights needs 'properties.WorkspaceResourceId': classic ones are no longer made.";
      return isMissing(id, context) ? `The Log Analytics workspace '${id}' was not found.` : undefined;
    },
  },
];
