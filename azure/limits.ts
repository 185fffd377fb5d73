/** Limits that Azure sets, each with its source. Where a limit has a default of its own, the limit is what Azure allows at most. */

/** Managed online endpoints and their deployments. Source: Azure docs, how-to-manage-quotas (2026-01-27). */
export const endpointLimits = {
  /** Seconds that one request may take. */
  requestTimeoutSeconds: 180,
  /** Active connections of one endpoint. */
  connections: 500,
  /** Deployments of one endpoint. */
  deployments: 20,
  /** Instances of one deployment. */
  instances: 50,
  /** Characters in the name of an endpoint or a deployment. */
  nameLength: { min: 3, max: 32 },
  /** Percent of the requests that may be mirrored. Source: Azure docs, how-to-safely-rollout-online-endpoints. */
  mirrorPercent: 50,
} as const;

/** Endpoints and deployments of one subscription in one region. Source: Azure docs, how-to-manage-quotas (2026-01-27). */
export const regionLimits = { endpoints: 100, deployments: 500 } as const;

/** Percent of a deployment's instances that quota must hold in addition, for upgrades. Source: Azure docs, how-to-manage-quotas (2026-01-27). */
export const upgradeReservePercent = 20;

/** An autoscale setting, in minutes. Source: Azure REST specification, Microsoft.Insights/autoscalesettings (2022-10-01). */
export const autoscaleLimits = {
  /** Minutes over which a metric is averaged. */
  window: { min: 5, max: 12 * 60 },
  /** Minutes after a change before the next one. */
  cooldown: { min: 1, max: 7 * 24 * 60 },
} as const;

/** Tags of one resource. Source: Azure docs, tag-resources, "Limitations". */
export const tagLimits = {
  perResource: 50,
  perDnsZone: 15,
  /** Characters of a name that every resource takes: a storage account takes 128, others take 512. */
  nameLength: 128,
  valueLength: 256,
} as const;

/** An action group and the alerts that use it. Source: Azure docs, azure-monitor/service-limits. */
export const alertLimits = {
  /** Action groups of one alert rule. */
  actionGroups: 5,
  /** E-mail receivers of one action group. */
  emails: 1000,
} as const;

/** Days that a Log Analytics workspace of the tier PerGB2018 keeps logs. Source: Azure docs, azure-monitor/logs/data-retention-configure. */
export const logRetentionDays = { min: 30, max: 730 } as const;

/** DNS servers of one virtual network. Source: Azure docs, azure-subscription-service-limits, "Networking limits". */
export const dnsServersPerNetwork = 20;

/** Characters in the name of an outbound rule of a managed network. Source: ARM schema of workspaces/outboundRules. */
export const outboundRuleNameLength = { min: 3, max: 33 } as const;
