import { type IncomingMessage, type OutgoingHttpHeaders, request as openRequest, type ServerResponse } from "node:http";
import { type Bandwidth, pass, type Transfer } from "./bandwidth";
import { endToEnd } from "./headers";
import { type Refusal, refuse } from "./refusal";

/** One request on its way to a container. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The container's `http://host:port`. */
  readonly url: string;
  /** With query, as the caller sent it: a URL made of both would resolve its dots. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** Seconds, after which the caller gets 408. */
  readonly requestTimeout: number;
  /** Whether a stream that has begun is cut when the time is over. */
  readonly timeoutBoundsWholeAnswer: boolean;
  /** Aborted when the deployment that answers is deleted. @default it stays */
  readonly deleted?: AbortSignal;
  /** The endpoint's, if it is limited. */
  readonly bandwidth?: Bandwidth;
}

/**
 * Passes a request to its container and the answer back, chunk by chunk. Resolves when the exchange is over, however it ended: a caller
 * who hangs up cancels the container's work.
 */
export function relay(exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  return new Promise((resolve) => {
    // The caller may have hung up while the container was being found; then no event will come.
    if (response.destroyed) return resolve();
    // A fresh connection each time: a container may close an idle one (vLLM after 5 s) just when the next request is written to it.
    const upstream = openRequest(exchange.url, { path: exchange.path, method: request.method, headers: exchange.headers, agent: false });
    const end = (refusal: Refusal) => {
      if (over) return;
      over = true;
      refuse(response, refusal);
      upstream.destroy();
    };
    const timer = setTimeout(() => end(timedOut(exchange.requestTimeout)), exchange.requestTimeout * 1000);
    let over = false;
    response.once("close", () => {
      over = true;
      clearTimeout(timer);
      upstream.destroy();
      resolve();
    });
    exchange.deleted?.addEventListener("abort", () => end(modelNotReady("its deployment is being deleted")));
    upstream.on("error", (error) => end(modelNotReady(error.message)));
    upstream.once("response", (answer) => {
      if (over) return;
      if (!exchange.timeoutBoundsWholeAnswer) clearTimeout(timer);
      const hasTrailers = writeHead(exchange, answer, sent);
      // The caller gets what the container sent before it broke off, and sees that it broke off.
      answer.once("error", () => response.socket?.destroySoon());
      const received = pass(answer, response, exchange.bandwidth, () => {
        if (hasTrailers) response.addTrailers(delays(sent, received));
      });
    });
    const sent = pass(request, upstream, exchange.bandwidth);
  });
}

/** A copy of a request on its way to a container whose answer is dropped. */
export interface Copy extends Pick<Exchange, "request" | "url" | "path" | "headers" | "requestTimeout" | "bandwidth"> {
  /** Ends the copy early. */
  readonly signal: AbortSignal;
}

/**
 * Sends a copy of a request. Call it before `relay`, in the same turn: both read the same body. Resolves when the copy was answered,
 * failed or ran out of time.
 */
export function mirror({ request, url, path, headers, requestTimeout, bandwidth, signal }: Copy): Promise<void> {
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
      // A copy is not held up, but what comes after it is.
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
 * Anything but 200 becomes 424, with the container's own status in a header and its body as it is (Azure docs, how-to-troubleshoot-online-endpoints).
 * Trailers need an answer without a length: one that is in time keeps its length and has none.
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
  // Without this, Node holds the headers back until the first chunk, and a slow first token looks like a hanging connection.
  response.flushHeaders();
  return hasTrailers;
}

/** Whether an answer can be sent in chunks, behind which trailers may come: not to HTTP/1.0, and HEAD has no body. */
function takesChunks({ httpVersionMajor, httpVersionMinor, method }: IncomingMessage): boolean {
  return httpVersionMajor === 1 && httpVersionMinor >= 1 && method !== "HEAD";
}

/** The container could not be reached or is not ready. That Azure shows this as 424 too is inferred from its advice on failing probes. */
export function modelNotReady(why: string): Refusal {
  return {
    status: 424,
    code: "model_not_ready",
    message: `The container did not answer: ${why}.`,
    headers: modelError("model_not_ready", 503),
  };
}

function timedOut(seconds: number): Refusal {
  return { status: 408, code: "request_timeout", message: `The model took longer than requestTimeout (${seconds} s).` };
}

function modelError(reason: string, status: number): Record<string, string> {
  return { "ms-azureml-model-error-reason": reason, "ms-azureml-model-error-statuscode": String(status) };
}
