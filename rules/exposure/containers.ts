/** Deployment scripts and container groups, which Azure runs outside the network unless they have a subnet. */
import { armTypeOf } from "../../azure/resourceTypes";
import { at } from "../resource";
import { checked, propertyRule, type Rule } from "../rule";
import { isOpaque } from "../values";
import { itemsOf, unknownText } from "./checks";

const GROUP = armTypeOf("containerinstance:ContainerGroup");

function subnetRule(types: readonly string[], property: string): Rule {
  return {
    code: "MOOR457",
    types,
    check(resource) {
      const value = at(resource, property);
      const outcome = isOpaque(value) ? "unknown" : Array.isArray(value) && itemsOf(value).length > 0 ? "holds" : "violated";
      const problem =
        outcome === "unknown" ? unknownText(property, value) : `\`${property}\` is empty, so the container runs outside the network.`;
      return [checked("MOOR457", outcome, resource, property, value, { problem, allowed: "the ARM ID of a subnet" })];
    },
  };
}

export const containerRules: readonly Rule[] = [
  subnetRule([GROUP], "properties.subnetIds"),
  subnetRule([armTypeOf("resources:AzureCliScript")], "properties.containerSettings.subnetIds"),
  propertyRule({
    code: "MOOR457",
    types: [GROUP],
    property: "properties.ipAddress.type",
    allowed: ["Private", undefined],
    consequence: "the container has a public IP address",
  }),
];
