import type { IncomingMessage } from "node:http";

/** Which endpoint a request is for, and what its container sees of the address. */
export interface Address {
  readonly endpointName: string;
  readonly region?: string;
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
}

const azureHost = /^([a-z0-9-]+)\.([a-z0-9]+)\.inference\.ml\.azure\.com(?::\d+)?$/i;

/** Whether a host name is that of an endpoint in Azure. */
export function isAzureHost(hostname: string): boolean {
  return azureHost.test(hostname);
}

/**
 * `http://127.0.0.1:PORT/<endpointName>/<path>`, or any path with Azure's own host name. The path stays as it was sent: a container
 * behind Azure sees no normalised one either.
 */
export function parseAddress(request: Pick<IncomingMessage, "url" | "headers">): Address | undefined {
  const [rawPath = "/", ...rest] = (request.url ?? "/").split("?");
  const query = rest.length > 0 ? `?${rest.join("?")}` : "";
  // An absolute URL or `*` on the request line; a container's address could not be put in front of it.
  if (!rawPath.startsWith("/")) return undefined;
  const host = azureHost.exec(request.headers.host ?? "");
  if (host) {
    return { endpointName: host[1]!.toLowerCase(), region: host[2]!.toLowerCase(), path: rawPath, query };
  }
  const local = /^\/([A-Za-z0-9][A-Za-z0-9_-]*)(\/.*)?$/.exec(rawPath);
  return local ? { endpointName: local[1]!, path: local[2] ?? "/", query } : undefined;
}
