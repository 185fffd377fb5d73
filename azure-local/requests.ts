import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** A request that a server of this Azure has answered. */
export interface SeenRequest {
  /** ISO 8601, when it came in. */
  readonly time: string;
  readonly server: "arm" | "frontdoor";
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Undefined where the caller hung up before an answer began. */
  readonly status?: number;
  readonly milliseconds: number;
  /** The caller hung up, or the answer broke off. */
  readonly aborted?: true;
}

/** Reports each request of a server when it is over. Requests that carry one of `unseen` after `Bearer ` are Azure's own and left out. */
export function watchRequests(
  server: Server,
  name: SeenRequest["server"],
  report: (request: SeenRequest) => void,
  unseen: readonly string[] = [],
): void {
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    if (unseen.some((bearer) => request.headers.authorization === `Bearer ${bearer}`)) return;
    const time = new Date();
    const begun = performance.now();
    response.once("close", () => {
      const { headersSent, statusCode, writableFinished } = response;
      report({
        time: time.toISOString(),
        server: name,
        method: request.method ?? "GET",
        path: request.url ?? "/",
        ...(headersSent ? { status: statusCode } : {}),
        milliseconds: Math.round(performance.now() - begun),
        ...(writableFinished ? {} : { aborted: true }),
      });
    });
  });
}
