/** DNS: servers outside the network, and records of private zones that point outside it. */
import type { Check } from "../finding";
import { at, type RuleResource } from "../resource";
import { checked, propertyRule, type Rule } from "../rule";
import { isOpaque, type Value, valuesAt, valueText } from "../values";
import { isPrivate } from "./addresses";
import { itemsOf, unknownText } from "./checks";
import { NETWORK } from "./types";

const ZONE = "Microsoft.Network/privateDnsZones";
const addresses = "private addresses";

/** A DNS server outside the network sees the names that clients ask for, and can answer with addresses of its own. */
const dnsServers: Rule = {
  code: "MOOR456",
  types: [NETWORK],
  check(resource) {
    const list = "properties.dhcpOptions.dnsServers";
    const value = at(resource, list);
    const check = (property: string, one: Value, outcome: Check["outcome"]) =>
      checked("MOOR456", outcome, resource, property, one, {
        problem:
          outcome === "unknown" ? unknownText(property, one) : `\`${property}\` is ${valueText(one)}, an address outside the network.`,
        allowed: "private addresses, 168.63.129.16, or absent (Azure DNS)",
      });
    if (isOpaque(value)) return [check(list, value, "unknown")];
    const servers = itemsOf(value);
    if (servers.length === 0) return [check(list, value, "holds")];
    return servers.map((one, index) => check(`${list}.${index}`, one, isOpaque(one) ? "unknown" : isPrivate(one) ? "holds" : "violated"));
  },
};

/** Resolvers to which a forwarding rule sends names. */
const forwarding: Rule = {
  code: "MOOR456",
  types: ["Microsoft.Network/dnsForwardingRulesets/forwardingRules"],
  check: (resource) =>
    valuesAt(resource.body, "properties.targetDnsServers.*.ipAddress").map(({ path, value }) =>
      addressCheck(resource, path, value, "names are resolved by a server outside the network", addresses),
    ),
};

/** Records that send clients of the network to addresses outside it, for example to another account. */
const records: Rule = {
  code: "MOOR456",
  types: [`${ZONE}/A`, `${ZONE}/AAAA`],
  check: (resource) =>
    ["properties.aRecords.*.ipv4Address", "properties.aaaaRecords.*.ipv6Address"]
      .flatMap((pattern) => valuesAt(resource.body, pattern))
      .map(({ path, value }) => addressCheck(resource, path, value, "clients send data to an address outside the network", addresses)),
};

function addressCheck(resource: RuleResource, property: string, value: Value, consequence: string, allowed: string): Check {
  const outcome = isOpaque(value) ? "unknown" : isPrivate(value) ? "holds" : "violated";
  const problem = outcome === "unknown" ? unknownText(property, value) : `\`${property}\` is ${valueText(value)}, so ${consequence}.`;
  return checked("MOOR456", outcome, resource, property, value, { problem, allowed });
}

/** An alias of another name. Names of private links are resolved in the network. */
const aliases: Rule = {
  code: "MOOR456",
  types: [`${ZONE}/CNAME`],
  check(resource, { resources }) {
    const zones = resources.ofType(ZONE).flatMap(({ id }) => (id === undefined ? [] : [id.slice(id.lastIndexOf("/") + 1).toLowerCase()]));
    return valuesAt(resource.body, "properties.cnameRecord.cname").map(({ path, value }) => {
      const name = typeof value === "string" ? value.toLowerCase().replace(/\.$/, "") : "";
      const isInZone = zones.some((zone) => name.endsWith(`.${zone}`)) || name.includes(".privatelink.");
      const outcome = isOpaque(value) ? "unknown" : isInZone ? "holds" : "violated";
      const problem =
        outcome === "unknown"
          ? unknownText(path, value)
          : `\`${path}\` is ${valueText(value)}, so clients send data to a host outside the network.`;
      return checked("MOOR456", outcome, resource, path, value, { problem, allowed: "names in the private DNS zones of the stack" });
    });
  },
};

export const dnsRules: readonly Rule[] = [
  dnsServers,
  forwarding,
  records,
  aliases,
  // Source: Azure docs, dns/private-dns-fallback (2025).
  propertyRule({
    code: "MOOR456",
    types: [`${ZONE}/virtualNetworkLinks`],
    property: "properties.resolutionPolicy",
    allowed: ["Default", undefined],
    consequence: "names without a record in the zone are resolved to public addresses",
    remedy: "Set `resolutionPolicy` to `Default`.",
  }),
];
