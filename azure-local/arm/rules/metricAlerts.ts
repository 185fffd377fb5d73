/** Rules of metric alerts. */
import { secondsOf } from "../duration";
import type { Rule } from "../model";
import { isMissing, referenceError } from "./common";
import { metricError } from "./metrics";

const METRIC_ALERT = "Microsoft.Insights/metricAlerts";
const SPECIFICATION = "Azure REST specification, monitor";

interface AlertProperties {
  readonly scopes?: readonly string[];
  /** A list for metric alerts, an object for log query alerts. */
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
}

function alertOf(body: { properties?: unknown }): AlertProperties {
  return body.properties as AlertProperties;
}

export const alertRules: readonly Rule[] = [
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
      if (missing) return `'${missing}', which the alert '${context.name}' references, was not found.`;
      const groups =
        "actionGroups" in actions
          ? actions.actionGroups
          : (actions as readonly { actionGroupId?: string }[]).map(({ actionGroupId }) => actionGroupId);
      for (const id of groups ?? []) {
        const error = referenceError(id, "Microsoft.Insights/actionGroups", context);
        if (error) return `'${id}', which the alert '${context.name}' references, ${error}.`;
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
      if (![0, 1, 2, 3, 4].includes(alert.severity)) return `'properties.severity' is ${alert.severity}: it must be between 0 and 4.`;
      const invalid = (["evaluationFrequency", "windowSize"] as const).find((name) => secondsOf(alert[name]) === undefined);
      return invalid && `'properties.${invalid}' is '${alert[invalid]}': it must be an ISO 8601 duration.`;
    },
  },
  {
    code: "alert-window",
    types: [METRIC_ALERT],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/alerts: the window is at least as long as the evaluation interval",
    grade: "K",
    check: ({ body }) => {
      const { evaluationFrequency, windowSize } = alertOf(body);
      return secondsOf(windowSize)! < secondsOf(evaluationFrequency)!
        ? `'properties.windowSize' is ${windowSize}: it must be at least as long as evaluationFrequency, ${evaluationFrequency}.`
        : undefined;
    },
  },
  {
    code: "alert-metrics",
    types: [METRIC_ALERT],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, azure-monitor/reference/supported-metrics: names",
    grade: "D",
    check: ({ body }) => {
      const { scopes = [], criteria } = alertOf(body);
      for (const { metricName, skipMetricValidation } of criteria?.allOf ?? []) {
        const unknown = skipMetricValidation ? undefined : metricError(scopes[0], metricName);
        if (unknown) return unknown;
      }
      return undefined;
    },
  },
];
