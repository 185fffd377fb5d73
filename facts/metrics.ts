/** Metrics of online endpoints and of their deployments. Source: Azure docs, azure-monitor/reference/supported-metrics. */

/** Metrics that both endpoints and deployments have. */
export const METRICS = { requestsPerMinute: "RequestsPerMinute", latencyP95: "RequestLatency_P95" } as const;

/** Dimensions of an endpoint's metrics. */
export const ENDPOINT_DIMENSIONS = { statusCode: "statusCode", statusCodeClass: "statusCodeClass" } as const;

/** Minutes between two values of a metric. */
export const METRIC_GRAIN_MINUTES = 1;
