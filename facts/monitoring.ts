/** Where Azure Monitor keeps and processes what alerts need. */
import { canonicalRegion } from "./regions";

/**
 * Regions in which action groups can be created; anywhere else they are `Global`, kept in two regions or more, and processed in any geography.
 * Source: Azure docs, azure-monitor/alerts/action-groups (2026-07-21).
 */
export const ACTION_GROUP_REGIONS: readonly string[] = [
  "centralindia",
  "eastus",
  "eastus2",
  "germanywestcentral",
  "northcentralus",
  "southcentralus",
  "southindia",
  "swedencentral",
  "westus",
  "westus2",
];

/** Location of an action group for a region: the region where Azure offers that, otherwise `Global`. */
export function actionGroupLocation(region: string): string {
  const name = canonicalRegion(region);
  return ACTION_GROUP_REGIONS.includes(name) ? name : "Global";
}
