import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Headers that belong to one connection and not to the message (RFC 9110, section 7.6.1), and `expect`, which the front door answers. */
const hopByHop = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The headers of a message without those of its connection and without `dropped`. */
export function endToEnd(headers: IncomingHttpHeaders, dropped: readonly string[] = []): OutgoingHttpHeaders {
  const named = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const gone = new Set([...hopByHop, ...named, ...dropped]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !gone.has(name)));
}

/**
 * Ids of a request: `x-request-id` is always the service's own; `x-ms-client-request-id` is kept if it has at most 40 letters, digits,
 * hyphens and underscores, and is dropped otherwise (Azure docs, how-to-troubleshoot-online-endpoints).
 */
export function requestIds(headers: IncomingHttpHeaders): Record<string, string> {
  const client = headers["x-ms-client-request-id"];
  const kept = typeof client === "string" && /^[A-Za-z0-9_-]{1,40}$/.test(client);
  return { "x-request-id": randomUUID(), ...(kept ? { "x-ms-client-request-id": client } : {}) };
}
