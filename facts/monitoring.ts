/** Where Azure Monitor stores and processes the data of action groups. */
import { canonicalRegion } from "./regions";

/**
 * Regions in which action groups can be created. Otherwise, they are `Global`: stored in two or more regions and processed in any
 * geography. Source: Azure docs, azure-monitor/alerts/action-groups (2026-07-21).
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

/** Location of an action group for a region: the region itself if Azure supports it, otherwise `Global`. */
export function actionGroupLocation(region: string): string {
  const name = canonicalRegion(region);
  return ACTION_GROUP_REGIONS.includes(name) ? name : "Global";
}
