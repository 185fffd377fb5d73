/** Log categories of an endpoint. Source: Azure docs, how-to-monitor-online-endpoints. */
export const LOG_CATEGORIES = ["AmlOnlineEndpointTrafficLog", "AmlOnlineEndpointConsoleLog", "AmlOnlineEndpointEventLog"] as const;

/** Category group of all logs of a resource. Source: Azure docs, diagnostic-settings. */
export const ALL_LOGS = "allLogs";

/** Category of all metrics of a resource. Source: Azure docs, diagnostic-settings. */
export const ALL_METRICS = "AllMetrics";

/** Category group of the logs that record access to a resource. Source: Azure docs, diagnostic-settings. */
export const AUDIT_LOGS = "audit";
