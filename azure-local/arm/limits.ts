/** vCPU quota by region and family: `{ swedencentral: { NCADSA100v4: 240 } }`. Other families have no limit. */
export type CoreLimits = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Limits that Azure can raise on request. Source of the defaults: Azure docs, machine-learning/how-to-manage-quotas. */
export interface Limits {
  /** Endpoints per subscription and region. @default 100 */
  readonly endpoints: number;
  /** Deployments per subscription and region. @default 500 */
  readonly deployments: number;
  /** @default 20 */
  readonly deploymentsPerEndpoint: number;
  /** @default 50 */
  readonly instancesPerDeployment: number;
}

export const DEFAULT_LIMITS: Limits = { endpoints: 100, deployments: 500, deploymentsPerEndpoint: 20, instancesPerDeployment: 50 };
