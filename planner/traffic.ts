/**
 * Traffic weights of an endpoint's deployments. Azure accepts whole percentages that sum to 100, or to 0 if no deployment serves. It can
 * mirror a percentage of the requests to one deployment that has no weight. Source: Azure docs, how-to-safely-rollout-online-endpoints.
 */

/** Live and mirrored traffic of one deployment, in percent of its endpoint's requests. */
export interface DeploymentTraffic {
  /** Label in the stack file, or name in Azure. */
  readonly name: string;
  readonly weight: number;
  readonly mirror: number;
}

/** The two maps in the body of an endpoint. They omit deployments at 0 percent. */
export interface EndpointTraffic {
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrorTraffic: Readonly<Record<string, number>>;
}

/** Sum of the weights, percent. */
export function sumOfWeights(shares: readonly Pick<DeploymentTraffic, "weight">[]): number {
  return shares.reduce((sum, { weight }) => sum + weight, 0);
}

/** The traffic of all deployments as Azure's request body expects it. */
export function endpointTraffic(shares: readonly DeploymentTraffic[]): EndpointTraffic {
  const named = (share: "weight" | "mirror") =>
    Object.fromEntries(shares.filter((deployment) => deployment[share] > 0).map((deployment) => [deployment.name, deployment[share]]));
  return { traffic: named("weight"), mirrorTraffic: named("mirror") };
}

/**
 * Scales weights proportionally to a sum of 100, after a deployment with a weight was omitted. A sum of 0 stays 0. Weights are rounded by
 * the largest remainder method, so the sum is exact and each weight is off by less than one percent.
 */
export function scaleWeights<T extends { readonly weight: number }>(shares: readonly T[]): T[] {
  const sum = sumOfWeights(shares);
  if (sum === 0 || sum === 100) return [...shares];
  const exact = shares.map(({ weight }) => (weight * 100) / sum);
  const whole = exact.map(Math.floor);
  const missing = 100 - whole.reduce((total, weight) => total + weight, 0);
  const byRemainder = exact.map((value, index) => ({ index, remainder: value - Math.floor(value) }));
  byRemainder.sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  const raised = new Set(byRemainder.slice(0, missing).map(({ index }) => index));
  return shares.map((share, index) => ({ ...share, weight: (whole[index] ?? 0) + (raised.has(index) ? 1 : 0) }));
}
