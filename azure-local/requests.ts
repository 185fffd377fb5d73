import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { redactText } from "./http/redact";

/** A request that a server of the local Azure has answered. */
export interface HandledRequest {
  /** Time of arrival, in ISO 8601. */
  readonly time: string;
  readonly server: "arm" | "frontdoor" | "images";
  readonly method: string;
  /** Path and query string, with secrets removed. */
  readonly path: string;
  /** Undefined if the caller disconnected before the response started. */
  readonly status?: number;
  readonly milliseconds: number;
  /** Set if the caller disconnected or the response was aborted. */
  readonly aborted?: true;
}

/** A request that has arrived but hasn't been processed yet. */
export type ArrivingRequest = Pick<HandledRequest, "server" | "method" | "path">;

/** Callbacks for requests. */
export interface RequestWatch {
  readonly onArrival?: (request: ArrivingRequest) => void;
  /** Called when the request has ended. */
  readonly onRequest?: (request: HandledRequest) => void;
}

/** Reports each request of a server, except internal requests, whose bearer token is one of `internalTokens`. */
export function watchRequests(
  server: Server,
  name: HandledRequest["server"],
  { onArrival, onRequest }: RequestWatch,
  internalTokens: readonly string[] = [],
): void {
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    if (internalTokens.some((token) => request.headers.authorization === `Bearer ${token}`)) return;
    const time = new Date();
    const startedAt = performance.now();
    const arriving: ArrivingRequest = { server: name, method: request.method ?? "GET", path: redactText(request.url ?? "/") };
    onArrival?.(arriving);
    response.once("close", () => {
      const { headersSent, statusCode, writableFinished } = response;
      onRequest?.({
        time: time.toISOString(),
        ...arriving,
        ...(headersSent ? { status: statusCode } : {}),
        milliseconds: Math.round(performance.now() - startedAt),
        ...(writableFinished ? {} : { aborted: true }),
      });
    });
  });
}
