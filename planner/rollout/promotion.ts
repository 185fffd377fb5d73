/**
 * Sets the weight of one deployment and distributes the remaining percentage among the other deployments, in their previous proportions.
 */

/**
 * @param weights Percent by label; they sum to 100, or to 0.
 * @throws Error if the label doesn't exist, or if no other deployment can take the remaining percentage.
 */
export function promote(weights: Readonly<Record<string, number>>, label: string, weight: number): Record<string, number> {
  if (!Object.hasOwn(weights, label)) throw new Error(`There is no deployment ${label}. Deployments: ${Object.keys(weights).join(", ")}.`);
  if (!Number.isInteger(weight) || weight < 0 || weight > 100)
    throw new Error(`The weight is ${weight}. Allowed: a whole number from 0 to 100.`);
  const others = Object.entries(weights).filter(([other]) => other !== label);
  const rest = 100 - weight;
  const sum = others.reduce((total, [, share]) => total + share, 0);
  if (rest > 0 && sum === 0 && others.length !== 1) {
    throw new Error(
      `The other deployments have no weight, so the remaining ${rest}% can't be distributed. Set their weights in the stack file.`,
    );
  }
  const exact = others.map(([other, share]) => ({ other, share: sum === 0 ? rest : (share * rest) / sum }));
  const rounded = exact.map(({ other, share }) => ({ other, whole: Math.floor(share), part: share - Math.floor(share) }));
  const missing = rest - rounded.reduce((total, { whole }) => total + whole, 0);
  const raised = new Set([...rounded].sort((a, b) => b.part - a.part).slice(0, missing));
  const shared = Object.fromEntries(rounded.map((one) => [one.other, one.whole + (raised.has(one) ? 1 : 0)]));
  return Object.fromEntries(Object.keys(weights).map((key) => [key, key === label ? weight : shared[key]!]));
}
