/**
 * Who gets which share of an endpoint's requests. Azure takes whole percentages that sum to 100, or to 0 when nobody serves, and mirrors
 * a part of the requests to one deployment that serves none itself. Source: Azure docs, how-to-safely-rollout-online-endpoints.
 */

/** The part of one deployment in its endpoint's traffic, in percent. */
export interface Share {
  /** Label in the stack file, or name in Azure. */
  readonly name: string;
  readonly weight: number;
  readonly mirror: number;
}

/** The two maps in the body of an endpoint. A deployment without a share isn't named. */
export interface EndpointTraffic {
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrorTraffic: Readonly<Record<string, number>>;
}

/** Sum of the weights, percent. */
export function sumOfWeights(shares: readonly Pick<Share, "weight">[]): number {
  return shares.reduce((sum, { weight }) => sum + weight, 0);
}

/** What Azure is told. */
export function endpointTraffic(shares: readonly Share[]): EndpointTraffic {
  const named = (share: "weight" | "mirror") =>
    Object.fromEntries(shares.filter((deployment) => deployment[share] > 0).map((deployment) => [deployment.name, deployment[share]]));
  return { traffic: named("weight"), mirrorTraffic: named("mirror") };
}

/**
 * Raises weights to a sum of 100 in proportion, after a deployment that should have had a share was left out; a sum of 0 stays 0.
 * Rounded by largest remainder, so that the sum is exact and nobody is off by a whole percent.
 */
export function fillUp<T extends { readonly weight: number }>(shares: readonly T[]): T[] {
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
