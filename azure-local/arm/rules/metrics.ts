/** Metrics of endpoints and deployments. Source: Azure docs, azure-monitor/reference/supported-metrics of the two namespaces (07/2026). */
import { sameId, typeOf } from "../path";
import { DEPLOYMENT, ENDPOINT } from "../types/onlineEndpointBodies";

interface Metric {
  /** Dimensions of the metric. */
  readonly dimensions: readonly string[];
  readonly aggregations: readonly string[];
}

const average = (...dimensions: string[]): Metric => ({ dimensions, aggregations: ["Average"] });
const spread = (...dimensions: string[]): Metric => ({ dimensions, aggregations: ["Average", "Minimum", "Maximum"] });

/** Metrics by resource type and name. */
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

/** The type of a resource, as spelled above. Undefined if its metrics aren't listed here. */
export function measured(resourceUri: string | undefined): string | undefined {
  const type = typeOf(resourceUri ?? "").toLowerCase();
  return Object.keys(METRICS).find((name) => name.toLowerCase() === type);
}

/** Undefined for a type that isn't listed here, and for an unknown metric. */
export function metricOf(resourceUri: string | undefined, metric: string): Metric | undefined {
  const type = measured(resourceUri);
  return type === undefined ? undefined : METRICS[type]![metric];
}

export function unknownMetric(resourceUri: string | undefined, metric: string): string | undefined {
  const type = measured(resourceUri);
  return type && !metricOf(resourceUri, metric)
    ? `The metric '${metric}' is not supported by ${type}: it must be one of ${Object.keys(METRICS[type]!).join(", ")}.`
    : undefined;
}

/** The message about the first dimension that the metric doesn't support. */
export function unknownDimension(resourceUri: string | undefined, metric: string, dimensions: readonly string[]): string | undefined {
  const supported = metricOf(resourceUri, metric)?.dimensions;
  const unknown = supported && dimensions.find((name) => !supported.some((one) => sameId(one, name)));
  return unknown === undefined
    ? undefined
    : `The dimension '${unknown}' is not supported by the metric ${metric}. Supported: ${supported!.join(", ") || "none"}.`;
}
