/** The residency contract of a stack: the places in which its data may be stored and processed. */
import { canonicalRegion, isRegion, type RegionName } from "../facts/regions";

export interface Contract {
  /** Region of the stack. */
  readonly home: RegionName;
  /** Regions in which data is allowed. */
  readonly regions: readonly RegionName[];
  /** As declared in `moor:residency`; exactly one is set. */
  readonly declared: { readonly geography?: string; readonly regions?: readonly string[]; readonly countries?: readonly string[] };
  /** Object IDs that the stack file names, and that may have roles: `operators`, `invokers`. */
  readonly principals: readonly string[];
  /**
   * Authentication mode that the stack file declares, by the name of each resource that writes an endpoint. Resources in a template start with
   * the name of the template. @default - not known, so that only the other resources of an endpoint show its mode
   */
  readonly authModes?: Readonly<Record<string, "Key" | "AADToken">>;
  /** Tenant of the subscription. @default - not known, so that rules can't tell foreign tenants */
  readonly tenantId?: string;
}

/** Whether data is allowed in a region, in any form of its name. */
export function isAllowed({ regions }: Contract, region: string): boolean {
  const name = canonicalRegion(region);
  return isRegion(name) && regions.includes(name);
}

/** Completes "Allowed: " for a region. */
export function allowedText({ regions }: Contract): string {
  return regions.join(", ");
}
