/** Rules of network security groups: what reaches the network from outside, and what leaves it. */
import { isWithinArmId } from "../../azure/armId";
import type { Check } from "../finding";
import { at, isOfType, type ResourceSet, type RuleResource } from "../resource";
import { checked, type Rule } from "../rule";
import { isOpaque, type Value, valueAt, valueText } from "../values";
import { isInside } from "./addresses";
import { isOneOf, itemsOf, unknownText } from "./checks";
import { usedByScripts } from "./scriptSubnets";
import { SECURITY_GROUP } from "./types";

const SECURITY_RULE = `${SECURITY_GROUP}/securityRules`;
const LIST = "properties.securityRules";
const INTERNET = ["Internet", "*", "0.0.0.0/0"] as const;

/** Both directions: the side of a rule that is outside the network. */
const sides = {
  Inbound: { code: "MOOR450", side: "source", verb: "allows traffic from" },
  Outbound: { code: "MOOR451", side: "destination", verb: "allows traffic to" },
} as const;

type Direction = keyof typeof sides;

/** Checks a security rule. @param path Path of the rule's properties in the resource. */
function ruleChecks(resource: RuleResource, path: string, resources: ResourceSet): Check[] {
  const rule = at(resource, path);
  const direction = valueAt(rule, "direction");
  const access = valueAt(rule, "access");
  const parts: readonly Value[] = [rule, direction, access];
  const opaque = parts.find(isOpaque);
  if (opaque !== undefined) return (["Inbound", "Outbound"] as const).map((one) => sideCheck(resource, path, one, opaque, "unknown"));
  if (isOneOf(access, "Deny")) return [];
  return isOneOf(direction, "Outbound")
    ? addressChecks(resource, path, "Outbound", resources)
    : addressChecks(resource, path, "Inbound", resources);
}

function addressChecks(resource: RuleResource, path: string, direction: Direction, resources: ResourceSet): Check[] {
  const { side } = sides[direction];
  const single = `${path}.${side}AddressPrefix`;
  const list = `${path}.${side}AddressPrefixes`;
  const groups = `${path}.${side}ApplicationSecurityGroups`;
  const values = [
    [single, at(resource, single)] as const,
    ...itemsOf(at(resource, list)).map((value, index) => [`${list}.${index}`, value] as const),
  ].filter(([, value]) => value !== undefined && value !== null && value !== "");
  // Network interfaces of an application security group are in the network.
  if (values.length === 0 && itemsOf(at(resource, groups)).length > 0) return [];
  if (values.length === 0) return [sideCheck(resource, single, direction, undefined, "violated")];
  return values.map(([property, value]) => {
    const outcome = isOpaque(value) ? "unknown" : isInside(value) ? "holds" : outsideOutcome(resource, path, direction, value, resources);
    return sideCheck(resource, property, direction, value, outcome);
  });
}

/** Only HTTPS to the internet is allowed, and only from the subnet for deployment scripts. */
function outsideOutcome(
  resource: RuleResource,
  path: string,
  direction: Direction,
  value: Value,
  resources: ResourceSet,
): Check["outcome"] {
  if (direction === "Inbound" || !isOneOf(value, "Internet")) return "violated";
  const rule = at(resource, path);
  if (portsOf(rule).some(isOpaque) || isOpaque(valueAt(rule, "protocol"))) return "unknown";
  if (!isHttps(rule)) return "violated";
  const group = isOfType(resource, SECURITY_GROUP) ? resource : parentGroup(resource, resources);
  return group === undefined ? "unknown" : usedByScripts(group, "properties.networkSecurityGroup.id", resources);
}

function portsOf(rule: Value): readonly Value[] {
  const ports: readonly Value[] = [valueAt(rule, "destinationPortRange"), ...itemsOf(valueAt(rule, "destinationPortRanges"))];
  return ports.filter((port) => port !== undefined && port !== null && port !== "");
}

function isHttps(rule: Value): boolean {
  const ports = portsOf(rule);
  return isOneOf(valueAt(rule, "protocol"), "Tcp") && ports.length > 0 && ports.every((port) => isOneOf(port, "443"));
}

function parentGroup({ id }: RuleResource, resources: ResourceSet): RuleResource | undefined {
  return id === undefined ? undefined : resources.find(id.split("/").slice(0, -2).join("/"));
}

function sideCheck(resource: RuleResource, property: string, direction: Direction, value: Value, outcome: Check["outcome"]): Check {
  const { code, verb } = sides[direction];
  const problem =
    outcome !== "unknown"
      ? `The rule ${verb} ${value === undefined ? "any address" : valueText(value)}.`
      : isOpaque(value)
        ? unknownText(property, value)
        : `The rule ${verb} ${valueText(value)}, and no subnet that uses the network security group is known.`;
  const allowed =
    direction === "Inbound"
      ? "VirtualNetwork or private addresses"
      : "VirtualNetwork or private addresses; HTTPS to Internet from a script subnet";
  return checked(code, outcome, resource, property, value, { problem, allowed });
}

/** Azure's default rules allow all outbound traffic to the internet, so a rule must deny it. */
function defaultOutbound(resource: RuleResource, resources: ResourceSet): Check {
  const list = at(resource, LIST);
  const rules = itemsOf(list).map((item) => valueAt(item, "properties"));
  const isDenied = rules.some(deniesOutbound);
  const hasChildren = resources
    .ofType(SECURITY_RULE)
    .some(({ id }) => id !== undefined && resource.id !== undefined && isWithinArmId(id, resource.id));
  const isUnknown = isOpaque(list) || hasChildren || rules.some((rule) => rulesValues(rule).some(isOpaque));
  const outcome = isDenied ? "holds" : isUnknown ? "unknown" : "violated";
  const problem =
    outcome === "unknown"
      ? "Not all of its rules are known."
      : "No rule denies other outbound traffic, and Azure's default rules allow all outbound traffic to the internet.";
  const value = isDenied ? "denies other outbound traffic" : "no rule that denies outbound traffic";
  return checked("MOOR451", outcome, resource, LIST, value, { problem, allowed: "a rule that denies outbound traffic to any address" });
}

const matched = [
  "access",
  "direction",
  "protocol",
  "sourceAddressPrefix",
  "sourcePortRange",
  "destinationAddressPrefix",
  "destinationPortRange",
];

function rulesValues(rule: Value): Value[] {
  return matched.map((key) => valueAt(rule, key));
}

function deniesOutbound(rule: Value): boolean {
  const [access, direction, protocol, source, sourcePort, destination, port] = rulesValues(rule);
  return (
    isOneOf(access, "Deny") &&
    isOneOf(direction, "Outbound") &&
    isOneOf(protocol, "*") &&
    isOneOf(sourcePort, "*") &&
    isOneOf(port, "*") &&
    isOneOf(source, "*", "0.0.0.0/0") &&
    isOneOf(destination, ...INTERNET)
  );
}

/** Whether a network security group lets traffic out that only a subnet for deployment scripts may let out. Other traffic is a finding of the group. */
export function letsOut(group: RuleResource, resources: ResourceSet): boolean {
  return itemsOf(at(group, LIST))
    .flatMap((_, index) => ruleChecks(group, `${LIST}.${index}.properties`, resources))
    .some(({ code, property }) => code === "MOOR451" && isOneOf(at(group, property), "Internet"));
}

export const securityGroupRules: readonly Rule[] = [
  {
    code: "MOOR450",
    types: [SECURITY_GROUP],
    check(resource, { resources }) {
      const list = at(resource, LIST);
      if (isOpaque(list)) return (["Inbound", "Outbound"] as const).map((one) => sideCheck(resource, LIST, one, list, "unknown"));
      const each = itemsOf(list).flatMap((_, index) => ruleChecks(resource, `${LIST}.${index}.properties`, resources));
      return [...each, defaultOutbound(resource, resources)];
    },
  },
  {
    code: "MOOR450",
    types: [SECURITY_RULE],
    check: (resource, { resources }) => ruleChecks(resource, "properties", resources),
  },
];
