/** What Azure measures of endpoints and deployments. Source: Azure docs, azure-monitor/reference/supported-metrics of the two namespaces (07/2026). */
import { sameId, typeOf } from "../path";
import { DEPLOYMENT, ENDPOINT } from "../types/onlineEndpointBodies";

interface Metric {
  /** What it can be split by. */
  readonly dimensions: readonly string[];
  readonly aggregations: readonly string[];
}

const average = (...dimensions: string[]): Metric => ({ dimensions, aggregations: ["Average"] });
const spread = (...dimensions: string[]): Metric => ({ dimensions, aggregations: ["Average", "Minimum", "Maximum"] });

/** By type and name. */
const METRICS: Readonly<Record<string, Readonly<Record<string, Metric>>>> = {
  [DEPLOYMENT]: {
    CpuUtilizationPercentage: spread("instanceId"),
    CpuMemoryUtilizationPercentage: spread("instanceId"),
    GpuUtilizationPercentage: spread("instanceId"),
    GpuMemoryUtilizationPercentage: spread("instanceId"),
    DiskUtilization: spread("instanceId", "disk"),
    GpuEnergyJoules: spread("instanceId"),
    DeploymentCapacity: spread("instanceId", "State"),
    RequestsPerMinute: average("envoy_response_code"),
    RequestLatency_P50: average(),
    RequestLatency_P90: average(),
    RequestLatency_P95: average(),
    RequestLatency_P99: average(),
    DataCollectionEventsPerMinute: spread("instanceId", "type"),
    DataCollectionErrorsPerMinute: spread("instanceId", "reason", "type"),
  },
  [ENDPOINT]: {
    RequestsPerMinute: average("deployment", "statusCode", "statusCodeClass", "modelStatusCode"),
    RequestLatency: average("deployment"),
    RequestLatency_P50: average("deployment"),
    RequestLatency_P90: average("deployment"),
    RequestLatency_P95: average("deployment"),
    RequestLatency_P99: average("deployment"),
    ConnectionsActive: average(),
    NewConnectionsPerSecond: average(),
    NetworkBytes: average(),
    DataCollectionEventsPerMinute: spread("deployment", "type"),
    DataCollectionErrorsPerMinute: spread("deployment", "reason", "type"),
  },
};

/** The type, as spelled above, that a resource with metrics is of; undefined for what has no list here. */
export function measured(resourceUri: string | undefined): string | undefined {
  const type = typeOf(resourceUri ?? "").toLowerCase();
  return Object.keys(METRICS).find((name) => name.toLowerCase() === type);
}

/** Undefined for what has no list here, and for a metric that its type doesn't have. */
export function metricOf(resourceUri: string | undefined, metric: string): Metric | undefined {
  const type = measured(resourceUri);
  return type === undefined ? undefined : METRICS[type]![metric];
}

export function unknownMetric(resourceUri: string | undefined, metric: string): string | undefined {
  const type = measured(resourceUri);
  return type && !metricOf(resourceUri, metric)
    ? `The metric '${metric}' is not one of ${type}: ${Object.keys(METRICS[type]!).join(", ")}.`
    : undefined;
}

/** The sentence about the first of the dimensions that a metric can't be split by. */
export function unknownDimension(resourceUri: string | undefined, metric: string, dimensions: readonly string[]): string | undefined {
  const known = metricOf(resourceUri, metric)?.dimensions;
  const unknown = known && dimensions.find((name) => !known.some((one) => sameId(one, name)));
  return unknown === undefined
    ? undefined
    : `The dimension '${unknown}' is not one of the metric ${metric}: ${known!.join(", ") || "it has none"}.`;
}
