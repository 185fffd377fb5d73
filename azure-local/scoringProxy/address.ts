import type { IncomingMessage } from "node:http";

/** The endpoint that a request addresses, and the part of the address that its container receives. */
export interface Address {
  readonly endpointName: string;
  readonly region?: string;
  readonly path: string;
  /** Includes the question mark. Empty if there is no query. */
  readonly query: string;
}

const azureHost = /^([a-z0-9-]+)\.([a-z0-9]+)\.inference\.ml\.azure\.com(?::\d+)?$/i;

/** Whether a host name is the name of an endpoint in Azure. */
export function isAzureHost(hostname: string): boolean {
  return azureHost.test(hostname);
}

/**
 * Parses `http://127.0.0.1:PORT/<endpointName>/<path>`, or any path with the endpoint's Azure host name. The path is not normalized, as in
 * Azure.
 */
export function parseAddress(request: Pick<IncomingMessage, "url" | "headers">): Address | undefined {
  const [rawPath = "/", ...rest] = (request.url ?? "/").split("?");
  const query = rest.length > 0 ? `?${rest.join("?")}` : "";
  // An absolute URL or `*` in the request line can't be appended to a container's address.
  if (!rawPath.startsWith("/")) return undefined;
  const host = azureHost.exec(request.headers.host ?? "");
  if (host) {
    return { endpointName: host[1]!.toLowerCase(), region: host[2]!.toLowerCase(), path: rawPath, query };
  }
  const local = /^\/([A-Za-z0-9][A-Za-z0-9_-]*)(\/.*)?$/.exec(rawPath);
  return local ? { endpointName: local[1]!, path: local[2] ?? "/", query } : undefined;
}
