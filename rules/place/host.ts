/** Judges a host name or a URL by the resource or the region that its name contains. */
import { DOMAINS_OF_REGIONS, namedHosts, REGIONAL_DOMAINS } from "../../facts/azureHosts";
import { isRegion, type RegionName } from "../../facts/regions";
import { at, isOfType, type RuleResource } from "../resource";
import type { RuleContext } from "../rule";
import type { Value } from "../values";
import { holds, type Judgement, judgeRegion, judgeRegionOf, opaque, unproved, violated } from "./judgement";

/** Judges a URL, or a host name with an optional port. */
export function judgeHost(value: Value, context: RuleContext): Judgement {
  const unreadable = opaque(value);
  if (unreadable !== undefined) return unreadable;
  const host = typeof value === "string" ? hostOf(value) : undefined;
  return host === undefined ? violated("is not an address") : judgeHostName(host, context);
}

/** The host name of a URL or of `host:port`, in lower case. Undefined if the text is neither. */
export function hostOf(text: string): string | undefined {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim()) ? text.trim() : `https://${text.trim()}`;
  try {
    // The URL standard doesn't parse the hosts of other schemes completely, such as of `wasbs` and `grpc`.
    const host = new URL(url.replace(/^[a-z][a-z0-9+.-]*:/i, "https:").replaceAll("*", "wildcard-")).hostname;
    const name = host
      .replaceAll("wildcard-", "*")
      .replace(/\.$/, "")
      .replace(/^\[|\]$/g, "");
    return /^[\w*.:-]+$/.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

function judgeHostName(host: string, context: RuleContext): Judgement {
  if (isLoopback(host)) return holds;
  if (isPrivateAddress(host)) return unproved("is a private address, whose region is not proved");
  const named = judgeNamedHost(host, context);
  if (named !== undefined) return named;
  const region = regionOfHost(host);
  return region === undefined ? violated("is an address whose region isn't known") : judgeRegion(region, context.contract);
}

/** Judges a host that contains the name of a resource, such as `<account>.blob.core.windows.net`. Undefined for other hosts. */
function judgeNamedHost(host: string, { contract, resources }: RuleContext): Judgement | undefined {
  const service = namedHosts.find(({ domain }) => host.endsWith(`.${domain}`));
  if (service === undefined) return undefined;
  const candidates = resources.all.filter((resource) => service.types.some((type) => isOfType(resource, type)));
  const [name = "", ...rest] = host.slice(0, -service.domain.length - 1).split(".");
  if (name.includes("*")) return violated("includes the resources of every Azure customer");
  const region = rest.find(isRegion);
  if (region !== undefined) return judgeRegion(region, contract);
  if (rest.some((label) => !KNOWN_LABELS.has(label))) return unproved("is an address whose region isn't known");
  const found = candidates.find((resource) => nameOf(resource) === name || at(resource, "properties.loginServer") === host);
  if (found !== undefined) return judgeRegionOf(found, contract);
  const isComplete = candidates.length > 0 && candidates.every((resource) => nameOf(resource) !== undefined);
  return isComplete
    ? violated("belongs to a resource that the stack neither creates nor adopts")
    : unproved("is not among the resources that were checked, so its region is not proved");
}

/** Parts of host names between the name of a resource and the domain: private links, and the data of a registry in a region. */
const KNOWN_LABELS: ReadonlySet<string> = new Set(["privatelink", "data"]);

function nameOf({ id }: RuleResource): string | undefined {
  return id?.split("/").at(-1)?.toLowerCase();
}

/** The region in the name of a host of Azure. The first part is usually a name that anyone can choose. */
function regionOfHost(host: string): RegionName | undefined {
  if (!REGIONAL_DOMAINS.some((domain) => isWithin(host, domain))) return undefined;
  const labels = host.split(".").slice(DOMAINS_OF_REGIONS.some((domain) => isWithin(host, domain)) ? 0 : 1);
  return labels.map((label) => label.replace(/-\d+$/, "")).find(isRegion);
}

function isWithin(host: string, domain: string): boolean {
  return host.endsWith(`.${domain}`);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Addresses of RFC 1918. */
export function isPrivateAddress(host: string): boolean {
  return /^(10\.\d+|192\.168|172\.(1[6-9]|2\d|3[01]))\.\d+\.\d+$/.test(host);
}

/** A URL or connection string without everything that can be a secret: only its hosts. A list or an object isn't shown. */
export function withoutSecrets(value: Value): Value {
  if (typeof value === "object" && value !== null) return "a value that isn't text";
  if (typeof value !== "string") return value;
  // URIs of assets and digests of images contain names only.
  if (isAssetUri(value) || isDigest(value)) return value;
  const urls = urlsIn(value);
  if (urls.length === 0) return /[?@;=\s]/.test(value) ? (hostOf(value) ?? "an address") : value;
  return urls.map((url) => `${url.slice(0, url.indexOf("://"))}://${hostOf(url) ?? "…"}`).join(", ");
}

/** The URLs in a text. */
export function urlsIn(text: string): string[] {
  return text.match(/[a-z][a-z0-9+.-]*:\/\/[^\s"'`;,<>{}]+/gi) ?? [];
}

function isDigest(text: string): boolean {
  return /^[^\s?;=@]+@sha256:[0-9a-f]{64}$/i.test(text);
}

/** Whether a text is a URI of Azure Machine Learning, which names an asset instead of a host. */
export function isAssetUri(text: string): boolean {
  return /^azureml:\/\/[^?\s]+$/i.test(text);
}
