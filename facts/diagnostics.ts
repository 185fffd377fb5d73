/** Log categories of an endpoint. Source: Azure docs, how-to-monitor-online-endpoints. */
export const LOG_CATEGORIES = ["AmlOnlineEndpointTrafficLog", "AmlOnlineEndpointConsoleLog", "AmlOnlineEndpointEventLog"] as const;

/** Group that holds all log categories of a resource. Source: Azure docs, diagnostic-settings. */
export const ALL_LOGS = "allLogs";

/** What stands for all metrics of a resource. Source: Azure docs, diagnostic-settings. */
export const ALL_METRICS = "AllMetrics";
