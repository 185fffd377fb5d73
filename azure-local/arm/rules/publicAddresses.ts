/** Checks of firewall rules of storage accounts, registries and key vaults: public IPv4 addresses, and subnets with a service endpoint. */
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
  /** Longest prefix of a range. Single addresses have no prefix. */
  readonly longestPrefix: number;
}

/** The error in the IP rules of a firewall. Undefined if they are valid. */
export function ipRuleError({ ipRules = [] }: NetworkRules, limits: Limits): string | undefined {
  if (ipRules.length > limits.ipRules) return `'ipRules' has ${ipRules.length} entries: the limit is ${limits.ipRules}.`;
  for (const { value } of ipRules) {
    const range = readPrefix(value.includes("/") ? value : `${value}/32`);
    const bits = Number(value.split("/")[1] ?? 0);
    if (!range || bits > limits.longestPrefix)
      return `'${value}' is not a public IPv4 address or a range of /${limits.longestPrefix} or larger.`;
    const reserved = PRIVATE.find((one) => overlap(range, readPrefix(one)!));
    if (reserved) return `'${value}' is a private address in ${reserved}: firewall rules allow only public addresses.`;
  }
  return undefined;
}

/** The error in the virtual network rules of a firewall. Undefined if they are valid. */
export function virtualNetworkRuleError(
  { virtualNetworkRules = [] }: NetworkRules,
  limits: Limits,
  service: string,
  { inventory }: RuleContext,
): string | undefined {
  if (virtualNetworkRules.length > limits.subnets)
    return `'virtualNetworkRules' has ${virtualNetworkRules.length} entries: the limit is ${limits.subnets}.`;
  for (const { id, ignoreMissingVnetServiceEndpoint } of virtualNetworkRules) {
    const subnet = inventory.get(id);
    if (!subnet) return `The subnet '${id}' was not found.`;
    const { serviceEndpoints = [] } = (subnet.body.properties ?? {}) as SubnetProperties;
    const served = serviceEndpoints.some((one) => [service, `${service}.Global`].some((name) => sameId(name, one.service)));
    if (!served && ignoreMissingVnetServiceEndpoint !== true) return `The subnet '${id}' has no service endpoint for ${service}.`;
  }
  return undefined;
}
