/** Addresses inside and outside a private network. */
import { BlockList, isIP } from "node:net";
import type { Value } from "../values";
import { isOneOf } from "./checks";

/** Private, shared and unique local addresses. Source: RFC 1918, RFC 6598, RFC 4193. */
const blocks = [
  ["10.0.0.0", 8, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["fc00::", 7, "ipv6"],
] as const;

/** The platform's virtual address: Azure DNS and health probes. Source: Azure docs, virtual-network/what-is-ip-address-168-63-129-16. */
const PLATFORM_ADDRESS = "168.63.129.16";

/**
 * Service tags whose addresses are in the network or are the platform's. Source: Azure docs, virtual-network/service-tags-overview (2025).
 * `VirtualNetwork` includes peered and connected on-premises networks.
 */
const insideTags = ["VirtualNetwork", "AzureLoadBalancer", "AzurePlatformDNS", "AzurePlatformIMDS"] as const;

/** Whether a prefix of a security rule contains only addresses inside the network: a service tag, an address or a CIDR block. */
export function isInside(prefix: Value): boolean {
  return isOneOf(prefix, ...insideTags) || isPrivate(prefix);
}

/** Whether an address or a CIDR block is private, or is the platform's. */
export function isPrivate(prefix: Value): boolean {
  if (typeof prefix !== "string") return false;
  const [address = "", length, ...rest] = prefix.trim().split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  const full = version === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return false;
  const bits = length === undefined ? full : Number(length);
  if (bits > full) return false;
  if (address === PLATFORM_ADDRESS) return bits === full;
  return blocks.some(([base, prefixBits, family]) => {
    if (family !== `ipv${version}` || bits < prefixBits) return false;
    const list = new BlockList();
    list.addSubnet(base, prefixBits, family);
    return list.check(address, family);
  });
}
