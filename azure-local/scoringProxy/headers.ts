import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Headers of one connection (RFC 9110, section 7.6.1), and `expect`, which the scoring proxy answers itself. */
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

/**
 * Returns the headers of a message without hop-by-hop headers and without `dropped`. `Connection` can't remove `content-length`: without
 * it, Node would send the body of a GET without framing, and the receiver would read the body as a second request.
 */
export function endToEnd(headers: IncomingHttpHeaders, dropped: readonly string[] = []): OutgoingHttpHeaders {
  const named = (headers.connection ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "content-length");
  const removed = new Set([...hopByHop, ...named, ...dropped]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !removed.has(name)));
}

/** Framing of a request body sent to a container: chunked if it was received chunked, for all methods. */
export function bodyFrame(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };
}

/**
 * IDs of a request. `x-request-id` is always generated. `x-ms-client-request-id` is kept if it consists of at most 40 letters, digits,
 * hyphens and underscores; otherwise it is removed (Azure docs, how-to-troubleshoot-online-endpoints).
 */
export function requestIds(headers: IncomingHttpHeaders): Record<string, string> {
  const client = headers["x-ms-client-request-id"];
  const isValid = typeof client === "string" && /^[A-Za-z0-9_-]{1,40}$/.test(client);
  return { "x-request-id": randomUUID(), ...(isValid ? { "x-ms-client-request-id": client } : {}) };
}
