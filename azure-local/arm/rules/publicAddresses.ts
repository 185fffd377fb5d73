/** Firewall rules of storage accounts, registries and vaults, which all take public IPv4 addresses and subnets with a service endpoint. */
import type { RuleContext } from "../model";
import { sameId } from "../path";
import { overlap, readPrefix } from "../types/addresses";
import type { SubnetProperties } from "./subnets";

/** Source: RFC 1918. */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] as const;

interface NetworkRules {
  readonly ipRules?: readonly { readonly value: string }[];
  readonly virtualNetworkRules?: readonly { readonly id: string; readonly ignoreMissingVnetServiceEndpoint?: boolean }[];
}

interface Limits {
  readonly ipRules: number;
  readonly subnets: number;
  /** Longest prefix of a range; single addresses are written without one. */
  readonly longestPrefix: number;
}

/** What is wrong with the addresses of a firewall, as a sentence. */
export function wrongAddresses({ ipRules = [] }: NetworkRules, limits: Limits): string | undefined {
  if (ipRules.length > limits.ipRules) return `'ipRules' has ${ipRules.length} entries: ${limits.ipRules} is the limit.`;
  for (const { value } of ipRules) {
    const range = readPrefix(value.includes("/") ? value : `${value}/32`);
    const bits = Number(value.split("/")[1] ?? 0);
    if (!range || bits > limits.longestPrefix)
      return `'${value}' is not a public IPv4 address or a range of /${limits.longestPrefix} or larger.`;
    const reserved = PRIVATE.find((one) => overlap(range, readPrefix(one)!));
    if (reserved) return `'${value}' is a private address, of ${reserved}: the firewall takes public addresses only.`;
  }
  return undefined;
}

/** What is wrong with the subnets of a firewall, as a sentence. */
export function wrongSubnets(
  { virtualNetworkRules = [] }: NetworkRules,
  limits: Limits,
  service: string,
  { inventory }: RuleContext,
): string | undefined {
  if (virtualNetworkRules.length > limits.subnets)
    return `'virtualNetworkRules' has ${virtualNetworkRules.length} entries: ${limits.subnets} is the limit.`;
  for (const { id, ignoreMissingVnetServiceEndpoint } of virtualNetworkRules) {
    const subnet = inventory.get(id);
    if (!subnet) return `The subnet '${id}' was not found.`;
    const { serviceEndpoints = [] } = (subnet.body.properties ?? {}) as SubnetProperties;
    const served = serviceEndpoints.some((one) => [service, `${service}.Global`].some((name) => sameId(name, one.service)));
    if (!served && ignoreMissingVnetServiceEndpoint !== true) return `The subnet '${id}' has no service endpoint of ${service}.`;
  }
  return undefined;
}
