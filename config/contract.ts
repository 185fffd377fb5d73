/** The residency contract of a stack, for the rules. */
import { canonicalRegion, isRegion, type RegionName } from "../facts/regions";
import type { Contract } from "../rules";
import type { EndpointSpec, StackSpec } from "./spec";

/**
 * Returns the contract that a stack file declares.
 * @throws Error if the specification wasn't checked, so that a region is unknown
 */
export function contractOf({
  location,
  residency,
  platform,
  endpoints,
}: Pick<StackSpec, "location" | "residency" | "platform" | "endpoints">): Contract {
  const { geography, countries, regions } = residency;
  const declared = geography !== undefined ? { geography } : countries !== undefined ? { countries } : { regions };
  return {
    home: region(location),
    regions: regions.map(region),
    declared,
    authModes: Object.fromEntries(endpoints.flatMap(({ key, auth }) => writersOf(key).map((name) => [name, authModes[auth]] as const))),
    principals: [...new Set([...platform.operators, ...endpoints.flatMap(({ invokers }) => invokers)])],
  };
}

const authModes = { key: "Key", entra: "AADToken" } as const satisfies Record<EndpointSpec["auth"], string>;

/** Logical names of the resources that write an endpoint: it is created without traffic, and a template writes its traffic. */
function writersOf(key: string): string[] {
  return [`${key}-endpoint`, `${key}-traffic-write`];
}

function region(name: string): RegionName {
  const canonical = canonicalRegion(name);
  if (!isRegion(canonical)) throw new Error(`The region ${name} is not in facts/regions.ts.`);
  return canonical;
}
