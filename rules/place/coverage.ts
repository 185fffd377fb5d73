/** Resource types without a rule: where their data is can't be proved. */
import { at } from "../resource";
import { checked, type Rule } from "../rule";
import { byHost, flowRules } from "./flows";
import { isCovered } from "./types";

/** Returns a rule for all types that no given rule names, and that aren't known to hold no data. It never refuses a resource. */
export function coverageRule(rules: readonly Rule[]): Rule {
  const known = new Set(rules.flatMap(({ types }) => (types === "all" ? [] : types.map((type) => type.toLowerCase()))));
  return {
    code: "MOOR418",
    types: "all",
    check(resource) {
      const isKnown = isCovered(resource.type) || known.has(resource.type.toLowerCase());
      if (isKnown) return [];
      const problem = `No rule checks ${resource.type}, so the locations where it stores and sends data are not proved.`;
      return [checked("MOOR418", "unknown", resource, "type", resource.type, { problem, allowed: "resource types with rules" })];
    },
  };
}

/** An address outside the stack, from which a template is loaded, can change what the template writes. */
export const templateOriginRules: readonly Rule[] = flowRules([
  {
    code: "MOOR417",
    types: ["Microsoft.Resources/deployments"],
    properties: ["properties.templateLink.uri", "properties.parametersLink.uri"],
    flow: "The template is loaded from",
    judge: byHost,
  },
]);

/** A template that is loaded from an address can't be read, so the resources in it aren't checked. */
export const linkedTemplateRule: Rule = {
  code: "MOOR418",
  types: ["Microsoft.Resources/deployments"],
  check(resource) {
    const property = "properties.templateLink";
    const link = at(resource, property);
    if (link === undefined || link === null) return [];
    const text = {
      problem: "The template is loaded from a URL, so its resources are not checked.",
      allowed: "`properties.template`",
    };
    return [checked("MOOR418", "unknown", resource, property, "set", text)];
  },
};
