/** Cores granted, by region and family: `{ swedencentral: { NCADSA100v4: 240 } }`. What is not named has no limit. */
export type CoreLimits = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** How many there may be; all can be raised by a request to Azure. Source of the defaults: Azure docs, machine-learning/how-to-manage-quotas. */
export interface Limits {
  /** Endpoints of a subscription in a region. @default 100 */
  readonly endpoints: number;
  /** Deployments of a subscription in a region. @default 500 */
  readonly deployments: number;
  /** @default 20 */
  readonly deploymentsPerEndpoint: number;
  /** @default 50 */
  readonly instancesPerDeployment: number;
}

export const DEFAULT_LIMITS: Limits = { endpoints: 100, deployments: 500, deploymentsPerEndpoint: 20, instancesPerDeployment: 50 };
