/** Where a stack's data must stay: in an Azure geography, or in the regions that the stack file lists. */
import { isRegion, type Region, type RegionName, regions } from "../facts/regions";

/** The residency setting of a stack file; exactly one of the two properties is set. */
export interface Residency {
  /** An Azure geography, for example `Sweden`. */
  readonly geography?: string;
  /** Region names, for example `swedencentral`. */
  readonly regions?: readonly string[];
}

/** Geographies of the public cloud with at least one region, in alphabetical order. */
export const geographies: readonly string[] = [
  ...new Set(
    Object.values<Region>(regions)
      .filter(({ cloud }) => cloud === "AzureCloud")
      .map(({ geography }) => geography),
  ),
].sort();

/** Regions of a geography, in the order of the table; empty if Azure has no geography of that name. */
export function regionsOfGeography(geography: string): RegionName[] {
  return (Object.entries(regions) as [RegionName, Region][]).filter(([, row]) => row.geography === geography).map(([name]) => name);
}

/** Regions in which data is allowed. */
export function allowedRegions({ geography, regions: named = [] }: Residency): RegionName[] {
  return geography === undefined ? named.filter(isRegion) : regionsOfGeography(geography);
}
