/** Where a stack's data may be: a geography of Azure, or the regions that the stack file names. */
import { isRegion, type Region, type RegionName, regions } from "../facts/regions";

/** What a stack file says of residency; exactly one of the two. */
export interface Residency {
  /** One of Azure's geographies, for instance `Sweden`. */
  readonly geography?: string;
  /** Regions by name, for instance `swedencentral`. */
  readonly regions?: readonly string[];
}

/** Geographies of the public cloud in which at least one region lies, in alphabetical order. */
export const geographies: readonly string[] = [
  ...new Set(
    Object.values<Region>(regions)
      .filter(({ cloud }) => cloud === "AzureCloud")
      .map(({ geography }) => geography),
  ),
].sort();

/** Regions of a geography, in the table's order; none when Azure has no geography of that name. */
export function regionsOfGeography(geography: string): RegionName[] {
  return (Object.entries(regions) as [RegionName, Region][]).filter(([, row]) => row.geography === geography).map(([name]) => name);
}

/** Regions in which data may be. */
export function allowedRegions({ geography, regions: named = [] }: Residency): RegionName[] {
  return geography === undefined ? named.filter(isRegion) : regionsOfGeography(geography);
}
