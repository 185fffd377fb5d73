/** Things with a fixed charge: their prices, their names, and what is charged in addition by use. */
import { type FixedService, fixedPrices, type UsageService } from "../../facts/servicePrices";
import type { FixedThingKind } from "./things";

interface FixedKind {
  readonly service: FixedService;
  /** Name of one, and of several. */
  readonly names: readonly [one: string, several: string];
  readonly usage: readonly UsageService[];
}

const registry = (sku: string): FixedKind["names"] => [`container registry (${sku})`, `regions of container registries (${sku})`];
const firewall = (sku: string): FixedKind["names"] => [`firewall (${sku})`, `firewalls (${sku})`];
const managedFirewall = (sku: string): FixedKind["names"] => [
  `firewall (${sku}) of the managed network`,
  `firewalls (${sku}) of managed networks`,
];
const registryUsage = ["registryStorage", "registryTasks"] as const;
const standardUsage = ["firewallStandardTraffic", "firewallCapacity"] as const;

export const fixedKinds = {
  privateEndpoint: { service: "privateEndpoint", names: ["private endpoint", "private endpoints"], usage: ["privateEndpointTraffic"] },
  managedPrivateEndpoint: {
    service: "privateEndpoint",
    names: ["private endpoint of the managed network", "private endpoints of the managed network"],
    usage: ["privateEndpointTraffic"],
  },
  managedFirewallBasic: { service: "firewallBasic", names: managedFirewall("Basic"), usage: ["firewallBasicTraffic"] },
  managedFirewallStandard: { service: "firewallStandard", names: managedFirewall("Standard"), usage: standardUsage },
  firewallBasic: { service: "firewallBasic", names: firewall("Basic"), usage: ["firewallBasicTraffic"] },
  firewallStandard: { service: "firewallStandard", names: firewall("Standard"), usage: standardUsage },
  registryBasic: { service: "registryBasic", names: registry("Basic"), usage: registryUsage },
  registryStandard: { service: "registryStandard", names: registry("Standard"), usage: registryUsage },
  registryPremium: { service: "registryPremium", names: registry("Premium"), usage: registryUsage },
  privateDnsZone: { service: "privateDnsZone", names: ["private DNS zone", "private DNS zones"], usage: [] },
  metricAlert: { service: "metricAlert", names: ["metric alert", "metric alerts"], usage: [] },
  natGateway: { service: "natGateway", names: ["NAT gateway", "NAT gateways"], usage: ["natTraffic"] },
  publicAddress: { service: "publicAddress", names: ["public IP address", "public IP addresses"], usage: [] },
} as const satisfies Record<FixedThingKind, FixedKind>;

export const fixedPriceOf = (kind: FixedThingKind) => fixedPrices[fixedKinds[kind].service];

/** For example `firewall (Basic)`, or `5 private endpoints`. */
export function fixedName(kind: FixedThingKind, count: number): string {
  const [one, several] = fixedKinds[kind].names;
  return count === 1 ? one : `${count} ${several}`;
}

/** Names of charges that depend on use. */
export const usageNames = {
  privateEndpointTraffic: "traffic of private endpoints",
  firewallBasicTraffic: "traffic through the firewall (Basic)",
  firewallStandardTraffic: "traffic through the firewall (Standard)",
  firewallCapacity: "capacity units of the firewall (Standard)",
  natTraffic: "traffic through NAT gateways",
  registryStorage: "images above the storage that the registry includes",
  registryTasks: "ACR tasks",
  logIngestion: "ingested logs",
  logRetention: "logs after the included retention",
  blobLrs: "blobs such as staged weights (LRS)",
  blobZrs: "blobs such as staged weights (ZRS)",
  vaultOperations: "operations of the key vault",
  containerCpu: "vCPUs of deployment scripts",
  containerMemory: "memory of deployment scripts",
} as const satisfies Record<UsageService, string>;
