import type { IncomingMessage } from "node:http";

/** The error for a request that all servers of the local Azure reject. */
export interface RequestError {
  readonly status: 400 | 403;
  readonly code: "InvalidRequestHeader" | "HostNotAllowed" | "OriginNotAllowed";
  readonly message: string;
}

/**
 * Headers that a request can contain only once (RFC 9110, and Azure's own). Node keeps the first duplicate or joins them, so a proxy in
 * front of the server could read another value.
 */
const singletons = new Set([
  "api-key",
  "authorization",
  "azureml-model-deployment",
  "content-length",
  "content-range",
  "content-type",
  "cookie",
  "date",
  "expect",
  "from",
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "max-forwards",
  "ocp-apim-subscription-key",
  "origin",
  "proxy-authorization",
  "range",
  "referer",
  "sec-fetch-site",
  "transfer-encoding",
  "user-agent",
  "x-api-key",
  "x-azure-local-network",
  "x-ms-client-request-id",
  "x-ms-correlation-request-id",
  "x-request-id",
]);

/**
 * Rejects requests from web pages, and ambiguous requests. A page whose name resolves to this machine (DNS rebinding) sends its name as
 * `Host`; a page that posts across sites sends its `Origin`.
 * @param isOwnName Whether the server accepts a host name that is not a loopback name.
 */
export function requestError(request: IncomingMessage, isOwnName: (hostname: string) => boolean): RequestError | undefined {
  const repeated = repeatedHeader(request.rawHeaders);
  if (repeated) return { status: 400, code: "InvalidRequestHeader", message: `The header ${repeated} must not be repeated.` };
  const coding = request.headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked") {
    return { status: 400, code: "InvalidRequestHeader", message: "The only supported transfer coding is chunked." };
  }
  const host = hostOf(request);
  // Optional in HTTP/1.0, but browsers always send it.
  if (host !== undefined && !answersTo(host, isOwnName)) {
    const message =
      "The host of the request is not a name of this server. Use localhost or 127.0.0.1, or allow the name with --allow-host.";
    return { status: 403, code: "HostNotAllowed", message };
  }
  if (isFromForeignPage(request, host)) {
    return {
      status: 403,
      code: "OriginNotAllowed",
      message: "The request comes from a web page of another origin. Such requests are not allowed.",
    };
  }
  return undefined;
}

function repeatedHeader(rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    if (singletons.has(name) && seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/** The host with its port, from the request line if it contains one (RFC 9112, 3.2.2), otherwise from the header. */
function hostOf({ url = "/", headers }: IncomingMessage): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host;
}

function answersTo(host: string, isOwnName: (hostname: string) => boolean): boolean {
  const hostname = /^(\[[\da-f:.]+\]|[\w.-]+?)\.?(?::\d*)?$/i.exec(host)?.[1]?.toLowerCase();
  return hostname !== undefined && (isLoopback(hostname) || isOwnName(hostname));
}

/** Names that always resolve to loopback addresses (RFC 6761, 6.3). */
function isLoopback(hostname: string): boolean {
  return hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname) || /^([\w-]+\.)*localhost$/.test(hostname);
}

function isFromForeignPage({ headers }: IncomingMessage, host: string | undefined): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  const { origin } = headers;
  return origin !== undefined && /^https?:\/\/(.+)$/i.exec(origin)?.[1]?.toLowerCase() !== host?.toLowerCase();
}
