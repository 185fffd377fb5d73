import { paths } from "../platform";
import { but, type Refusal, type Scene } from "./refusal";

const INSIGHTS = "/resourceGroups/rg/providers/Microsoft.Insights";
const scale = `${INSIGHTS}/autoscalesettings/main`;
const diagnostic = `${paths.endpoint}/providers/Microsoft.Insights/diagnosticSettings/logs`;
const alert = `${INSIGHTS}/metricAlerts/latency`;

function autoscale({ id }: Scene) {
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

function diagnostics({ id }: Scene) {
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
      criteria: { "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", allOf: [] },
      actions: [],
    },
  };
}

/** Refused and accepted differ in the value at one path of the body. */
function differ(
  below: string,
  body: (scene: Scene) => unknown,
  path: string,
  refused: unknown,
  accepted: unknown,
): Pick<Refusal, "refused" | "accepted"> {
  return {
    refused: (scene) => ["PUT", below, but(body(scene), path, refused)],
    accepted: (scene) => ["PUT", below, but(body(scene), path, accepted)],
  };
}

const RULE = "properties/profiles/0/rules/0";

export const monitorRefusals: readonly Refusal[] = [
  {
    rule: "autoscale-target",
    answer: "404 ResourceNotFound",
    refused: (scene) => ["PUT", scale, but(autoscale(scene), "properties/targetResourceUri", `${scene.id(paths.deployment)}-gone`)],
    accepted: (scene) => ["PUT", scale, autoscale(scene)],
  },
  {
    rule: "autoscale-one-per-target",
    answer: "409 Conflict",
    given: (scene) => scene.caller.made(scale, autoscale(scene)),
    refused: (scene) => ["PUT", `${scale}-2`, autoscale(scene)],
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
    case: "at most 50 instances",
    answer: "400 InvalidAutoscaleSetting",
    ...differ(scale, autoscale, "properties/profiles/0/capacity/maximum", "51", "50"),
  },
  {
    rule: "autoscale-counts",
    answer: "400 InvalidAutoscaleSetting",
    refused: (scene) => ["PUT", scale, but(autoscale(scene), "properties/profiles", profiles(scene, 11))],
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
    rule: "autoscale-metrics",
    answer: "400 InvalidAutoscaleSetting",
    ...differ(scale, autoscale, `${RULE}/metricTrigger/metricName`, "RequestLatencyP95", "RequestLatency_P95"),
  },
  {
    rule: "diagnostic-sink",
    answer: "400 BadRequest",
    ...differ(diagnostic, diagnostics, "properties/workspaceId", undefined, undefined),
    accepted: (scene) => ["PUT", diagnostic, diagnostics(scene)],
  },
  {
    rule: "diagnostic-categories",
    answer: "400 BadRequest",
    ...differ(diagnostic, diagnostics, "properties/logs/0/category", "AmlOnlineEndpointRequestLog", "AmlOnlineEndpointEventLog"),
  },
  {
    rule: "diagnostic-sink-once",
    answer: "409 Conflict",
    given: (scene) => scene.caller.made(diagnostic, diagnostics(scene)),
    ...differ(`${diagnostic}-2`, diagnostics, "properties/logs/0/category", "AmlOnlineEndpointTrafficLog", "AmlOnlineEndpointEventLog"),
  },
  {
    rule: "diagnostic-five",
    answer: "400 BadRequest",
    given: async (scene) => {
      const { caller, body } = scene;
      for (const index of [1, 2, 3, 4, 5]) {
        await caller.made(`${paths.logs}${index}`, body.logs);
        await caller.made(`${diagnostic}${index}`, but(diagnostics(scene), "properties/workspaceId", scene.id(`${paths.logs}${index}`)));
      }
    },
    refused: (scene) => ["PUT", diagnostic, diagnostics(scene)],
    accepted: (scene) => ["PUT", `${diagnostic}5`, but(diagnostics(scene), "properties/workspaceId", scene.id(`${paths.logs}5`))],
  },
  { rule: "metric-alert-location", answer: "400 BadRequest", ...differ(alert, latencyAlert, "location", "swedencentral", "global") },
  {
    rule: "alert-references",
    answer: "404 ResourceNotFound",
    refused: (scene) => ["PUT", alert, but(latencyAlert(scene), "properties/scopes", [`${scene.id(paths.endpoint)}-gone`])],
    accepted: (scene) => ["PUT", alert, latencyAlert(scene)],
  },
  {
    rule: "components-workspace",
    answer: "400 BadRequest",
    refused: ({ body }) => ["PUT", `${paths.insights}2`, but(body.insights, "properties/WorkspaceResourceId", undefined)],
    accepted: ({ body }) => ["PUT", `${paths.insights}2`, body.insights],
  },
];

function recurrence(frequency: string) {
  return { frequency, schedule: { timeZone: "W. Europe Standard Time", days: ["Monday"], hours: [8], minutes: [0] } };
}

function profiles(scene: Scene, rules: number) {
  const [profile] = autoscale(scene).properties.profiles;
  return [{ ...profile, rules: Array.from({ length: rules }, () => profile!.rules[0]) }];
}
