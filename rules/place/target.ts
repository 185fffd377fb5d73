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

/** Whether a text has the form of the ARM ID of a resource, a resource group or a subscription. */
export function isResourceId(text: string): boolean {
  return parseArmId(trimmed(text)) !== undefined || isScope(trimmed(text));
}

/** The resource with an ID, or its nearest parent, that has a location. */
function placedResource(id: string, resources: ResourceSet): RuleResource | undefined {
  if (isScope(trimmed(id))) return resources.find(trimmed(id));
  for (let one = trimmed(id); parseArmId(one) !== undefined; one = parentOf(one).replace(/\/providers$/i, "")) {
    const found = resources.find(one);
    if (found !== undefined && (at(found, "location") ?? undefined) !== undefined) return found;
  }
  return undefined;
}

/** A resource group or a subscription, which alerts can watch as a whole. */
function isScope(id: string): boolean {
  return /^\/subscriptions\/[^/]+(\/resourceGroups\/[^/]+)?$/i.test(id);
}

function trimmed(id: string): string {
  return id.trim().replace(/\/+$/, "");
}
