/** Availability zones of Azure's regions. Zone-redundant storage requires them. */
import { canonicalRegion } from "./regions";

/** Regions without availability zones. Source: Azure docs, reliability/regions-list (2026). Remove regions that add zones. */
export const REGIONS_WITHOUT_ZONES: readonly string[] = [
  "australiacentral",
  "australiacentral2",
  "australiasoutheast",
  "brazilsoutheast",
  "canadaeast",
  "francesouth",
  "germanynorth",
  "jioindiacentral",
  "jioindiawest",
  "koreasouth",
  "northcentralus",
  "norwaywest",
  "southafricawest",
  "southindia",
  "swedensouth",
  "switzerlandwest",
  "uaecentral",
  "ukwest",
  "westcentralus",
  "westindia",
  "westus",
];

/** Whether a region of the public cloud has availability zones. */
export function hasZones(region: string): boolean {
  return !REGIONS_WITHOUT_ZONES.includes(canonicalRegion(region));
}
