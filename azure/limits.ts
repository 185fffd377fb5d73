/** Azure's limits, each with its source. If a limit can be raised or lowered, the value is the highest that Azure allows. */

/** Managed online endpoints and their deployments. Source: Azure docs, how-to-manage-quotas (2026-01-27). */
export const endpointLimits = {
  /** Longest duration of one request, in seconds. */
  requestTimeoutSeconds: 180,
  /** Active connections of one endpoint. */
  connections: 500,
  /** Requests of one endpoint per second. Above it, the endpoint answers with 429. */
  requestsPerSecond: 500,
  /** New connections of one endpoint per second. */
  connectionsPerSecond: 500,
  /** Deployments of one endpoint. */
  deployments: 20,
  /** Instances of one deployment. */
  instances: 50,
  /** Length of the name of an endpoint or a deployment, in characters. */
  nameLength: { min: 3, max: 32 },
  /** Highest percentage of mirrored traffic. Source: Azure docs, how-to-safely-rollout-online-endpoints. */
  mirrorPercent: 50,
} as const;

/** Endpoints and deployments of one subscription in one region. Source: Azure docs, how-to-manage-quotas (2026-01-27). */
export const regionLimits = { endpoints: 100, deployments: 500 } as const;

/** Quota that Azure reserves in addition for upgrades, as a percentage of instances. Source: Azure docs, how-to-manage-quotas (2026-01-27). */
export const upgradeReservePercent = 20;

/** Autoscale settings. Source: Azure REST specification, Microsoft.Insights/autoscalesettings (2022-10-01). */
export const autoscaleLimits = {
  /** Minutes over which a metric is averaged. */
  window: { min: 5, max: 12 * 60 },
  /** Minutes between a scale action and the next one. */
  cooldown: { min: 1, max: 7 * 24 * 60 },
} as const;

/** Tags of one resource. Source: Azure docs, tag-resources, "Limitations". */
export const tagLimits = {
  perResource: 50,
  perDnsZone: 15,
  /** Name length that every resource supports, in characters: storage accounts allow 128, other resources 512. */
  nameLength: 128,
  valueLength: 256,
} as const;

/** An action group and the alerts that use it. Source: Azure docs, azure-monitor/service-limits. */
export const alertLimits = {
  /** Action groups of one alert rule. */
  actionGroups: 5,
  /** Email receivers of one action group. */
  emails: 1000,
} as const;

/** Retention of a Log Analytics workspace with the tier PerGB2018, in days. Source: Azure docs, azure-monitor/logs/data-retention-configure. */
export const logRetentionDays = { min: 30, max: 730 } as const;

/** Bytes in the body of a request to Azure Resource Manager. Source: Azure docs, azure-resource-manager/templates/best-practices, "4 MB". */
export const armRequestBytes = 4 * 1024 * 1024;

/** DNS servers of one virtual network. Source: Azure docs, azure-subscription-service-limits, "Networking limits". */
export const dnsServersPerNetwork = 20;

/** Characters in the name of an outbound rule of a managed network. Source: ARM schema of workspaces/outboundRules. */
export const outboundRuleNameLength = { min: 3, max: 33 } as const;
