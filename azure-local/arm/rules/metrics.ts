/** Metrics of endpoints and deployments. Source: Azure docs, azure-monitor/reference/supported-metrics of the two namespaces (07/2026). */
import { sameId, typeOf } from "../path";
import { DEPLOYMENT, ENDPOINT } from "../types/onlineEndpointBodies";

interface Metric {
  /** Dimensions of the metric. */
  readonly dimensions: readonly string[];
  readonly aggregations: readonly string[];
}

const average = (...dimensions: string[]): Metric => ({ dimensions, aggregations: ["Average"] });
const averageMinMax = (...dimensions: string[]): Metric => ({ dimensions, aggregations: ["Average", "Minimum", "Maximum"] });

/** Metrics by resource type and name. */
const METRICS: Readonly<Record<string, Readonly<Record<string, Metric>>>> = {
  [DEPLOYMENT]: {
    CpuUtilizationPercentage: averageMinMax("instanceId"),
    CpuMemoryUtilizationPercentage: averageMinMax("instanceId"),
    GpuUtilizationPercentage: averageMinMax("instanceId"),
    GpuMemoryUtilizationPercentage: averageMinMax("instanceId"),
    DiskUtilization: averageMinMax("instanceId", "disk"),
    GpuEnergyJoules: averageMinMax("instanceId"),
    DeploymentCapacity: averageMinMax("instanceId", "State"),
    RequestsPerMinute: average("envoy_response_code"),
    RequestLatency_P50: average(),
    RequestLatency_P90: average(),
    RequestLatency_P95: average(),
    RequestLatency_P99: average(),
    DataCollectionEventsPerMinute: averageMinMax("instanceId", "type"),
    DataCollectionErrorsPerMinute: averageMinMax("instanceId", "reason", "type"),
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
    DataCollectionEventsPerMinute: averageMinMax("deployment", "type"),
    DataCollectionErrorsPerMinute: averageMinMax("deployment", "reason", "type"),
  },
};

/** The type of a resource, as spelled above. Undefined if its metrics aren't listed here. */
export function metricTypeOf(resourceUri: string | undefined): string | undefined {
  const type = typeOf(resourceUri ?? "").toLowerCase();
  return Object.keys(METRICS).find((name) => name.toLowerCase() === type);
}

/** Undefined for a type that isn't listed here, and for an unknown metric. */
export function metricOf(resourceUri: string | undefined, metric: string): Metric | undefined {
  const type = metricTypeOf(resourceUri);
  return type === undefined ? undefined : METRICS[type]![metric];
}

export function metricError(resourceUri: string | undefined, metric: string): string | undefined {
  const type = metricTypeOf(resourceUri);
  return type && !metricOf(resourceUri, metric)
    ? `The metric '${metric}' is not supported by ${type}: it must be one of ${Object.keys(METRICS[type]!).join(", ")}.`
    : undefined;
}

/** The message about the first dimension that the metric doesn't support. */
export function dimensionError(resourceUri: string | undefined, metric: string, dimensions: readonly string[]): string | undefined {
  const supported = metricOf(resourceUri, metric)?.dimensions;
  const unknown = supported && dimensions.find((name) => !supported.some((one) => sameId(one, name)));
  return unknown === undefined
    ? undefined
    : `The dimension '${unknown}' is not supported by the metric ${metric}. Supported: ${supported!.join(", ") || "none"}.`;
}
