import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { redactText } from "./http/redact";

/** A request that a server of this Azure has answered. */
export interface SeenRequest {
  /** ISO 8601, when it came in. */
  readonly time: string;
  readonly server: "arm" | "frontdoor";
  readonly method: string;
  /** With its query, whose secrets are left out. */
  readonly path: string;
  /** Undefined where the caller hung up before an answer began. */
  readonly status?: number;
  readonly milliseconds: number;
  /** The caller hung up, or the answer broke off. */
  readonly aborted?: true;
}

/** A request that has just come in, and that nothing has been done about yet. */
export type ArrivingRequest = Pick<SeenRequest, "server" | "method" | "path">;

/** Whoever is told of requests. */
export interface RequestWatch {
  readonly onArrival?: (request: ArrivingRequest) => void;
  /** When it is over. */
  readonly onRequest?: (request: SeenRequest) => void;
}

/** Reports each request of a server. Requests that carry one of `unseen` after `Bearer ` are Azure's own and left out. */
export function watchRequests(
  server: Server,
  name: SeenRequest["server"],
  { onArrival, onRequest }: RequestWatch,
  unseen: readonly string[] = [],
): void {
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    if (unseen.some((bearer) => request.headers.authorization === `Bearer ${bearer}`)) return;
    const time = new Date();
    const begun = performance.now();
    const arriving: ArrivingRequest = { server: name, method: request.method ?? "GET", path: redactText(request.url ?? "/") };
    onArrival?.(arriving);
    response.once("close", () => {
      const { headersSent, statusCode, writableFinished } = response;
      onRequest?.({
        time: time.toISOString(),
        ...arriving,
        ...(headersSent ? { status: statusCode } : {}),
        milliseconds: Math.round(performance.now() - begun),
        ...(writableFinished ? {} : { aborted: true }),
      });
    });
  });
}
