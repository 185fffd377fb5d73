/** Tests the shape of the list prices of services. Doesn't prove that they are Azure's prices: their sources do. */
import { fixedPrices, type ServicePrice, type UsageService, usagePriceOf, usagePrices } from "../../facts/servicePrices";

const all: readonly (readonly [string, ServicePrice])[] = [
  ...Object.entries(fixedPrices),
  ...Object.entries(usagePrices).flatMap(([service, prices]) => prices.map((price) => [service, price] as const)),
];

test.each(all)("the price of %s has an amount, a source and a date", (_, { usd, source, asOf, regions }) => {
  expect(usd).toBeGreaterThan(0);
  expect(source).toMatch(/^Azure .{20,}/);
  expect(new Date(asOf).toISOString().slice(0, 10)).toBe(asOf);
  expect(regions === "all" || regions.length > 0).toBe(true);
});

test("no two prices of a use are for one region", () => {
  for (const prices of Object.values<readonly ServicePrice[]>(usagePrices)) {
    const regions = prices.flatMap((price) => (price.regions === "all" ? ["all"] : price.regions));
    expect(new Set(regions).size).toBe(regions.length);
    expect(regions.includes("all") && regions.length > 1).toBe(false);
  }
});

test.each<[UsageService, string, number | undefined]>([
  ["logIngestion", "swedencentral", 2.99],
  ["logIngestion", "westeurope", 2.99],
  ["logIngestion", "eastus2", 2.76],
  ["logIngestion", "brazilsouth", 4.6],
  ["logIngestion", "norwayeast", undefined],
  ["blobLrs", "westeurope", 0.0196],
  ["blobZrs", "swedencentral", undefined],
  ["privateEndpointTraffic", "anywhere", 0.01],
])("the price of %s in %s is %s", (service, region, usd) => {
  expect(usagePriceOf(service, region)?.usd).toBe(usd);
});
