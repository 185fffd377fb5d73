/** The region of every resource. */
import { allowedText, isAllowed } from "../contract";
import { at } from "../resource";
import { checked, type Rule } from "../rule";
import { isOpaque, valueText } from "../values";

export const locationRule: Rule = {
  code: "MOOR401",
  types: "all",
  check(resource, { contract }) {
    const location = at(resource, "location");
    // Child resources and extensions have no region of their own. Other rules check global resources.
    if (location === undefined || location === null || (typeof location === "string" && location.toLowerCase() === "global")) return [];
    const text = { problem: `Its region is ${valueText(location)}, outside the residency.`, allowed: allowedText(contract) };
    if (isOpaque(location))
      return [checked("MOOR401", "unknown", resource, "location", location, { ...text, problem: `Its region is ${valueText(location)}.` })];
    const holds = typeof location === "string" && isAllowed(contract, location);
    return [checked("MOOR401", holds ? "holds" : "violated", resource, "location", location, text)];
  },
};
