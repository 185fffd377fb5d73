/** The region of every resource, and every other region that its body names. */
import { armTypeOf } from "../../azure/resourceTypes";
import { GLOBAL_TYPES } from "../../facts/globalServices";
import { canonicalRegion, isRegion } from "../../facts/regions";
import { allowedText } from "../contract";
import type { Check } from "../finding";
import { at, isOfType, type RuleResource } from "../resource";
import { checked, type Rule, type RuleContext } from "../rule";
import { isBody, isOpaque, type Value, valueText } from "../values";
import { judgeRegion, placeName } from "./judgement";
import { needsLocation } from "./types";

/** The location of a resource. Child resources and extensions have none of their own. */
export const locationRule: Rule = {
  code: "MOOR401",
  types: "all",
  check(resource, context) {
    const location = at(resource, "location");
    const isAbsent = location === undefined || location === null;
    if (isAbsent && !needsLocation(resource.type)) return [];
    if (isGlobalByDesign(resource, location) || hasOtherCode(resource, location)) return [];
    // A provider can add the location; the update then shows it.
    if (isAbsent)
      return [regionCheck(resource, "location", location, "unknown", "It has no location, so its region is not proved.", context)];
    return [locationCheck(resource, "location", location, context)];
  },
};

/** The extended location: an edge zone or a custom location, which can be in any place. */
export const extendedLocationRule: Rule = {
  code: "MOOR401",
  types: "all",
  check(resource, context) {
    const value = at(resource, "extendedLocation");
    if (value === undefined || value === null) return [];
    const problem = "The extended location is outside Azure's regions.";
    return [regionCheck(resource, "extendedLocation", at(resource, "extendedLocation.name") ?? value, "violated", problem, context)];
  },
};

/** Regions in the properties of any resource, such as the regions of a database. Properties with a code of their own are omitted. */
export const namedRegionsRule: Rule = {
  code: "MOOR401",
  types: "all",
  check: (resource, context) => {
    const omitted = OTHER_RULES.find(({ type }) => isOfType(resource, type))?.properties ?? [];
    return regionsIn(at(resource, "properties"), "properties")
      .filter(({ path }) => !omitted.some((one) => path === one || path.startsWith(`${one}.`)))
      .map(({ path, value }) => locationCheck(resource, path, value, context));
  },
};

/** Properties with regions that other rules check, or that don't say where data is. */
const OTHER_RULES: readonly { readonly type: string; readonly properties: readonly string[] }[] = [
  { type: "Microsoft.OperationalInsights/workspaces", properties: ["properties.replication"] },
  { type: "Microsoft.OperationalInsights/clusters", properties: ["properties.replication"] },
  { type: "Microsoft.Storage/storageAccounts", properties: ["properties.primaryLocation", "properties.secondaryLocation"] },
  { type: "Microsoft.MachineLearningServices/registries", properties: ["properties.regionDetails"] },
  // Its resources are reviewed one by one.
  { type: "Microsoft.Resources/deployments", properties: ["properties.template", "properties.parameters"] },
  {
    type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
    properties: ["properties.environmentVariables"],
  },
];

/** Whether a resource is global because its type has no regions. Azure can't confine it, so it is a platform finding. */
export function isGlobalByDesign({ type }: RuleResource, location: Value): boolean {
  if (!Object.hasOwn(GLOBAL_TYPES, type.toLowerCase())) return false;
  return location === undefined || location === null || (typeof location === "string" && canonicalRegion(location) === "global");
}

/** Replications of a registry, and action groups in `global`, which is a choice of the stack: action groups also have regions. */
function hasOtherCode(resource: RuleResource, location: Value): boolean {
  const isGlobal = typeof location === "string" && canonicalRegion(location) === "global";
  return (
    isOfType(resource, armTypeOf("containerregistry:Replication")) || (isGlobal && isOfType(resource, armTypeOf("monitor:ActionGroup")))
  );
}

function locationCheck(resource: RuleResource, property: string, value: Value, context: RuleContext): Check {
  const { outcome } = judgeRegion(value, context.contract);
  return regionCheck(resource, property, value, outcome, regionProblem(value), context);
}

function regionProblem(value: Value): string {
  if (isOpaque(value)) return `Its region is ${valueText(value)}.`;
  if (typeof value !== "string") return "Its location isn't the name of a region.";
  if (canonicalRegion(value) === "global") return "The resource is global, so Azure can store and process its data in any region.";
  return `The resource is in ${placeName(value)}, outside the residency.`;
}

function regionCheck(
  resource: RuleResource,
  property: string,
  value: Value,
  outcome: Check["outcome"],
  problem: string,
  { contract }: RuleContext,
): Check {
  return checked("MOOR401", outcome, resource, property, value, { problem, allowed: allowedText(contract) });
}

interface NamedRegion {
  readonly path: string;
  readonly value: string;
}

const regionKey = /(location|region)(s|names?)?$/i;

/** Names of Azure's regions in members whose name ends with "location" or "region", at any depth. */
function regionsIn(value: Value, path: string, isNamed = false): NamedRegion[] {
  if (typeof value === "string") return isNamed && isRegion(canonicalRegion(value)) ? [{ path, value }] : [];
  if (Array.isArray(value)) return value.flatMap((item: Value, index) => regionsIn(item, `${path}.${index}`, isNamed));
  if (!isBody(value)) return [];
  // Also the name of an item: `regions: [{ name: … }]`.
  return Object.entries(value).flatMap(([key, one]) =>
    regionsIn(one, `${path}.${key}`, regionKey.test(key) || (isNamed && key === "name")),
  );
}
