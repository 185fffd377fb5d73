/** Public network access of stores, workspaces and endpoints. */
import { at, isOfType } from "../resource";
import { propertyRule, type Rule } from "../rule";
import { emptyRule } from "./checks";
import { ENDPOINT, REGISTRY, STORAGE, VAULT, WORKSPACE } from "./types";

const consequence = "the resource can be reached from outside the network";

/** Types whose default is `Enabled`, so that an absent property is a finding. */
const openByDefault = [STORAGE, VAULT, REGISTRY, WORKSPACE, ENDPOINT, "Microsoft.MachineLearningServices/registries"];

const property = "properties.publicNetworkAccess";
const closed = propertyRule({ code: "MOOR440", types: openByDefault, property, allowed: ["Disabled"], consequence });

/** Services that a stack doesn't require, with the same default. Not every service returns its default, so only planned ones must state it. */
const othersOpenByDefault = [
  "Microsoft.CognitiveServices/accounts",
  "Microsoft.DocumentDB/databaseAccounts",
  "Microsoft.EventHub/namespaces",
  "Microsoft.Search/searchServices",
  "Microsoft.ServiceBus/namespaces",
  "Microsoft.Sql/servers",
  "Microsoft.Cache/redis",
  "Microsoft.Web/sites",
] as const;

/** A type that no other rule of this folder names, for example an event hub, if it has the property. */
const closedOthers: Rule = {
  code: "MOOR440",
  types: "all",
  check: (resource, context) => {
    const isNamed = openByDefault.some((type) => isOfType(resource, type));
    const isOpen = resource.from === "planned" && othersOpenByDefault.some((type) => isOfType(resource, type));
    return isNamed || (at(resource, property) === undefined && !isOpen) ? [] : closed.check(resource, context);
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
  ...(
    [
      ["routingChoice", ["MicrosoftRouting", undefined]],
      ["publishInternetEndpoints", [false, undefined]],
    ] as const
  ).map(([name, allowed]) =>
    // Source: Azure docs, storage/common/network-routing-preference (2024).
    propertyRule({
      code: "MOOR440",
      types: [STORAGE],
      property: `properties.routingPreference.${name}`,
      allowed,
      consequence: "traffic of its public addresses crosses the internet instead of Microsoft's network",
      remedy: "Remove `routingPreference`.",
    }),
  ),
  emptyRule({
    code: "MOOR442",
    types: [WORKSPACE],
    property: "properties.ipAllowlist",
    consequence: "the workspace and its endpoints can be reached from these addresses",
  }),
];
