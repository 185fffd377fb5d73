/**
 * List prices of sizes by region: pay as you go, Linux, USD per hour and instance, without discounts of an agreement. They are used to
 * compare sizes and to show the cost of a change. A price doesn't prove that Azure has capacity. `npm run renew -- prices` writes
 * price-table.json.
 */
import table from "./price-table.json";

export const pricesSource = { source: table.source, asOf: table.asOf } as const;

const prices: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(
  Object.entries(table.prices).map(([size, row]) => [size, new Map(Object.entries(row))]),
);

/** List price of one instance, USD per hour; undefined if Azure lists none. */
export function usdPerHour(instanceType: string, region: string): number | undefined {
  return prices.get(instanceType)?.get(region);
}

/** Regions with at least one listed price, sorted. */
export const pricedRegions: readonly string[] = [...new Set([...prices.values()].flatMap((row) => [...row.keys()]))].sort();
