/** Rules for the region and the residency of a stack. */
import { canonicalRegion, isRegion, type Region, regionOf, regions } from "../../facts/regions";
import { allowedRegions, canonicalCountry, countries, countryName, geographies, type Residency } from "../../planner/residency";
import { type ConfigError, configError, show } from "../errors";
import { didYouMean, nearest } from "../nearest";
import type { SettingsDraft } from "./draft";

const locationKey = "azure-native:location";
const residencyKey = "moor:residency";
const publicRegions = Object.keys(regions).filter((name) => isRegion(name) && regionOf(name).cloud === "AzureCloud");

export function placeErrors(draft: SettingsDraft): ConfigError[] {
  return [...location(draft), ...residency(draft), ...outside(draft)];
}

function location({ [locationKey]: given, [residencyKey]: residencyGiven }: SettingsDraft): ConfigError[] {
  const allowed = residencyGiven === undefined ? [] : allowedRegions(canonical(residencyGiven));
  return given === undefined ? [] : regionErrors(locationKey, given, allowed);
}

function residency({ [residencyKey]: given }: SettingsDraft): ConfigError[] {
  if (given === undefined) return [];
  const { geography, regions: named = [], countries: codes = [] } = given;
  const unknown = geography !== undefined && !geographies.includes(geography);
  return [
    ...(unknown ? [unknownGeography(geography)] : []),
    ...named.flatMap((name, index) => regionErrors(`${residencyKey}.regions.${index}`, name)),
    ...codes.flatMap((code, index) => countryErrors(`${residencyKey}.countries.${index}`, code)),
  ];
}

function countryErrors(path: string, given: string): ConfigError[] {
  const code = canonicalCountry(given);
  if (countries.includes(code)) return [];
  const name = countryName(code);
  const other = Object.values<Region>(regions).find(({ country }) => country === code);
  if (other !== undefined) {
    const problem = `The regions in ${code} (${name}) are in ${other.cloud}, which doesn't offer private managed endpoints.`;
    return [
      configError("MOOR018", path, { problem, allowed: countries.join(", "), fix: "Set countries with regions of the public cloud." }),
    ];
  }
  const problem =
    name === undefined || code === notACode
      ? `The country code ${show(given)} does not exist.`
      : `Azure has no region in ${code} (${name}).`;
  return [configError("MOOR092", path, { problem, allowed: countries.join(", "), fix: countryFix(given) })];
}

/** In common use for the United Kingdom, but not its code in ISO 3166-1. */
const notACode = "UK";

/** The code for the name of a country, and for `UK`. There is no guess: a similar code is another country. */
function countryFix(given: string): string | undefined {
  if (canonicalCountry(given) === notACode) return "The ISO 3166-1 code of the United Kingdom is GB.";
  const code = countries.find((one) => countryName(one)?.toLowerCase() === given.trim().toLowerCase());
  return code === undefined ? undefined : `The code of ${countryName(code)} is ${code}.`;
}

/** Checks the name of a region. `resident` contains the regions of the residency if the region must be one of them. */
function regionErrors(path: string, given: string, resident: readonly string[] = []): ConfigError[] {
  const name = canonicalRegion(given);
  if (!isRegion(name)) return [unknownRegion(path, given, resident)];
  const { cloud, displayName } = regionOf(name);
  if (cloud === "AzureCloud") return [];
  const problem = `${displayName} is in ${cloud}, which doesn't offer private managed endpoints.`;
  return [configError("MOOR018", path, { problem, allowed: "regions of the public cloud" })];
}

function unknownRegion(path: string, given: string, resident: readonly string[]): ConfigError {
  const problem = `The region ${show(given)} does not exist.`;
  if (resident.length > 0) {
    const fix = didYouMean(given, resident, 2) ?? "Set a region of the residency.";
    return configError("MOOR015", path, { problem, allowed: resident.join(", "), fix });
  }
  const close = nearest(given, publicRegions, 5);
  const allowed = close.length > 0 ? `regions of the public cloud, for example ${close.join(", ")}` : publicRegions.join(", ");
  return configError("MOOR015", path, { problem, allowed, fix: didYouMean(given, publicRegions, 2) });
}

function unknownGeography(given: string): ConfigError {
  const problem = `The geography ${show(given)} does not exist.`;
  return configError("MOOR016", `${residencyKey}.geography`, {
    problem,
    allowed: geographies.join(", "),
    fix: didYouMean(given, geographies),
  });
}

function outside({ [locationKey]: given, [residencyKey]: residencyGiven }: SettingsDraft): ConfigError[] {
  const region = canonicalRegion(given ?? "");
  const allowed: readonly string[] = residencyGiven === undefined ? [] : allowedRegions(canonical(residencyGiven));
  if (!isRegion(region) || allowed.length === 0 || allowed.includes(region)) return [];
  const { geography, country, cloud } = regionOf(region);
  if (cloud !== "AzureCloud") return [];
  const place = residencyGiven?.countries === undefined ? `the geography ${geography}` : `${country} (${countryName(country)})`;
  const problem = `The region ${region} of the stack is in ${place}, outside the residency.`;
  return [configError("MOOR017", locationKey, { problem, allowed: allowed.join(", ") })];
}

function canonical({ geography, regions: named, countries: codes }: Residency): Residency {
  return { geography, regions: named?.map(canonicalRegion), countries: codes?.map(canonicalCountry) };
}
