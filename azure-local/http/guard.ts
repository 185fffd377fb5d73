import type { IncomingMessage } from "node:http";

/** A request that no server here takes, whatever it asks for. */
export interface Unacceptable {
  readonly status: 400 | 403;
  readonly code: "InvalidRequestHeader" | "HostNotAllowed" | "OriginNotAllowed";
  readonly message: string;
}

/**
 * Headers that a request may contain once (RFC 9110, and Azure's own). Of duplicates Node keeps the first or joins them, so that a proxy in front
 * may have read a different value.
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
 * Keeps web pages out, and requests that can be read in two ways. A page whose name is made to point at this machine (DNS rebinding) sends
 * its own name as `Host`; a page that posts across sites sends its `Origin`.
 *
 * @param isOwnName Whether the server answers to a host name besides those of this machine.
 */
export function unacceptable(request: IncomingMessage, isOwnName: (hostname: string) => boolean): Unacceptable | undefined {
  const twice = repeatedHeader(request.rawHeaders);
  if (twice) return { status: 400, code: "InvalidRequestHeader", message: `The header ${twice} may be sent once, and was sent twice.` };
  const coding = request.headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked") {
    return { status: 400, code: "InvalidRequestHeader", message: "The only transfer coding taken is chunked." };
  }
  const host = hostOf(request);
  // HTTP/1.0 need not send one; browsers do.
  if (host !== undefined && !answersTo(host, isOwnName)) {
    const message =
      "The host of the request is not a name of this server. Call it by localhost or 127.0.0.1, or allow the name with --allow-host.";
    return { status: 403, code: "HostNotAllowed", message };
  }
  if (isFromForeignPage(request, host)) {
    return {
      status: 403,
      code: "OriginNotAllowed",
      message: "The request comes from a web page of another origin, which may not call this server.",
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

/** With its port: of the request line where that has one (RFC 9112, 3.2.2), otherwise of the header. */
function hostOf({ url = "/", headers }: IncomingMessage): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host;
}

function answersTo(host: string, isOwnName: (hostname: string) => boolean): boolean {
  const hostname = /^(\[[\da-f:.]+\]|[\w.-]+?)\.?(?::\d*)?$/i.exec(host)?.[1]?.toLowerCase();
  return hostname !== undefined && (isLoopback(hostname) || isOwnName(hostname));
}

/** Names that no web page's owner can point anywhere (RFC 6761, 6.3). */
function isLoopback(hostname: string): boolean {
  return hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname) || /^([\w-]+\.)*localhost$/.test(hostname);
}

function isFromForeignPage({ headers }: IncomingMessage, host: string | undefined): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  const { origin } = headers;
  return origin !== undefined && /^https?:\/\/(.+)$/i.exec(origin)?.[1]?.toLowerCase() !== host?.toLowerCase();
}
