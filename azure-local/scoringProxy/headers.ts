import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Headers that belong to one connection and not to the message (RFC 9110, section 7.6.1), and `expect`, which the scoring proxy answers. */
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
 * The headers of a message without those of its connection and without `dropped`. `Connection` can't name the length: without it, Node would
 * send the body of a GET without a frame, and the receiver would read it as a second request.
 */
export function endToEnd(headers: IncomingHttpHeaders, dropped: readonly string[] = []): OutgoingHttpHeaders {
  const named = (headers.connection ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "content-length");
  const gone = new Set([...hopByHop, ...named, ...dropped]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !gone.has(name)));
}

/** How the body of a request is framed on its way to a container: in chunks where it came in chunks, whatever the method. */
export function bodyFrame(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };
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
