/** Judgements about a place: whether data may be there. */
import { regionWithCountry } from "../../facts/countries";
import { canonicalRegion, isRegion } from "../../facts/regions";
import { type Contract, isAllowed } from "../contract";
import type { Check } from "../finding";
import { at, type RuleResource } from "../resource";
import { SECRET, UNKNOWN, type Value } from "../values";

/** Whether data may be at a place. */
export interface Judgement {
  readonly outcome: Check["outcome"];
  /** Describes the place; completes "…, which ". Empty if the rule holds. */
  readonly where: string;
}

export const holds: Judgement = { outcome: "holds", where: "" };

export function violated(where: string): Judgement {
  return { outcome: "violated", where };
}

export function unproved(where: string): Judgement {
  return { outcome: "unknown", where };
}

/** The judgement of a value that can't be read. Undefined if it can. */
export function opaque(value: Value): Judgement | undefined {
  if (value === UNKNOWN) return unproved("is known only during the update");
  return value === SECRET ? unproved("is a secret") : undefined;
}

/**
 * Judges the region of a resource to which another one refers. The region of a resource of the stack is a finding of its own, which the other one
 * doesn't repeat.
 */
export function judgeRegionOf(resource: RuleResource, contract: Contract): Judgement {
  const judged = judgeRegion(at(resource, "location"), contract);
  return judged.outcome === "violated" && resource.from === "planned"
    ? unproved(`${judged.where}; ${resource.name} has its own finding`)
    : judged;
}

/** Judges a region in any form of its name. */
export function judgeRegion(value: Value, contract: Contract): Judgement {
  const unreadable = opaque(value);
  if (unreadable !== undefined) return unreadable;
  if (typeof value !== "string" || value === "") return violated("has no region");
  if (isAllowed(contract, value)) return holds;
  if (canonicalRegion(value) === "global") return violated("is global, so Azure can store and process data in any region");
  return violated(`is in ${placeName(value)}, outside the residency`);
}

/** A region with its country, for example `northeurope (Ireland)`. A region that isn't in the table is returned as written. */
export function placeName(region: string): string {
  const name = canonicalRegion(region);
  return isRegion(name) ? regionWithCountry(name) : region;
}
