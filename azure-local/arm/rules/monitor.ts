import { secondsOf } from "../duration";
import type { Rule } from "../model";
import { sameId, typeOf } from "../path";
import { sameRegion } from "../region";
import { DEPLOYMENT, ENDPOINT } from "../types/onlineEndpoints";
import { isMissing, wrongReference } from "./common";

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
  readonly recurrence?: {
    readonly frequency: string;
    readonly schedule: {
      readonly timeZone: string;
      readonly days: readonly string[];
      readonly hours: readonly number[];
      readonly minutes: readonly number[];
    };
  };
  readonly fixedDate?: { readonly timeZone?: string; readonly start: string; readonly end: string };
}

interface MetricTrigger {
  readonly metricName: string;
  readonly metricNamespace?: string;
  readonly metricResourceUri: string;
  readonly timeGrain: string;
  readonly timeWindow: string;
}

interface AutoscaleProperties {
  readonly targetResourceUri?: string;
  readonly profiles: readonly Profile[];
  readonly predictiveAutoscalePolicy?: { readonly scaleMode: string };
}

interface AlertProperties {
  readonly scopes?: readonly string[];
  /** A list with a metric alert, an object with a query rule. */
  readonly actions?: readonly { readonly actionGroupId?: string }[] | { readonly actionGroups?: readonly string[] };
  readonly severity: number;
  readonly evaluationFrequency: string;
  readonly windowSize: string;
  readonly criteria?: { readonly allOf?: readonly AlertCriterion[] };
}

interface AlertCriterion {
  readonly name: string;
  readonly metricName: string;
  readonly skipMetricValidation?: boolean;
  readonly dimensions?: readonly { readonly name: string }[];
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

function alertOf(body: { properties?: unknown }): AlertProperties {
  return body.properties as AlertProperties;
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

/** What a metric can be split by. Same source. */
const DIMENSIONS: Readonly<Record<string, readonly string[]>> = {
  [DEPLOYMENT]: ["instanceId", "disk", "State", "envoy_response_code"],
  [ENDPOINT]: ["deployment", "statusCode", "statusCodeClass", "modelStatusCode"],
};

/** The type, as spelled above, that a resource with metrics is of; undefined for what has no list here. */
function measured(resourceUri: string | undefined): string | undefined {
  const type = typeOf(resourceUri ?? "").toLowerCase();
  return Object.keys(METRICS).find((name) => name.toLowerCase() === type);
}

function unknownMetric(resourceUri: string | undefined, metric: string): string | undefined {
  const type = measured(resourceUri);
  return type && !METRICS[type]!.includes(metric)
    ? `The metric '${metric}' is not one of ${type}: ${METRICS[type]!.join(", ")}.`
    : undefined;
}

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** Windows' names of time zones, such as `W. Europe Standard Time`; those of the tz database (`Europe/Berlin`) are none. */
function isWindowsTimeZone(name: string): boolean {
  return /^UTC([+-]\d\d)?$|Standard Time( \(Mexico\)| 2)?$/.test(name);
}

/** Types that the sinks have to be of. */
const SINK_TYPES = {
  workspaceId: "Microsoft.OperationalInsights/workspaces",
  storageAccountId: "Microsoft.Storage/storageAccounts",
} as const;

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
    source: `${SPECIFICATION}: targetResourceUri; Azure docs, machine-learning/how-to-autoscale-endpoints: it is the deployment`,
    grade: "D",
    check: (context) => {
      const target = autoscale(context.body).targetResourceUri;
      if (!target) return "An autoscale setting needs 'properties.targetResourceUri'.";
      const wrong = wrongReference(target, DEPLOYMENT, context);
      return wrong && `The autoscale target '${target}' ${wrong}.`;
    },
  },
  {
    code: "autoscale-location",
    types: [AUTOSCALE],
    on: ["create"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source:
      "Azure docs, machine-learning/how-to-autoscale-endpoints: the location is the workspace's; that the service insists on it is inferred",
    grade: "I",
    check: ({ body, inventory }) => {
      const region = inventory.get(autoscale(body).targetResourceUri)?.body.location;
      return region === undefined || sameRegion(region, body.location)
        ? undefined
        : `The autoscale setting's location ${body.location} is not its target's, ${region}.`;
    },
  },
  {
    code: "autoscale-not-predictive",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: "Azure docs, azure-monitor/autoscale: predictive autoscale is for virtual machine scale sets",
    grade: "D",
    check: ({ body }) => {
      const mode = autoscale(body).predictiveAutoscalePolicy?.scaleMode ?? "Disabled";
      return mode === "Disabled"
        ? undefined
        : `'properties.predictiveAutoscalePolicy.scaleMode' is ${mode}: the target can't be scaled by a forecast.`;
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
    check: ({ body, inventory }) => {
      const most = inventory.settings.limits.instancesPerDeployment;
      for (const { name, capacity } of autoscale(body).profiles) {
        const [minimum, byDefault, maximum] = [capacity.minimum, capacity.default, capacity.maximum].map(Number) as [
          number,
          number,
          number,
        ];
        const whole = [capacity.minimum, capacity.default, capacity.maximum].every((text) => /^\d+$/.test(text));
        if (!whole || minimum < 1 || minimum > byDefault || byDefault > maximum || maximum > most) {
          return `The capacity of profile '${name}' is minimum ${capacity.minimum}, default ${capacity.default}, maximum ${capacity.maximum}: they must be 1 <= minimum <= default <= maximum <= ${most}.`;
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
    code: "autoscale-schedule",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: days by name, hours 0 to 23, minutes 0 to 59, time zones by Windows' names; Azure docs, azure-monitor/autoscale: a fixed date lasts 365 days at most`,
    grade: "D",
    check: ({ body }) => {
      for (const { name, recurrence, fixedDate } of autoscale(body).profiles) {
        const { timeZone, days = [], hours = [], minutes = [] } = recurrence?.schedule ?? {};
        const zone = [timeZone, fixedDate?.timeZone].find((one) => one !== undefined && !isWindowsTimeZone(one));
        if (zone !== undefined)
          return `The time zone of profile '${name}' is '${zone}': it must be a Windows one, such as W. Europe Standard Time.`;
        const day = days.find((one) => !DAYS.includes(one));
        if (day !== undefined) return `A day of profile '${name}' is '${day}': it must be one of ${DAYS.join(", ")}.`;
        if (hours.some((hour) => hour < 0 || hour > 23))
          return `The hours of profile '${name}' are ${hours.join(", ")}: they must be 0 to 23.`;
        if (minutes.some((minute) => minute < 0 || minute > 59))
          return `The minutes of profile '${name}' are ${minutes.join(", ")}: they must be 0 to 59.`;
        const daysLong = fixedDate && (Date.parse(fixedDate.end) - Date.parse(fixedDate.start)) / 86_400_000;
        if (daysLong !== undefined && !(daysLong > 0 && daysLong <= 365))
          return `Profile '${name}' lasts from ${fixedDate!.start} to ${fixedDate!.end}: its end must be after its start, by 365 days at most.`;
      }
      return undefined;
    },
  },
  {
    code: "autoscale-action",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: `${SPECIFICATION}: scaleAction.value is the text of a whole number of at least 1`,
    grade: "S",
    check: ({ body }) => {
      const actions = autoscale(body).profiles.flatMap(({ rules }) => rules.map(({ scaleAction }) => scaleAction));
      const wrong = actions.find(({ value = "1" }) => !/^[1-9]\d*$/.test(value));
      return wrong && `'scaleAction.value' is '${wrong.value}': it must be a whole number of at least 1.`;
    },
  },
  {
    code: "autoscale-metrics",
    types: [AUTOSCALE],
    on: ["create", "update"],
    azureCode: "InvalidAutoscaleSetting",
    status: 400,
    source: "Azure docs, azure-monitor/reference/supported-metrics: names, namespaces, and PT1M as the only grain",
    grade: "D",
    check: (context) => {
      const triggers = autoscale(context.body).profiles.flatMap(({ rules }) => rules.map(({ metricTrigger }) => metricTrigger));
      for (const { metricResourceUri, metricName, metricNamespace, timeGrain } of triggers) {
        if (isMissing(metricResourceUri, context)) return `The metricResourceUri '${metricResourceUri}' was not found.`;
        const type = measured(metricResourceUri);
        const unknown = unknownMetric(metricResourceUri, metricName);
        if (unknown || !type) return unknown;
        if (metricNamespace && !sameId(metricNamespace, type))
          return `The metricNamespace '${metricNamespace}' is not that of its resource, ${type}.`;
        if (secondsOf(timeGrain) !== 60) return `'timeGrain' is '${timeGrain}': the metrics of ${type} have the grain PT1M.`;
      }
      return undefined;
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
      for (const [sink, type] of Object.entries(SINK_TYPES)) {
        const id = properties[sink as keyof typeof SINK_TYPES];
        const wrong = wrongReference(id, type, context);
        if (wrong) return `The data sink '${id}' ${wrong}.`;
      }
      return undefined;
    },
  },
  {
    code: "diagnostic-categories",
    types: [DIAGNOSTICS],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source:
      "Azure docs, machine-learning/how-to-monitor-online-endpoints: settings stand on the endpoint, not on the workspace or a deployment",
    grade: "D",
    check: ({ body, parentId }) => {
      const type = typeOf(parentId);
      if (sameId(type, DEPLOYMENT)) return "Diagnostic settings can't stand on a deployment: its endpoint takes them.";
      const categories = categoriesOf(diagnostics(body));
      if (categories.length === 0) return "A diagnostic setting needs at least one enabled category.";
      const isEndpoint = sameId(type, ENDPOINT);
      const unknown = categories.find((category) =>
        isEndpoint ? !ENDPOINT_LOGS.includes(category) : category.startsWith("AmlOnlineEndpoint"),
      );
      if (!unknown) return undefined;
      return isEndpoint
        ? `Category '${unknown}' is not supported: an online endpoint has ${ENDPOINT_LOGS.join(", ")}.`
        : `Category '${unknown}' is not supported by ${type}: it is one of an online endpoint.`;
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
      const { scopes = [], actions = [] } = alertOf(context.body);
      const missing = scopes.find((id) => id.includes("/providers/") && isMissing(id, context));
      if (missing) return `'${missing}' that the alert '${context.name}' refers to was not found.`;
      const groups =
        "actionGroups" in actions
          ? actions.actionGroups
          : (actions as readonly { actionGroupId?: string }[]).map(({ actionGroupId }) => actionGroupId);
      for (const id of groups ?? []) {
        const wrong = wrongReference(id, "Microsoft.Insights/actionGroups", context);
        if (wrong) return `'${id}' that the alert '${context.name}' refers to ${wrong}.`;
      }
      return undefined;
    },
  },
  {
    code: "alert-values",
    types: [METRIC_ALERT],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: `${SPECIFICATION}: severity 0 to 4, ISO 8601 durations`,
    grade: "S",
    check: ({ body }) => {
      const alert = alertOf(body);
      if (![0, 1, 2, 3, 4].includes(alert.severity)) return `'properties.severity' is ${alert.severity}: it must be 0 to 4.`;
      const wrong = (["evaluationFrequency", "windowSize"] as const).find((name) => secondsOf(alert[name]) === undefined);
      return wrong && `'properties.${wrong}' is '${alert[wrong]}': it must be an ISO 8601 duration.`;
    },
  },
  {
    code: "alert-window",
    types: [METRIC_ALERT],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/alerts: the window is not shorter than the time between two evaluations",
    grade: "K",
    check: ({ body }) => {
      const { evaluationFrequency, windowSize } = alertOf(body);
      return secondsOf(windowSize)! < secondsOf(evaluationFrequency)!
        ? `'properties.windowSize' is ${windowSize}: it must be at least the evaluationFrequency, ${evaluationFrequency}.`
        : undefined;
    },
  },
  {
    code: "alert-metrics",
    types: [METRIC_ALERT],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/reference/supported-metrics: names and dimensions",
    grade: "D",
    check: ({ body }) => {
      const { scopes = [], criteria } = alertOf(body);
      const type = measured(scopes[0]);
      for (const { metricName, skipMetricValidation, dimensions = [] } of (type && criteria?.allOf) || []) {
        const unknown = skipMetricValidation ? undefined : unknownMetric(scopes[0], metricName);
        if (unknown) return unknown;
        const dimension = dimensions.find(({ name }) => !DIMENSIONS[type!]!.some((known) => sameId(known, name)));
        if (dimension) return `The dimension '${dimension.name}' is not one of ${type}: ${DIMENSIONS[type!]!.join(", ")}.`;
      }
      return undefined;
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
      const wrong = wrongReference(id, SINK_TYPES.workspaceId, context);
      return wrong && `The Log Analytics workspace '${id}' ${wrong}.`;
    },
  },
];
