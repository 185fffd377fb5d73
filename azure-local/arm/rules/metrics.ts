/** What Azure measures of endpoints and deployments. Source: Azure docs, azure-monitor/reference/supported-metrics of the two namespaces. */
import { typeOf } from "../path";
import { DEPLOYMENT, ENDPOINT } from "../types/onlineEndpointBodies";

/** Names by type. */
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

/** What a metric can be split by. By type. */
export const DIMENSIONS: Readonly<Record<string, readonly string[]>> = {
  [DEPLOYMENT]: ["instanceId", "disk", "State", "envoy_response_code"],
  [ENDPOINT]: ["deployment", "statusCode", "statusCodeClass", "modelStatusCode"],
};

/** The type, as spelled above, that a resource with metrics is of; undefined for what has no list here. */
export function measured(resourceUri: string | undefined): string | undefined {
  const type = typeOf(resourceUri ?? "").toLowerCase();
  return Object.keys(METRICS).find((name) => name.toLowerCase() === type);
}

export function unknownMetric(resourceUri: string | undefined, metric: string): string | undefined {
  const type = measured(resourceUri);
  return type && !METRICS[type]!.includes(metric)
    ? `The metric '${metric}' is not one of ${type}: ${METRICS[type]!.join(", ")}.`
    : undefined;
}
