/** Public IP addresses, NAT gateways and routes to the internet. */
import { armTypeOf } from "../../azure/resourceTypes";
import type { Check } from "../finding";
import { at, isOfType, type ResourceSet, type RuleResource } from "../resource";
import { checked, type Rule } from "../rule";
import { isBody, isOpaque, type Value, valueAt, valueText } from "../values";
import { isPrivate } from "./addresses";
import { isOneOf, itemsOf, unknownText } from "./checks";
import { usedByScripts } from "./scriptSubnets";
import { NAT_GATEWAY, PUBLIC_ADDRESS } from "./types";

const PREFIX = "Microsoft.Network/publicIPPrefixes";
const TEMPLATE = armTypeOf("resources:Deployment");
const forScripts = "a NAT gateway of a subnet for deployment scripts";

function gatewayOutcome(gateway: RuleResource, resources: ResourceSet): Check["outcome"] {
  return usedByScripts(gateway, "properties.natGateway.id", resources);
}

/** The outcome of the gateway that uses an address. An address that nothing uses exposes nothing. */
function addressOutcome(address: RuleResource, resources: ResourceSet): Check["outcome"] {
  if (itemsOf(at(address, "properties.ipConfiguration")).length > 0) return "violated";
  const all = resources.ofType(NAT_GATEWAY);
  const users = all.filter((gateway) => addressesOf(gateway).some((id) => address.id !== undefined && isOneOf(id, address.id)));
  const outcomes = users.map((gateway) => gatewayOutcome(gateway, resources));
  if (outcomes.includes("violated")) return "violated";
  if (outcomes.length > 0) return outcomes.every((outcome) => outcome === "holds") ? "holds" : "unknown";
  return resources.isComplete && !all.some((gateway) => addressesOf(gateway).some(isOpaque)) ? "violated" : "unknown";
}

function addressesOf(gateway: RuleResource): readonly Value[] {
  return ["properties.publicIpAddresses", "properties.publicIpPrefixes"].flatMap((list) => {
    const value = at(gateway, list);
    return isOpaque(value) ? [value] : itemsOf(value).map((item) => valueAt(item, "id"));
  });
}

const gateways: Rule = {
  code: "MOOR454",
  types: [NAT_GATEWAY],
  check(resource, { resources }) {
    const outcome = gatewayOutcome(resource, resources);
    const problem = outcome === "violated" ? "Other subnets than those for deployment scripts use it." : "No subnet that uses it is known.";
    return [checked("MOOR454", outcome, resource, "id", resource.id ?? resource.name, { problem, allowed: forScripts })];
  },
};

const addresses: Rule = {
  code: "MOOR454",
  types: [PUBLIC_ADDRESS, PREFIX],
  check(resource, { resources }) {
    const outcome = addressOutcome(resource, resources);
    const problem =
      outcome === "violated" ? `It isn't used by ${forScripts}.` : `No NAT gateway that uses it, or no subnet of that gateway, is known.`;
    return [checked("MOOR454", outcome, resource, "id", resource.id ?? resource.name, { problem, allowed: forScripts })];
  },
};

/** Any other resource with a public IP address: load balancers, gateways, firewalls, bastions, network interfaces. */
const users: Rule = {
  code: "MOOR454",
  types: "all",
  check(resource) {
    // Templates give their resources, and gateways and addresses have rules of their own.
    if ([TEMPLATE, NAT_GATEWAY, PUBLIC_ADDRESS, PREFIX].some((type) => isOfType(resource, type))) return [];
    return references(at(resource, "properties"), "properties").map(([property, value]) =>
      checked("MOOR454", isOpaque(value) ? "unknown" : "violated", resource, property, value, {
        problem: isOpaque(value) ? unknownText(property, value) : "It has a public IP address.",
        allowed: forScripts,
      }),
    );
  },
};

function references(value: Value, path: string): (readonly [property: string, value: Value])[] {
  if (!isBody(value) && !Array.isArray(value)) return [];
  return Object.entries<Value>(value).flatMap(([key, one]) => {
    const property = `${path}.${key}`;
    if (!/^publicIP(Address|Prefix)(es)?$/i.test(key) || typeof one === "string") return references(one, property);
    return itemsOf(one).length > 0 ? [[property, one] as const] : [];
  });
}

/** Route tables, and routes that are resources of their own. */
const routes: Rule = {
  code: "MOOR455",
  types: ["Microsoft.Network/routeTables", "Microsoft.Network/routeTables/routes"],
  check(resource) {
    const list = "properties.routes";
    const isTable = isOfType(resource, "Microsoft.Network/routeTables");
    if (isTable && isOpaque(at(resource, list))) return [routeCheck(resource, list)];
    const paths = isTable ? itemsOf(at(resource, list)).map((_, index) => `${list}.${index}.properties`) : ["properties"];
    return paths.flatMap((path) => [routeCheck(resource, `${path}.nextHopType`), ...nextHopChecks(resource, `${path}.nextHopIpAddress`)]);
  },
};

/** The address of a virtual appliance. */
function nextHopChecks(resource: RuleResource, property: string): Check[] {
  const value = at(resource, property);
  if (value === undefined || value === null || value === "") return [];
  const outcome = isOpaque(value) ? "unknown" : isPrivate(value) ? "holds" : "violated";
  const problem =
    outcome === "unknown" ? unknownText(property, value) : `\`${property}\` is ${valueText(value)}, an address outside the network.`;
  return [checked("MOOR455", outcome, resource, property, value, { problem, allowed: "a private address" })];
}

function routeCheck(resource: RuleResource, property: string): Check {
  const value = at(resource, property);
  const allowed = ["VirtualAppliance", "VirtualNetworkGateway", "VnetLocal", "None"];
  const outcome = isOpaque(value) ? "unknown" : isOneOf(value, ...allowed) ? "holds" : "violated";
  const problem =
    outcome === "unknown" ? unknownText(property, value) : `\`${property}\` is ${valueText(value)}, so traffic leaves the network.`;
  return checked("MOOR455", outcome, resource, property, value, { problem, allowed: allowed.join(" or ") });
}

export const publicAddressRules: readonly Rule[] = [gateways, addresses, users, routes];
