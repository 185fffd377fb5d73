/**
 * Regions to which Azure may copy the contents of container registries: the paired region, if it is in the same geography. Azure "may also store
 * registry data in a paired region". The copy can't be configured or observed.
 */
import type { RegionName } from "./regions";
import { pairInGeography } from "./vaultCopies";

export const registryCopiesSource = {
  source: "Azure docs, container-registry/container-registry-storage (2022-10-11)",
  asOf: "2022-10-11",
} as const;

/** Paired regions whose registries stay in the region. */
const notCopied: ReadonlySet<RegionName> = new Set(["brazilsouth", "southeastasia"]);

/** The region in which Azure may store a copy of a registry's contents. Undefined: they stay in the region. */
export function registryCopy(region: RegionName): RegionName | undefined {
  return notCopied.has(region) ? undefined : pairInGeography(region);
}
