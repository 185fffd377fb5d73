/** Network rules of stores: default action, exceptions, and services that bypass them. */
import type { Contract } from "../contract";
import type { Check } from "../finding";
import { at, type ResourceSet, type RuleResource } from "../resource";
import { checked, propertyRule, type Rule } from "../rule";
import { isOpaque, type Value, valueAt, valueText } from "../values";
import { emptyRule, isOneOf, itemsOf, unknownText } from "./checks";
import { REGISTRY, STORAGE, VAULT, WORKSPACE } from "./types";

const ACLS = "properties.networkAcls";
const RULE_SET = "properties.networkRuleSet";

const firewalls = [
  { types: [STORAGE, VAULT, WORKSPACE], path: ACLS },
  { types: [REGISTRY], path: RULE_SET },
];

function defaultActionRule({ types, path }: (typeof firewalls)[number]): Rule {
  const property = `${path}.defaultAction`;
  return {
    code: "MOOR441",
    types,
    check(resource) {
      const value = at(resource, property);
      // Without rules, only public network access decides, which has a rule of its own.
      const outcome = isOpaque(value) ? "unknown" : isOneOf(value, "Deny") || isAbsent(value) ? "holds" : "violated";
      const problem =
        outcome === "unknown"
          ? unknownText(property, value)
          : `\`${property}\` is ${valueText(value)}, so networks without a rule have access if public network access is enabled.`;
      return [checked("MOOR441", outcome, resource, property, value, { problem, allowed: "Deny" })];
    },
  };
}

function isAbsent(value: Value): boolean {
  return value === undefined || value === null;
}

const exceptions = firewalls.flatMap(({ types, path }) =>
  ["ipRules", "ipv6Rules", "virtualNetworkRules"].map((list) =>
    emptyRule({
      code: "MOOR442",
      types,
      property: `${path}.${list}`,
      consequence: "clients there can connect to the resource over its public address",
    }),
  ),
);

/** `Logging` and `Metrics` would let anyone with access to the account read its logs and metrics from any network. */
const bypassRules: readonly Rule[] = [
  propertyRule({
    code: "MOOR443",
    types: [STORAGE, VAULT],
    property: `${ACLS}.bypass`,
    allowed: ["AzureServices", "None", undefined],
    consequence: "other services bypass the network rules",
  }),
  propertyRule({
    code: "MOOR443",
    types: [REGISTRY],
    property: "properties.networkRuleBypassOptions",
    allowed: ["AzureServices", "None", undefined],
    consequence: "other services bypass the network rules",
  }),
  // The stack file can allow it, but it stays a finding: anyone who can write a task can then read and write images from the internet.
  propertyRule({
    code: "MOOR444",
    types: [REGISTRY],
    property: "properties.networkRuleBypassAllowedForTasks",
    allowed: [false, undefined],
    consequence: "tasks can connect to the registry over its public address",
  }),
];

/** Resources that have access to a storage account over its public address: only the workspaces of the stack. */
const resourceAccess: Rule = {
  code: "MOOR443",
  types: [STORAGE],
  check(resource, { contract, resources }) {
    const property = `${ACLS}.resourceAccessRules`;
    const list = at(resource, property);
    if (isOpaque(list)) return [accessCheck(resource, property, list, "unknown")];
    const items = itemsOf(list);
    if (items.length === 0) return [accessCheck(resource, property, list, "holds")];
    return items.map((item, index) => accessCheck(resource, `${property}.${index}`, item, accessOutcome(item, resources, contract)));
  },
};

function accessOutcome(item: Value, resources: ResourceSet, { tenantId }: Contract): Check["outcome"] {
  const id = valueAt(item, "resourceId");
  const tenant = valueAt(item, "tenantId");
  if (isOpaque(id) || isOpaque(tenant)) return "unknown";
  if (typeof id !== "string" || resources.find(id) === undefined) return "violated";
  return tenantId === undefined || isOneOf(tenant, tenantId) ? "holds" : "violated";
}

function accessCheck(resource: RuleResource, property: string, value: Value, outcome: Check["outcome"]): Check {
  const problem =
    outcome === "unknown"
      ? unknownText(property, value)
      : `\`${property}\` is ${valueText(value)}, so a resource outside the stack or in another tenant bypasses the network rules.`;
  return checked("MOOR443", outcome, resource, property, value, { problem, allowed: "resources of the stack, in its tenant" });
}

export const firewallRules: readonly Rule[] = [...firewalls.map(defaultActionRule), ...exceptions, ...bypassRules, resourceAccess];
