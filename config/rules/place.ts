/** Rules about where: the stack's region and its residency. */
import { isRegion, regionOf, regions } from "../../facts/regions";
import { allowedRegions, canonicalRegion, geographies } from "../../planner/residency";
import { type Mistake, mistake, show } from "../mistakes";
import { didYouMean } from "../nearest";
import type { SettingsDraft } from "./draft";

const locationKey = "azure-native:location";
const residencyKey = "moor:residency";
const publicRegions = Object.keys(regions).filter((name) => isRegion(name) && regionOf(name).cloud === "AzureCloud");

export function placeMistakes(draft: SettingsDraft): Mistake[] {
  return [...location(draft), ...residency(draft), ...outside(draft)];
}

function location({ [locationKey]: given }: SettingsDraft): Mistake[] {
  return given === undefined ? [] : regionMistakes(locationKey, given);
}

function residency({ [residencyKey]: given }: SettingsDraft): Mistake[] {
  if (given === undefined) return [];
  const { geography, regions: named = [] } = given;
  const unknown = geography !== undefined && !geographies.includes(geography);
  return [
    ...(unknown ? [unknownGeography(geography)] : []),
    ...named.flatMap((name, index) => regionMistakes(`${residencyKey}.regions.${index}`, name)),
  ];
}

function regionMistakes(path: string, given: string): Mistake[] {
  const name = canonicalRegion(given);
  if (!isRegion(name)) return [unknownRegion(path, given)];
  const { cloud, displayName } = regionOf(name);
  if (cloud === "AzureCloud") return [];
  const problem = `${displayName} is in ${cloud}, where private managed endpoints aren't offered.`;
  return [mistake("MOOR018", path, { problem, allowed: "regions of the public cloud" })];
}

function unknownRegion(path: string, given: string): Mistake {
  const problem = `There is no region ${show(given)}.`;
  return mistake("MOOR015", path, {
    problem,
    allowed: "Azure's regions, for instance swedencentral",
    fix: didYouMean(given, publicRegions, 2),
  });
}

function unknownGeography(given: string): Mistake {
  const problem = `There is no geography ${show(given)}.`;
  return mistake("MOOR016", `${residencyKey}.geography`, { problem, allowed: geographies.join(", "), fix: didYouMean(given, geographies) });
}

function outside({ [locationKey]: given, [residencyKey]: residencyGiven }: SettingsDraft): Mistake[] {
  const region = canonicalRegion(given ?? "");
  const allowed: readonly string[] = residencyGiven === undefined ? [] : allowedRegions(canonical(residencyGiven));
  if (!isRegion(region) || allowed.length === 0 || allowed.includes(region)) return [];
  const { geography, cloud } = regionOf(region);
  if (cloud !== "AzureCloud") return [];
  const problem = `The stack's region ${region} lies in the geography ${geography}, outside the residency.`;
  return [mistake("MOOR017", locationKey, { problem, allowed: allowed.join(", ") })];
}

function canonical({ geography, regions: named }: { readonly geography?: string; readonly regions?: readonly string[] }) {
  return { geography, regions: named?.map(canonicalRegion) };
}
