/** Judges a reference to a resource by the region of the resource. */
import { parentOf, parseArmId } from "../../azure/armId";
import { at, type ResourceSet, type RuleResource } from "../resource";
import type { RuleContext } from "../rule";
import type { Value } from "../values";
import { type Judgement, judgeRegionOf, opaque, unproved, violated } from "./judgement";

/** Judges an ARM ID. The resource, or else the nearest parent that has a region, must be among the resources of the review. */
export function judgeTarget(value: Value, { contract, resources }: RuleContext): Judgement {
  const unreadable = opaque(value);
  if (unreadable !== undefined) return unreadable;
  if (typeof value !== "string" || !isResourceId(value)) return violated("is not the ID of an Azure resource");
  const target = placedResource(value, resources);
  if (target === undefined) return unproved("is not among the resources that were checked, so its region is not proved");
  return judgeRegionOf(target, contract);
}

/** Whether a text has the form of an ARM ID in a subscription. */
export function isResourceId(text: string): boolean {
  return parseArmId(trimmed(text)) !== undefined;
}

/** The resource with an ID, or its nearest parent, that has a location. */
export function placedResource(id: string, resources: ResourceSet): RuleResource | undefined {
  for (let one = trimmed(id); parseArmId(one) !== undefined; one = parentOf(one).replace(/\/providers$/i, "")) {
    const found = resources.find(one);
    if (found !== undefined && (at(found, "location") ?? undefined) !== undefined) return found;
  }
  return undefined;
}

function trimmed(id: string): string {
  return id.trim().replace(/\/+$/, "");
}
