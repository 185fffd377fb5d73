/** Why a machine can't use the blobs of a storage account. */
import { lookup } from "node:dns/promises";
import { BlockList, isIPv6 } from "node:net";
import { BlobConnectionError, BlobError } from "./error";

export interface BlobsNotReachable {
  /**
   * `nameResolution`: the host name doesn't resolve. `connection`: no connection. `publicAddress`: the account rejects this machine, whose
   * DNS returns the account's public address. `networkRules`: the account rejects this machine. `permission`: the identity has no role.
   */
  readonly kind: "nameResolution" | "connection" | "publicAddress" | "networkRules" | "permission";
  /** The cause, in one sentence, and a second one if a proxy can be the reason. It contains no token. */
  readonly detail: string;
}

/** Returns the addresses of a host name. It is a parameter for tests. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Node.js error codes for a host name that doesn't resolve. Source: Node.js docs, dns, "Error codes". */
const unresolved: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"]);

/**
 * Returns the reason why a request failed. Undefined if the account was reachable, or if the error has another cause, such as a missing
 * sign-in.
 * @param host Host name of the account's blobs, also if requests are sent to another address.
 */
export async function blobsNotReachable(
  error: unknown,
  host: string,
  resolve: Resolve = systemResolve,
): Promise<BlobsNotReachable | undefined> {
  if (error instanceof BlobConnectionError) {
    if (unresolved.has(error.code)) return { kind: "nameResolution", detail: `The host name ${host} doesn't resolve (${error.code}).` };
    return { kind: "connection", detail: `${host} can't be reached (${error.code}).${proxyAdvice(host)}` };
  }
  if (!(error instanceof BlobError)) return undefined;
  if (error.isAccessDenied)
    return { kind: "permission", detail: `${host} answered ${[error.status, error.code].filter(Boolean).join(" ")}.` };
  if (!error.isNetworkDenial) return undefined;
  const addresses = await resolve(host).catch(() => []);
  const outside = addresses.find((address) => !isPrivate(address));
  if (outside !== undefined) {
    return {
      kind: "publicAddress",
      detail: `${host} resolves to the public address ${outside} on this machine, not to its private endpoint, and the account rejects it.`,
    };
  }
  return { kind: "networkRules", detail: `The network rules of ${host} reject this machine.${proxyAdvice(host)}` };
}

/** Variables of a proxy. Source: azure-sdk-for-js, `proxyPolicy`. */
const proxyVariables = ["HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY"] as const;

/** A proxy reaches the account from another place than this machine. */
function proxyAdvice(host: string): string {
  const used = proxyVariables.find((name) => process.env[name] || process.env[name.toLowerCase()]);
  return used === undefined ? "" : ` ${used} is set: if the private endpoint is reachable without the proxy, add ${host} to NO_PROXY.`;
}

const systemResolve: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** Private and shared address space, loopback and link-local addresses. Source: RFC 1918, RFC 6598, RFC 4193, RFC 4291. */
const privateRanges = new BlockList();
for (const [network, prefix] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
] as const) {
  privateRanges.addSubnet(network, prefix, "ipv4");
}
privateRanges.addSubnet("fc00::", 7, "ipv6");
privateRanges.addSubnet("fe80::", 10, "ipv6");
privateRanges.addAddress("::1", "ipv6");

function isPrivate(address: string): boolean {
  return privateRanges.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
