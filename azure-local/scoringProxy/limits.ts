import type { Socket } from "node:net";
import type { EndpointView } from "./directory";
import type { Refusal } from "./refusal";

/** What one endpoint takes before Azure slows callers down or refuses them. All can be raised by a support request. */
export interface EndpointLimits {
  /** @default 500 */
  readonly requestsPerSecond: number;
  /** @default 500 */
  readonly connectionsPerSecond: number;
  /** Connections open at once, which bounds streams at once. @default 500 */
  readonly activeConnections: number;
  /** Bytes a second, requests and answers together. Azure writes 5 MBPS, read here as megabytes. @default 5000000 */
  readonly bytesPerSecond: number;
}

/** Azure docs, machine-learning/how-to-manage-quotas (online endpoints). */
export const defaultLimits: EndpointLimits = {
  requestsPerSecond: 500,
  connectionsPerSecond: 500,
  activeConnections: 500,
  bytesPerSecond: 5_000_000,
};

/** Counts requests and connections of each endpoint. */
export class Rates {
  private readonly endpoints = new Map<string, Usage>();

  constructor(
    private readonly limits: EndpointLimits,
    /** Milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts a request; the refusal if it is one too many. A refused request counts like any other. */
  enter(endpoint: EndpointView, socket: Socket): Refusal | undefined {
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
    if (usage.sockets.size > activeConnections) return tooMany(`${activeConnections} connections at once`);
    if (connections > connectionsPerSecond) return tooMany(`${connectionsPerSecond} new connections a second`);
    if (requests > requestsPerSecond) return tooMany(`${requestsPerSecond} requests a second`);
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

/** Counts within the present second. */
class Second {
  private began = Number.NEGATIVE_INFINITY;
  private counted = 0;

  /** @returns how many there were in this second, this one included. */
  count(now: number): number {
    if (now - this.began >= 1000) {
      this.began = now;
      this.counted = 0;
    }
    this.counted += 1;
    return this.counted;
  }
}

function tooMany(limit: string): Refusal {
  return { status: 429, code: "rate_limit_exceeded", message: `The endpoint takes ${limit}.` };
}
