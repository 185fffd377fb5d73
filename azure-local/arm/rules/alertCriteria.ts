/** Checks of metric alert values that the API specification doesn't restrict: times, conditions, scopes, actions. */
import { secondsOf } from "../duration";
import type { Rule } from "../model";
import { sameId, typeOf } from "../path";
import { sameRegion } from "../region";
import { dimensionError, metricOf, metricTypeOf } from "./metrics";

const METRIC_ALERT = "Microsoft.Insights/metricAlerts";
const ALERTS = "Azure docs, azure-monitor/alerts";
const SAMPLES = `${ALERTS}/resource-manager-alerts-metric (allowed values of the templates)`;
const SINGLE = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria";

const MOST_ACTION_GROUPS = 5;
const MOST_CONDITIONS = 5;
const LONGEST_DESCRIPTION = 2048;

/** Allowed evaluation frequencies and window sizes for static and dynamic thresholds. */
const TIMES = {
  static: {
    evaluationFrequency: ["PT1M", "PT5M", "PT15M", "PT30M", "PT1H"],
    windowSize: ["PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D"],
  },
  dynamic: { evaluationFrequency: ["PT5M", "PT15M", "PT30M", "PT1H"], windowSize: ["PT5M", "PT15M", "PT30M", "PT1H"] },
} satisfies Record<string, Record<"evaluationFrequency" | "windowSize", string[]>>;

interface Criterion {
  readonly name: string;
  readonly criterionType?: string;
  readonly metricName: string;
  readonly metricNamespace?: string;
  readonly timeAggregation: string;
  readonly skipMetricValidation?: boolean;
  readonly dimensions?: readonly { readonly name: string; readonly operator: string; readonly values: readonly unknown[] }[];
  readonly failingPeriods?: { readonly numberOfEvaluationPeriods: number; readonly minFailingPeriodsToAlert: number };
}

interface Alert {
  readonly description?: string;
  readonly scopes: readonly string[];
  readonly evaluationFrequency: string;
  readonly windowSize: string;
  readonly targetResourceType?: string;
  readonly targetResourceRegion?: string;
  readonly criteria: { readonly "odata.type": string; readonly allOf?: readonly Criterion[] };
  readonly actions?: readonly unknown[];
}

function alertOf(body: { properties?: unknown }): Alert {
  return body.properties as Alert;
}

/** Metric criteria. Web test criteria have no list. */
function criteriaOf(body: { properties?: unknown }): readonly Criterion[] | undefined {
  const { criteria } = alertOf(body);
  return criteria["odata.type"].includes("MetricCriteria") ? (criteria.allOf ?? []) : undefined;
}

function isDynamic({ criterionType }: Criterion): boolean {
  return criterionType === "DynamicThresholdCriterion";
}

/** The message about the first invalid criterion. */
function firstError(body: { properties?: unknown }, check: (criterion: Criterion) => string | undefined): string | undefined {
  for (const criterion of criteriaOf(body) ?? []) {
    const error = check(criterion);
    if (error) return error;
  }
  return undefined;
}

const common = { types: [METRIC_ALERT], on: ["create", "update"], azureCode: "BadRequest", status: 400 } as const;

export const alertCriteriaRules: readonly Rule[] = [
  {
    ...common,
    code: "alert-frequency",
    source: SAMPLES,
    grade: "D",
    check: ({ body }) => {
      const alert = alertOf(body);
      const dynamic = (criteriaOf(body) ?? []).some(isDynamic);
      for (const name of ["evaluationFrequency", "windowSize"] as const) {
        const allowed = TIMES[dynamic ? "dynamic" : "static"][name];
        const value = alert[name];
        const seconds = secondsOf(value);
        // `metricAlerts.ts` rejects invalid durations.
        if (seconds !== undefined && !allowed.some((one) => secondsOf(one) === seconds))
          return `'properties.${name}' is ${value}: it must be one of ${allowed.join(", ")}${dynamic ? " with a dynamic threshold" : ""}.`;
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "alert-criteria",
    source: `${ALERTS}/alerts-create-metric-alert-rule and alerts-dynamic-thresholds: at most five conditions, or one with a dynamic threshold, in multiple-resource criteria; common knowledge: unique names`,
    grade: "K",
    check: ({ body }) => {
      const criteria = criteriaOf(body);
      if (!criteria) return undefined;
      if (criteria.length < 1 || criteria.length > MOST_CONDITIONS)
        return `'properties.criteria.allOf' has ${criteria.length} conditions: 1 to ${MOST_CONDITIONS} are allowed.`;
      if (criteria.some(isDynamic) && criteria.length > 1) return "An alert with a dynamic threshold can have only one condition.";
      if (criteria.some(isDynamic) && alertOf(body).criteria["odata.type"] === SINGLE)
        return `A dynamic threshold is not supported in ${SINGLE}: use Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria.`;
      const names = criteria.map(({ name }) => name);
      const duplicate = names.find((name, index) => names.indexOf(name) !== index);
      return duplicate && `The condition '${duplicate}' is specified twice: condition names must be unique.`;
    },
  },
  {
    ...common,
    code: "alert-failing-periods",
    source: `${SAMPLES}: minFailingPeriodsToAlert is at most numberOfEvaluationPeriods`,
    grade: "D",
    check: ({ body }) =>
      firstError(body, ({ failingPeriods }) => {
        const { numberOfEvaluationPeriods: all = 1, minFailingPeriodsToAlert: failing = 1 } = failingPeriods ?? {};
        return failing >= 1 && failing <= all
          ? undefined
          : `'failingPeriods.minFailingPeriodsToAlert' is ${failing}: it must be between 1 and numberOfEvaluationPeriods (${all}).`;
      }),
  },
  {
    ...common,
    code: "alert-dimensions",
    source:
      "Azure docs, azure-monitor/reference/supported-metrics: dimensions by metric; Azure REST specification, monitor: Include and Exclude",
    grade: "D",
    check: ({ body }) =>
      firstError(body, ({ metricName, dimensions = [] }) => {
        const unsupported = dimensions.find(({ operator }) => !["include", "exclude"].includes(operator.toLowerCase()));
        if (unsupported)
          return `The operator of the dimension '${unsupported.name}' is '${unsupported.operator}': it must be Include or Exclude.`;
        const empty = dimensions.find(({ values }) => values.length === 0);
        if (empty) return `The dimension '${empty.name}' requires at least one value.`;
        const names = dimensions.map(({ name }) => name);
        return dimensionError(alertOf(body).scopes[0], metricName, names);
      }),
  },
  {
    ...common,
    code: "alert-namespace",
    source: "Azure docs, azure-monitor/reference/supported-metrics: the namespace of a platform metric is the type of its resource",
    grade: "D",
    check: ({ body }) =>
      firstError(body, ({ metricNamespace, skipMetricValidation }) => {
        const type = metricTypeOf(alertOf(body).scopes[0]);
        return !type || skipMetricValidation || metricNamespace === undefined || sameId(metricNamespace, type)
          ? undefined
          : `The metricNamespace '${metricNamespace}' does not match the resource type of the scope, ${type}.`;
      }),
  },
  {
    ...common,
    code: "alert-aggregation",
    source: "Azure docs, azure-monitor/reference/supported-metrics: aggregations by metric; inferred: the service rejects other values",
    grade: "I",
    check: ({ body }) =>
      firstError(body, ({ metricName, timeAggregation }) => {
        const allowed = metricOf(alertOf(body).scopes[0], metricName)?.aggregations;
        return !allowed || allowed.includes(timeAggregation)
          ? undefined
          : `The aggregation ${timeAggregation} is not supported by the metric ${metricName}: it must be one of ${allowed.join(", ")}.`;
      }),
  },
  {
    ...common,
    code: "alert-scopes",
    source: `Azure REST specification, monitor: one scope, or several scopes with one type and region, which must be specified; ${ALERTS}/alerts-troubleshoot-metric: scopes can't be in different regions`,
    grade: "S",
    check: ({ body, inventory }) => {
      const { scopes, criteria, targetResourceType, targetResourceRegion } = alertOf(body);
      if (scopes.length === 0) return "A metric alert requires at least one scope in 'properties.scopes'.";
      if (scopes.length === 1) return undefined;
      if (criteria["odata.type"] === SINGLE)
        return `'properties.scopes' has ${scopes.length} entries: single-resource criteria allow one scope.`;
      if (!targetResourceType || !targetResourceRegion)
        return "With several scopes, 'properties.targetResourceType' and 'properties.targetResourceRegion' are required.";
      const foreign = scopes.find((id) => {
        const region = inventory.get(id)?.body.location;
        return !sameId(typeOf(id), targetResourceType) || (region !== undefined && !sameRegion(region, targetResourceRegion));
      });
      return foreign && `The scope '${foreign}' must be a ${targetResourceType} in ${targetResourceRegion}.`;
    },
  },
  {
    ...common,
    code: "alert-actions",
    source: `${ALERTS}/action-groups: at most five action groups per alert rule`,
    grade: "D",
    check: ({ body }) => {
      const count = (alertOf(body).actions ?? []).length;
      return count > MOST_ACTION_GROUPS
        ? `'properties.actions' has ${count} action groups: the limit is ${MOST_ACTION_GROUPS}.`
        : undefined;
    },
  },
  {
    ...common,
    code: "alert-description",
    source: "Azure docs, azure-monitor/service-limits (alerts): 2,048 characters",
    grade: "D",
    check: ({ body }) => {
      const { length } = alertOf(body).description ?? "";
      return length > LONGEST_DESCRIPTION
        ? `'properties.description' has ${length} characters: the limit is ${LONGEST_DESCRIPTION}.`
        : undefined;
    },
  },
];
