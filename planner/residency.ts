/** Where a stack's data must stay: in an Azure geography, in the regions or in the countries that the stack file lists. */
import { isRegion, type Region, type RegionName, regions } from "../facts/regions";

/** The residency setting of a stack file; exactly one of the three properties is set. */
export interface Residency {
  /** An Azure geography, for example `Sweden`. */
  readonly geography?: string;
  /** Region names, for example `swedencentral`. */
  readonly regions?: readonly string[];
  /** Country codes (ISO 3166-1 alpha-2), for example `SE`. */
  readonly countries?: readonly string[];
}

const publicRows = Object.values<Region>(regions).filter(({ cloud }) => cloud === "AzureCloud");

/** Geographies of the public cloud with at least one region, in alphabetical order. */
export const geographies: readonly string[] = [...new Set(publicRows.map(({ geography }) => geography))].sort();

/** Codes of the countries with at least one region of the public cloud, in alphabetical order. */
export const countries: readonly string[] = [...new Set(publicRows.map(({ country }) => country))].sort();

/** Regions of a geography, in the order of the table; empty if Azure has no geography of that name. */
export function regionsOfGeography(geography: string): RegionName[] {
  return (Object.entries(regions) as [RegionName, Region][]).filter(([, row]) => row.geography === geography).map(([name]) => name);
}

/** Regions of the public cloud in a country, in the order of the table; empty if there is none. `country` is an upper-case code. */
export function regionsOfCountry(country: string): RegionName[] {
  return (Object.entries(regions) as [RegionName, Region][])
    .filter(([, row]) => row.country === country && row.cloud === "AzureCloud")
    .map(([name]) => name);
}

/** Regions in which data is allowed. */
export function allowedRegions({ geography, regions: named = [], countries: codes = [] }: Residency): RegionName[] {
  if (geography !== undefined) return regionsOfGeography(geography);
  return [...new Set([...named.filter(isRegion), ...codes.flatMap(regionsOfCountry)])];
}

const countryNames = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** The English name of a country, for example `Sweden` for `SE`. Undefined if `code` is not a country code. */
export function countryName(code: string): string | undefined {
  return /^[A-Z]{2}$/.test(code) ? countryNames.of(code) : undefined;
}

/** A country code in the spelling of ISO 3166-1: `se` becomes `SE`. */
export function canonicalCountry(text: string): string {
  return text.toUpperCase();
}
