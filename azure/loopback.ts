/** Addresses of this machine, such as those of the local Azure. */
import { Agent } from "node:http";

/** Whether a URL is HTTPS, or leads to this machine, so that tokens and files can be sent to it. */
export function isProtected(url: string): boolean {
  return new URL(url).protocol === "https:" || (new URL(url).protocol === "http:" && isLoopback(url));
}

/** Whether a URL leads to this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127\./.test(hostname);
}

/**
 * The agent of requests over HTTP to this machine. A proxy (`HTTPS_PROXY`) doesn't reach it, and the clients of the Azure SDK use no proxy for
 * requests that have an agent. Source: azure-sdk-for-js, `proxyPolicy`.
 */
export const loopbackAgent = new Agent({ keepAlive: true });
