import { type IncomingMessage, type OutgoingHttpHeaders, request as openRequest, type ServerResponse } from "node:http";
import { type Bandwidth, pass, type Transfer } from "./bandwidth";
import { type ErrorResponse, sendError } from "./errorResponse";
import { endToEnd } from "./headers";

/** A request that is forwarded to a container. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The container's `http://host:port`. */
  readonly url: string;
  /** Path and query as the caller sent them. It is separate because a `URL` would resolve dot segments. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** Seconds after which the caller receives 408. */
  readonly requestTimeout: number;
  /** Whether the timeout also ends a stream that has begun. */
  readonly timeoutBoundsWholeAnswer: boolean;
  /** Aborted when the answering deployment is deleted. @default never aborted */
  readonly deleted?: AbortSignal;
  /** The bandwidth of the endpoint, if it is limited. */
  readonly bandwidth?: Bandwidth;
}

/**
 * Forwards a request to its container and returns the answer, chunk by chunk. Resolves when the exchange has ended, in any way. If the
 * caller disconnects, the request to the container is canceled.
 */
export function relay(exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  return new Promise((resolve) => {
    // If the caller disconnected while the container was looked up, no event follows.
    if (response.destroyed) return resolve();
    // A new connection each time, because a container can close an idle one (vLLM after 5 s) while the next request is written to it.
    const upstream = openRequest(exchange.url, { path: exchange.path, method: request.method, headers: exchange.headers, agent: false });
    const fail = (error: ErrorResponse) => {
      if (over) return;
      over = true;
      sendError(response, error);
      upstream.destroy();
    };
    const timer = setTimeout(() => fail(timedOut(exchange.requestTimeout)), exchange.requestTimeout * 1000);
    let over = false;
    response.once("close", () => {
      over = true;
      clearTimeout(timer);
      upstream.destroy();
      resolve();
    });
    exchange.deleted?.addEventListener("abort", () => fail(modelNotReady("its deployment is being deleted")));
    upstream.on("error", (error) => fail(modelNotReady(error.message)));
    upstream.once("response", (answer) => {
      if (over) return;
      if (!exchange.timeoutBoundsWholeAnswer) clearTimeout(timer);
      const hasTrailers = writeHead(exchange, answer, sent);
      // If the container breaks off, the caller receives what it sent so far, and then a broken connection.
      answer.once("error", () => response.socket?.destroySoon());
      const received = pass(answer, response, exchange.bandwidth, () => {
        if (hasTrailers) response.addTrailers(delays(sent, received));
      });
    });
    const sent = pass(request, upstream, exchange.bandwidth);
  });
}

/** A mirrored request. Its answer is discarded. */
export interface MirroredRequest extends Pick<Exchange, "request" | "url" | "path" | "headers" | "requestTimeout" | "bandwidth"> {
  /** Cancels the mirrored request. */
  readonly signal: AbortSignal;
}

/**
 * Sends a mirrored request. Call it before `relay` in the same tick, because both read the same body. Resolves when the mirrored request
 * was answered, failed or timed out.
 */
export function mirror({ request, url, path, headers, requestTimeout, bandwidth, signal }: MirroredRequest): Promise<void> {
  return new Promise((resolve) => {
    const copy = openRequest(url, { path, method: request.method, headers, agent: false, signal });
    const timer = setTimeout(() => copy.destroy(), requestTimeout * 1000);
    copy.once("response", (answer) => answer.resume());
    copy.on("error", () => copy.destroy());
    copy.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    request.on("data", (chunk: Buffer) => {
      // Mirrored requests are not delayed themselves, but they use bandwidth.
      bandwidth?.take(chunk.length);
      copy.write(chunk);
    });
    request.once("end", () => copy.end());
    request.once("close", () => {
      if (!request.complete) copy.destroy();
    });
  });
}

const requestDelay = "ms-azureml-bandwidth-request-delay-ms";
const responseDelay = "ms-azureml-bandwidth-response-delay-ms";

function delays(sent: Transfer, received: Transfer): Record<string, string> {
  return { [requestDelay]: String(Math.round(sent.delay)), [responseDelay]: String(Math.round(received.delay)) };
}

/**
 * Each status except 200 becomes 424, with the container's status in a header and its body unchanged (Azure docs,
 * how-to-troubleshoot-online-endpoints). Trailers need an answer without a length, so an answer that is not delayed keeps its length and
 * has no trailers.
 *
 * @returns whether the answer can have trailers
 */
function writeHead({ request, response, bandwidth }: Exchange, answer: IncomingMessage, sent: Transfer): boolean {
  const length = Number(answer.headers["content-length"] ?? Number.NaN);
  const isDelayed = bandwidth !== undefined && (Number.isNaN(length) || sent.delay > 0 || bandwidth.wouldDelay(length));
  const hasTrailers = isDelayed && takesChunks(request);
  const headers = endToEnd(answer.headers, ["x-request-id", "x-ms-client-request-id", ...(hasTrailers ? ["content-length"] : [])]);
  if (hasTrailers) headers.trailer = `${requestDelay}, ${responseDelay}`;
  if (answer.statusCode === 200) {
    response.writeHead(200, headers);
  } else {
    response.writeHead(424, { ...headers, ...modelError("model_error", answer.statusCode!) });
  }
  // Otherwise Node delays the headers until the first chunk, and a slow first token looks like a stalled connection.
  response.flushHeaders();
  return hasTrailers;
}

/** Whether an answer can be chunked and so have trailers: not with HTTP/1.0, and not for HEAD, which has no body. */
function takesChunks({ httpVersionMajor, httpVersionMinor, method }: IncomingMessage): boolean {
  return httpVersionMajor === 1 && httpVersionMinor >= 1 && method !== "HEAD";
}

/** The container is not reachable or not ready. That Azure returns 424 here too is inferred from its advice on failing probes. */
export function modelNotReady(why: string): ErrorResponse {
  return {
    status: 424,
    code: "model_not_ready",
    message: `The container did not respond: ${why}.`,
    headers: modelError("model_not_ready", 503),
  };
}

function timedOut(seconds: number): ErrorResponse {
  return { status: 408, code: "request_timeout", message: `The response took longer than requestTimeout (${seconds} s).` };
}

function modelError(reason: string, status: number): Record<string, string> {
  return { "ms-azureml-model-error-reason": reason, "ms-azureml-model-error-statuscode": String(status) };
}
