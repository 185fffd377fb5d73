/**
 * Regions to which Azure copies the contents of Key Vaults: the paired region, if it is in the same geography. The copy is automatic, and can't
 * be configured or observed.
 */
import { isRegion, type RegionName, regionOf } from "./regions";

export const vaultCopiesSource = {
  source:
    "Azure docs, key-vault/general/backup (2026-04-20), reliability/reliability-key-vault (2024-11-12), reliability/regions-paired (2025-01-13)",
  asOf: "2026-04-20",
} as const;

/** Paired regions whose vaults Azure doesn't copy. Source: Azure docs, key-vault/general/backup (2026-04-20). */
const notCopied: ReadonlySet<RegionName> = new Set(["brazilsouth", "brazilsoutheast", "westus3"]);

/** The region to which Azure copies the contents of a region's vaults. Undefined: they stay in the region. */
export function vaultCopy(region: RegionName): RegionName | undefined {
  return notCopied.has(region) ? undefined : pairInGeography(region);
}

/** The paired region, if it is in the same geography. */
export function pairInGeography(region: RegionName): RegionName | undefined {
  const { pairedRegion: pair = "", geography } = regionOf(region);
  return isRegion(pair) && regionOf(pair).geography === geography ? pair : undefined;
}
