/** Public network access of stores, workspaces and endpoints. */
import { at } from "../resource";
import { propertyRule, type Rule } from "../rule";
import { emptyRule } from "./checks";
import { ENDPOINT, REGISTRY, STORAGE, VAULT, WORKSPACE } from "./types";

const consequence = "the resource can be reached from outside the network";

/** Types whose default is `Enabled`, so that an absent property is a finding. */
const openByDefault = [STORAGE, VAULT, REGISTRY, WORKSPACE, ENDPOINT, "Microsoft.MachineLearningServices/registries"];

const property = "properties.publicNetworkAccess";
const closed = propertyRule({ code: "MOOR440", types: openByDefault, property, allowed: ["Disabled"], consequence });

/** A type that no other rule of this folder names, for example an event hub, if it has the property. */
const closedOthers: Rule = {
  code: "MOOR440",
  types: "all",
  check: (resource, context) => {
    const isNamed = openByDefault.some((type) => type.toLowerCase() === resource.type.toLowerCase());
    return isNamed || at(resource, property) === undefined ? [] : closed.check(resource, context);
  },
};

/** Source: Azure docs, machine-learning/how-to-configure-private-link (2025). */
export const publicAccessRules: readonly Rule[] = [
  closed,
  closedOthers,
  propertyRule({
    code: "MOOR440",
    types: [WORKSPACE],
    property: "properties.allowPublicAccessWhenBehindVnet",
    allowed: [false, undefined],
    consequence,
  }),
  emptyRule({
    code: "MOOR442",
    types: [WORKSPACE],
    property: "properties.ipAllowlist",
    consequence: "the workspace and its endpoints can be reached from these addresses",
  }),
];
