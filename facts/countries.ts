/** English names of countries and territories. */
import { type RegionName, regionOf } from "./regions";

const names = new Intl.DisplayNames(["en"], { type: "region" });

/** Names that Azure writes differently. Source: Azure docs, reliability/regions-list. */
const azureNames: Readonly<Record<string, string>> = { HK: "Hong Kong" };

/** The name of a country or territory: `IE` becomes `Ireland`. @param code ISO 3166-1 alpha-2 */
export function countryName(code: string): string {
  return azureNames[code] ?? names.of(code) ?? code;
}

/** A region with its country, for example `northeurope (Ireland)`. */
export function regionWithCountry(region: RegionName): string {
  return `${region} (${countryName(regionOf(region).country)})`;
}
