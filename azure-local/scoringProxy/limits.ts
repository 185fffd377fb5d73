import type { Socket } from "node:net";
import type { EndpointView } from "./directory";
import type { ErrorResponse } from "./errorResponse";

/** Limits of one endpoint, above which Azure delays or rejects requests. A support request can raise each of them. */
export interface EndpointLimits {
  /** @default 500 */
  readonly requestsPerSecond: number;
  /** @default 500 */
  readonly connectionsPerSecond: number;
  /** Concurrent connections, which also limits concurrent streams. @default 500 */
  readonly activeConnections: number;
  /** Bytes per second of requests and responses together. Azure documents 5 MBPS, interpreted here as megabytes. @default 5000000 */
  readonly bytesPerSecond: number;
}

/** Azure docs, machine-learning/how-to-manage-quotas (online endpoints). */
export const defaultLimits: EndpointLimits = {
  requestsPerSecond: 500,
  connectionsPerSecond: 500,
  activeConnections: 500,
  bytesPerSecond: 5_000_000,
};

/** Counts the requests and connections of each endpoint. */
export class Rates {
  private readonly endpoints = new Map<string, Usage>();

  constructor(
    private readonly limits: EndpointLimits,
    /** Milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts a request and returns an error if it exceeds a limit. Rejected requests count too. */
  enter(endpoint: EndpointView, socket: Socket): ErrorResponse | undefined {
    const usage = this.usageOf(endpoint);
    const now = this.now();
    const isNew = !usage.sockets.has(socket);
    if (isNew) {
      usage.sockets.add(socket);
      socket.once("close", () => usage.sockets.delete(socket));
    }
    const requests = usage.requests.count(now);
    const connections = isNew ? usage.connections.count(now) : 0;
    const { requestsPerSecond, connectionsPerSecond, activeConnections } = this.limits;
    if (usage.sockets.size > activeConnections) return tooMany(`${activeConnections} concurrent connections`);
    if (connections > connectionsPerSecond) return tooMany(`${connectionsPerSecond} new connections per second`);
    if (requests > requestsPerSecond) return tooMany(`${requestsPerSecond} requests per second`);
    return undefined;
  }

  private usageOf({ name, region }: EndpointView): Usage {
    const key = `${region}/${name}`;
    const usage = this.endpoints.get(key) ?? { requests: new Second(), connections: new Second(), sockets: new Set() };
    this.endpoints.set(key, usage);
    return usage;
  }
}

interface Usage {
  readonly requests: Second;
  readonly connections: Second;
  readonly sockets: Set<Socket>;
}

/** Counts events within the current second. */
class Second {
  private began = Number.NEGATIVE_INFINITY;
  private counted = 0;

  /** @returns the number of events in this second, including this one */
  count(now: number): number {
    if (now - this.began >= 1000) {
      this.began = now;
      this.counted = 0;
    }
    this.counted += 1;
    return this.counted;
  }
}

function tooMany(limit: string): ErrorResponse {
  return { status: 429, code: "rate_limit_exceeded", message: `The endpoint allows ${limit}.` };
}
