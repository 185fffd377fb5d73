/**
 * List prices of Azure services other than VM sizes (facts/prices.ts): pay as you go, USD, without free allowances, reservations and
 * discounts of an agreement. Free allowances apply to a subscription or a billing account, so a stack can't claim them.
 */

/** Units of charges that don't depend on use. */
export type FixedUnit = "hour" | "day" | "month";
/** Units of charges that depend on use. */
export type UsageUnit = "GB" | "GB-month" | "10,000 operations" | "vCPU-second" | "vCPU-hour" | "GB-hour" | "capacity unit-hour";

export interface ServicePrice<Unit extends FixedUnit | UsageUnit = FixedUnit | UsageUnit> {
  readonly usd: number;
  readonly per: Unit;
  /** Regions for which a source states the price. `all`: Azure lists one price, or the sources of several regions agree. */
  readonly regions: "all" | readonly string[];
  /** Who published the price. */
  readonly source: string;
  /** Date of the source, for example 2026-10-03, or the day on which a source without a date was read. */
  readonly asOf: string;
  /** `list`: read from Azure's retail prices or price pages. `secondary`: stated by others, or rounded. */
  readonly grade: "list" | "secondary";
}

interface Origin {
  readonly source: string;
  readonly asOf: string;
  readonly grade: ServicePrice["grade"];
}

/** Public documents that list the answers of Azure's retail prices API (prices.azure.com). */
const eastus2Worksheet = {
  source: "Azure retail prices of eastus2, as published in a cost worksheet of a public repository",
  asOf: "2026-10-03",
  grade: "list",
} as const satisfies Origin;
const swedencentralDecisions = {
  source: "Azure retail prices of swedencentral and westeurope, as published in architecture decisions of a public repository",
  asOf: "2026-09-29",
  grade: "list",
} as const satisfies Origin;
const networkGuide = {
  source:
    "Azure retail prices of eastus2, as published in a network guide of a public repository; two others state it for northeurope and southeastasia",
  asOf: "2026-09-24",
  grade: "list",
} as const satisfies Origin;
const firewallModule = {
  source: "Azure retail price of southcentralus, as published in an infrastructure module of a public repository",
  asOf: "2026-09-19",
  grade: "list",
} as const satisfies Origin;
/** Documents without a date: `asOf` is the day on which they were read. */
const undated = { asOf: "2026-11-30", grade: "secondary" } as const;
const firewallComparison = {
  source: "Azure Firewall price page, as published in a cost comparison of a public repository",
  ...undated,
} as const satisfies Origin;
const monitorNotes = {
  source: "Azure Monitor price page, as stated in cost notes of public repositories",
  ...undated,
} as const satisfies Origin;
const pricePages = {
  source: "Azure price pages of the service, as stated in public repositories",
  ...undated,
} as const satisfies Origin;

/** Charges of a resource from its creation to its deletion. */
export const fixedPrices = {
  privateEndpoint: { usd: 0.01, per: "hour", regions: "all", ...networkGuide },
  firewallBasic: { usd: 0.395, per: "hour", regions: "all", ...firewallModule },
  firewallStandard: { usd: 1.25, per: "hour", regions: "all", ...networkGuide },
  registryBasic: { usd: 0.1666, per: "day", regions: "all", ...eastus2Worksheet },
  registryStandard: { usd: 0.667, per: "day", regions: "all", ...pricePages },
  /** For each region of a registry. */
  registryPremium: { usd: 1.6666, per: "day", regions: "all", ...eastus2Worksheet },
  /** The price of the first 25 zones of a subscription; further zones cost 0.10. */
  privateDnsZone: { usd: 0.5, per: "month", regions: "all", ...eastus2Worksheet },
  /** For each time series that the rule monitors. */
  metricAlert: { usd: 0.1, per: "month", regions: "all", ...monitorNotes },
  natGateway: { usd: 0.045, per: "hour", regions: "all", ...eastus2Worksheet },
  /** A static address of the Standard SKU. */
  publicAddress: { usd: 0.005, per: "hour", regions: "all", ...eastus2Worksheet },
} as const satisfies Record<string, ServicePrice<FixedUnit>>;

export type FixedService = keyof typeof fixedPrices;

/** Charges that depend on use. A service without a price for a region has no entry for it. */
export const usagePrices = {
  /** In each direction. */
  privateEndpointTraffic: [{ usd: 0.01, per: "GB", regions: "all", ...eastus2Worksheet }],
  firewallBasicTraffic: [{ usd: 0.065, per: "GB", regions: "all", ...firewallComparison }],
  firewallStandardTraffic: [{ usd: 0.016, per: "GB", regions: "all", ...firewallComparison }],
  firewallCapacity: [{ usd: 0.07, per: "capacity unit-hour", regions: "all", ...firewallComparison }],
  natTraffic: [{ usd: 0.045, per: "GB", regions: "all", ...eastus2Worksheet }],
  /** Above the included 10 GiB (Basic), 100 GiB (Standard) or 500 GiB (Premium). */
  registryStorage: [{ usd: 0.1, per: "GB-month", regions: "all", ...pricePages }],
  registryTasks: [{ usd: 0.0001, per: "vCPU-second", regions: "all", ...pricePages }],
  logIngestion: [
    { usd: 2.99, per: "GB", regions: ["swedencentral", "westeurope"], ...swedencentralDecisions },
    { usd: 2.76, per: "GB", regions: ["eastus2"], ...eastus2Worksheet },
    { usd: 4.6, per: "GB", regions: ["brazilsouth"], ...monitorNotes },
  ],
  /** After the included 31 days, or 90 days for the data of Application Insights. */
  logRetention: [
    { usd: 0.13, per: "GB-month", regions: ["swedencentral", "westeurope"], ...monitorNotes },
    { usd: 0.12, per: "GB-month", regions: ["eastus2"], ...eastus2Worksheet },
  ],
  blobLrs: [
    { usd: 0.0184, per: "GB-month", regions: ["swedencentral"], ...swedencentralDecisions },
    { usd: 0.0196, per: "GB-month", regions: ["westeurope"], ...swedencentralDecisions },
    { usd: 0.0184, per: "GB-month", regions: ["eastus2"], ...eastus2Worksheet },
  ],
  blobZrs: [{ usd: 0.026, per: "GB-month", regions: ["eastus"], ...pricePages }],
  vaultOperations: [{ usd: 0.03, per: "10,000 operations", regions: "all", ...eastus2Worksheet }],
  containerCpu: [{ usd: 0.0466, per: "vCPU-hour", regions: ["swedencentral"], ...pricePages }],
  containerMemory: [{ usd: 0.00511, per: "GB-hour", regions: ["swedencentral"], ...pricePages }],
} as const satisfies Record<string, readonly ServicePrice<UsageUnit>[]>;

export type UsageService = keyof typeof usagePrices;

/** The price of a use in a region; undefined if no source states it. */
export function usagePriceOf(service: UsageService, region: string): ServicePrice<UsageUnit> | undefined {
  const prices: readonly ServicePrice<UsageUnit>[] = usagePrices[service];
  return prices.find(({ regions }) => regions === "all" || regions.includes(region));
}
