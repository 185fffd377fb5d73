import { paths } from "../platform";
import { but, differ, type RejectedRequest, type Scene } from "./rejectedRequest";

const INSIGHTS = "/resourceGroups/rg/providers/Microsoft.Insights";
const scale = `${INSIGHTS}/autoscalesettings/main`;
const diagnostic = `${paths.endpoint}/providers/Microsoft.Insights/diagnosticSettings/logs`;
const alert = `${INSIGHTS}/metricAlerts/latency`;

export function autoscale({ id }: Scene) {
  const rule = {
    metricTrigger: {
      metricName: "RequestsPerMinute",
      metricResourceUri: id(paths.deployment),
      timeGrain: "PT1M",
      statistic: "Average",
      timeWindow: "PT5M",
      timeAggregation: "Average",
      operator: "GreaterThan",
      threshold: 600,
    },
    scaleAction: { direction: "Increase", type: "ChangeCount", value: "1", cooldown: "PT10M" },
  };
  return {
    location: "swedencentral",
    properties: {
      enabled: true,
      targetResourceUri: id(paths.deployment),
      profiles: [{ name: "load", capacity: { minimum: "2", maximum: "6", default: "2" }, rules: [rule] }],
    },
  };
}

export function diagnostics({ id }: Scene) {
  return {
    properties: {
      workspaceId: id(paths.logs),
      logs: [{ category: "AmlOnlineEndpointTrafficLog", enabled: true }],
      metrics: [] as { category: string; enabled: boolean }[],
    },
  };
}

function latencyAlert({ id }: Scene) {
  return {
    location: "global",
    properties: {
      severity: 2,
      enabled: true,
      scopes: [id(paths.endpoint)],
      evaluationFrequency: "PT1M",
      windowSize: "PT5M",
      criteria: { "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", allOf: [criterion("RequestLatency_P95")] },
      actions: [],
    },
  };
}

const INVALID = "400 InvalidAutoscaleSetting";
const ENDPOINTS = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";
const RECURRENCE = "properties/profiles/0/recurrence";
const RULE = "properties/profiles/0/rules/0";

export const monitorRejections: readonly RejectedRequest[] = [
  {
    rule: "autoscale-target",
    answer: "404 ResourceNotFound",
    rejected: (scene) => ["PUT", scale, but(autoscale(scene), "properties/targetResourceUri", `${scene.id(paths.deployment)}-gone`)],
    accepted: (scene) => ["PUT", scale, autoscale(scene)],
  },
  {
    rule: "autoscale-target",
    case: "the endpoint instead of the deployment",
    answer: "404 ResourceNotFound",
    rejected: (scene) => ["PUT", scale, but(autoscale(scene), "properties/targetResourceUri", scene.id(paths.endpoint))],
    accepted: (scene) => ["PUT", scale, autoscale(scene)],
  },
  { rule: "autoscale-location", answer: INVALID, ...differ(scale, autoscale, "location", "westeurope", "Sweden Central") },
  {
    rule: "autoscale-not-predictive",
    answer: INVALID,
    ...differ(scale, autoscale, "properties/predictiveAutoscalePolicy", { scaleMode: "Enabled" }, { scaleMode: "Disabled" }),
  },
  {
    rule: "autoscale-one-per-target",
    answer: "409 Conflict",
    setup: (scene) => scene.caller.made(scale, autoscale(scene)),
    rejected: (scene) => ["PUT", `${scale}-2`, autoscale(scene)],
    accepted: (scene) => ["PUT", scale, autoscale(scene)],
  },
  {
    rule: "autoscale-capacity",
    answer: "400 InvalidAutoscaleSetting",
    ...differ(
      scale,
      autoscale,
      "properties/profiles/0/capacity",
      { minimum: "3", maximum: "6", default: "2" },
      { minimum: "2", maximum: "6", default: "3" },
    ),
  },
  {
    rule: "autoscale-capacity",
    case: "more than 50 instances",
    answer: "400 InvalidAutoscaleSetting",
    ...differ(scale, autoscale, "properties/profiles/0/capacity/maximum", "51", "50"),
  },
  {
    rule: "autoscale-capacity",
    case: "not an integer",
    answer: INVALID,
    ...differ(scale, autoscale, "properties/profiles/0/capacity/maximum", "6.0", "6"),
  },
  {
    rule: "autoscale-capacity",
    case: "a raised limit",
    answer: INVALID,
    options: { limits: { instancesPerDeployment: 60 } },
    ...differ(scale, autoscale, "properties/profiles/0/capacity/maximum", "61", "60"),
  },
  {
    rule: "autoscale-counts",
    answer: "400 InvalidAutoscaleSetting",
    rejected: (scene) => ["PUT", scale, but(autoscale(scene), "properties/profiles", profiles(scene, 11))],
    accepted: (scene) => ["PUT", scale, but(autoscale(scene), "properties/profiles", profiles(scene, 10))],
  },
  {
    rule: "autoscale-times",
    answer: "400 InvalidAutoscaleSetting",
    ...differ(scale, autoscale, `${RULE}/metricTrigger/timeWindow`, "PT4M", "PT5M"),
  },
  {
    rule: "autoscale-times",
    case: "cooldown",
    answer: "400 InvalidAutoscaleSetting",
    ...differ(scale, autoscale, `${RULE}/scaleAction/cooldown`, "PT30S", "PT1M"),
  },
  {
    rule: "autoscale-recurrence",
    answer: "400 InvalidAutoscaleSetting",
    ...differ(scale, autoscale, "properties/profiles/0/recurrence", recurrence("Day"), recurrence("Week")),
  },
  {
    rule: "autoscale-schedule",
    answer: INVALID,
    ...differ(scale, autoscale, RECURRENCE, weekly({ timeZone: "Europe/Stockholm" }), weekly({ timeZone: "UTC" })),
  },
  {
    rule: "autoscale-schedule",
    case: "the short name of a day",
    answer: INVALID,
    ...differ(scale, autoscale, RECURRENCE, weekly({ days: ["Mon"] }), weekly({ days: ["Monday", "Friday"] })),
  },
  {
    rule: "autoscale-schedule",
    case: "hours",
    answer: INVALID,
    ...differ(scale, autoscale, RECURRENCE, weekly({ hours: [24] }), weekly({ hours: [23] })),
  },
  {
    rule: "autoscale-schedule",
    case: "minutes",
    answer: INVALID,
    ...differ(scale, autoscale, RECURRENCE, weekly({ minutes: [60] }), weekly({ minutes: [59] })),
  },
  {
    rule: "autoscale-schedule",
    case: "the end of a fixed date",
    answer: INVALID,
    ...differ(scale, autoscale, "properties/profiles/0/fixedDate", days("2026-02-01", "2026-01-01"), days("2026-01-01", "2026-02-01")),
  },
  {
    rule: "autoscale-schedule",
    case: "the duration of a fixed date",
    answer: INVALID,
    ...differ(scale, autoscale, "properties/profiles/0/fixedDate", days("2026-01-01", "2027-01-02"), days("2026-01-01", "2027-01-01")),
  },
  { rule: "autoscale-action", answer: INVALID, ...differ(scale, autoscale, `${RULE}/scaleAction/value`, "0", "2") },
  {
    rule: "autoscale-metrics",
    answer: "400 InvalidAutoscaleSetting",
    ...differ(scale, autoscale, `${RULE}/metricTrigger/metricName`, "RequestLatencyP95", "RequestLatency_P95"),
  },
  {
    rule: "autoscale-metrics",
    case: "an unsupported time grain",
    answer: INVALID,
    ...differ(scale, autoscale, `${RULE}/metricTrigger/timeGrain`, "PT5M", "PT60S"),
  },
  {
    rule: "autoscale-metrics",
    case: "the namespace of another resource type",
    answer: INVALID,
    ...differ(scale, autoscale, `${RULE}/metricTrigger/metricNamespace`, ENDPOINTS, `${ENDPOINTS}/deployments`),
  },
  {
    rule: "autoscale-metrics",
    case: "an unknown resource",
    answer: INVALID,
    rejected: (scene) => [
      "PUT",
      scale,
      but(autoscale(scene), `${RULE}/metricTrigger/metricResourceUri`, `${scene.id(paths.endpoint)}-gone`),
    ],
    accepted: (scene) => ["PUT", scale, but(autoscale(scene), `${RULE}/metricTrigger/metricResourceUri`, scene.id(paths.endpoint))],
  },
  {
    rule: "diagnostic-sink",
    answer: "400 BadRequest",
    ...differ(diagnostic, diagnostics, "properties/workspaceId", undefined, undefined),
    accepted: (scene) => ["PUT", diagnostic, diagnostics(scene)],
  },
  {
    rule: "diagnostic-sink",
    case: "the Machine Learning workspace instead of the Log Analytics workspace",
    answer: "400 BadRequest",
    rejected: (scene) => ["PUT", diagnostic, but(diagnostics(scene), "properties/workspaceId", scene.id(paths.workspace))],
    accepted: (scene) => ["PUT", diagnostic, diagnostics(scene)],
  },
  {
    rule: "diagnostic-categories",
    case: "on a deployment",
    answer: "400 BadRequest",
    rejected: (scene) => ["PUT", diagnostic.replace(paths.endpoint, paths.deployment), diagnostics(scene)],
    accepted: (scene) => ["PUT", diagnostic, diagnostics(scene)],
  },
  {
    rule: "diagnostic-categories",
    case: "an endpoint's log category on the workspace",
    answer: "400 BadRequest",
    ...differ(
      diagnostic.replace(paths.endpoint, paths.workspace),
      diagnostics,
      "properties/logs/0/category",
      "AmlOnlineEndpointTrafficLog",
      "AmlComputeJobEvent",
    ),
  },
  {
    rule: "diagnostic-categories",
    answer: "400 BadRequest",
    ...differ(diagnostic, diagnostics, "properties/logs/0/category", "AmlOnlineEndpointRequestLog", "AmlOnlineEndpointEventLog"),
  },
  {
    rule: "diagnostic-sink-once",
    answer: "409 Conflict",
    setup: (scene) => scene.caller.made(diagnostic, diagnostics(scene)),
    ...differ(`${diagnostic}-2`, diagnostics, "properties/logs/0/category", "AmlOnlineEndpointTrafficLog", "AmlOnlineEndpointEventLog"),
  },
  {
    rule: "diagnostic-five",
    answer: "400 BadRequest",
    setup: async (scene) => {
      const { caller, body } = scene;
      for (const index of [1, 2, 3, 4, 5]) {
        await caller.made(`${paths.logs}${index}`, body.logs);
        await caller.made(`${diagnostic}${index}`, but(diagnostics(scene), "properties/workspaceId", scene.id(`${paths.logs}${index}`)));
      }
    },
    rejected: (scene) => ["PUT", diagnostic, diagnostics(scene)],
    accepted: (scene) => ["PUT", `${diagnostic}5`, but(diagnostics(scene), "properties/workspaceId", scene.id(`${paths.logs}5`))],
  },
  { rule: "metric-alert-location", answer: "400 BadRequest", ...differ(alert, latencyAlert, "location", "swedencentral", "global") },
  {
    rule: "alert-references",
    answer: "404 ResourceNotFound",
    rejected: (scene) => ["PUT", alert, but(latencyAlert(scene), "properties/scopes", [`${scene.id(paths.endpoint)}-gone`])],
    accepted: (scene) => ["PUT", alert, latencyAlert(scene)],
  },
  {
    rule: "alert-references",
    case: "a resource that is not an action group",
    answer: "404 ResourceNotFound",
    rejected: (scene) => ["PUT", alert, but(latencyAlert(scene), "properties/actions", [{ actionGroupId: scene.id(paths.logs) }])],
    accepted: (scene) => ["PUT", alert, latencyAlert(scene)],
  },
  { rule: "alert-values", answer: "400 BadRequest", ...differ(alert, latencyAlert, "properties/severity", 5, 4) },
  {
    rule: "alert-values",
    case: "durations",
    answer: "400 BadRequest",
    ...differ(alert, latencyAlert, "properties/windowSize", "5m", "PT5M"),
  },
  { rule: "alert-window", answer: "400 BadRequest", ...differ(alert, latencyAlert, "properties/evaluationFrequency", "PT15M", "PT5M") },
  {
    rule: "alert-metrics",
    answer: "400 BadRequest",
    ...differ(alert, latencyAlert, "properties/criteria/allOf", [criterion("RequestLatencyP95")], [criterion("RequestLatency_P95")]),
  },
  {
    rule: "alert-dimensions",
    case: "an unknown dimension",
    answer: "400 BadRequest",
    ...differ(
      alert,
      latencyAlert,
      "properties/criteria/allOf",
      [criterion("RequestsPerMinute", "statusClass")],
      [criterion("RequestsPerMinute", "statusCodeClass")],
    ),
  },
  {
    rule: "components-workspace",
    answer: "400 BadRequest",
    rejected: ({ body }) => ["PUT", `${paths.insights}2`, but(body.insights, "properties/WorkspaceResourceId", undefined)],
    accepted: ({ body }) => ["PUT", `${paths.insights}2`, body.insights],
  },
  {
    rule: "components-workspace",
    case: "a resource that is not a Log Analytics workspace",
    answer: "400 BadRequest",
    rejected: ({ body, id }) => ["PUT", `${paths.insights}2`, but(body.insights, "properties/WorkspaceResourceId", id(paths.workspace))],
    accepted: ({ body }) => ["PUT", `${paths.insights}2`, body.insights],
  },
];

function recurrence(frequency: string, schedule: object = {}) {
  return { frequency, schedule: { timeZone: "W. Europe Standard Time", days: ["Monday"], hours: [8], minutes: [0], ...schedule } };
}

function weekly(schedule: object) {
  return recurrence("Week", schedule);
}

function days(start: string, end: string) {
  return { timeZone: "UTC", start: `${start}T00:00:00Z`, end: `${end}T00:00:00Z` };
}

/** A condition of an alert, split by the values of a dimension if one is set. */
function criterion(metricName: string, dimension?: string) {
  const dimensions = dimension ? [{ name: dimension, operator: "Include", values: ["5xx"] }] : [];
  const limit = { operator: "GreaterThan", threshold: 1, timeAggregation: "Average" };
  return { criterionType: "StaticThresholdCriterion", name: "one", metricNamespace: ENDPOINTS, metricName, dimensions, ...limit };
}

function profiles(scene: Scene, rules: number) {
  const [profile] = autoscale(scene).properties.profiles;
  return [{ ...profile, rules: Array.from({ length: rules }, () => profile!.rules[0]) }];
}
