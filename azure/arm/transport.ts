/** Requests to Azure Resource Manager: authentication, retries, and one error type for all unsuccessful responses. */
import type { HttpMethods, PipelineRequest, PipelineResponse, RetryModifiers } from "@azure/core-rest-pipeline";
import { armError } from "./error";

/** Returns a token for an audience. It is called for each attempt, because a run can outlast a token. */
export type Credential = (audience: string) => Promise<string>;

export interface TransportOptions {
  readonly credential: Credential;
  /** Audience of the tokens. */
  readonly audience: string;
  /** Seconds between two polls. If Azure returns no interval, the first retry waits a fifth of this, and each further retry twice as long. */
  readonly pollSeconds: number;
}

export interface ArmResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export type Send = (method: HttpMethods, url: string, body?: object) => Promise<ArmResponse>;

/** Retryable statuses. Source: Azure docs, best-practices/retry-service-specific. */
const retryable = (status: number): boolean => status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);

/** Statuses that mean that Azure has not started to process the request, so that a POST can be retried too. */
const notStarted: readonly number[] = [429, 503];

/** Retries of one request: about a minute if Azure returns no interval. */
const mostRetries = 5;
/** Longest interval of Azure's that is respected for one retry, in seconds. */
const longestWait = 120;

/**
 * Sends requests with retries: after 408, 429 and 5xx at the interval that Azure returns, and after a broken connection only GET requests.
 * @throws ArmError for an unsuccessful response
 */
export function transport({ credential, audience, pollSeconds }: TransportOptions): Send {
  let pipeline: Promise<(request: PipelineRequest) => Promise<PipelineResponse>> | undefined;
  return async (method, url, body) => {
    rejectInsecure(url);
    pipeline ??= openPipeline(pollSeconds, () => credential(audience));
    const { createHttpHeaders, createPipelineRequest } = await core();
    const request = createPipelineRequest({
      url,
      method,
      allowInsecureConnection: true,
      headers: createHttpHeaders(body === undefined ? {} : { "content-type": "application/json" }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status, headers, bodyAsText } = await (await pipeline)(request);
    const text = bodyAsText ?? "";
    if (status < 200 || status >= 300) throw armError(`${method} ${new URL(url).pathname}`, status, text);
    return { status, headers: headers.toJSON(), text };
  };
}

/** Loaded with the first request, because the package takes longer to load than a small program takes to run. */
const core = () => import("@azure/core-rest-pipeline");

async function openPipeline(pollSeconds: number, token: () => Promise<string>) {
  const { createDefaultHttpClient, createEmptyPipeline, retryPolicy } = await core();
  const pipeline = createEmptyPipeline();
  const strategy = { name: "azure", retry: (state: Attempt) => retry(state, pollSeconds) };
  pipeline.addPolicy(retryPolicy([strategy], { maxRetries: mostRetries }), { phase: "Retry" });
  pipeline.addPolicy(
    {
      name: "credential",
      async sendRequest(request, next) {
        request.headers.set("authorization", `Bearer ${await token()}`);
        return next(request);
      },
    },
    { afterPhase: "Retry" },
  );
  const client = createDefaultHttpClient();
  return (request: PipelineRequest) => pipeline.sendRequest(client, request);
}

interface Attempt {
  readonly response?: PipelineResponse;
  readonly responseError?: { readonly request?: PipelineRequest };
  /** Retries so far. */
  readonly retryCount: number;
}

function retry({ response, responseError, retryCount }: Attempt, pollSeconds: number): RetryModifiers {
  const method = (response?.request ?? responseError?.request)?.method;
  if (response === undefined) return method === "GET" ? after(pollSeconds, retryCount) : { skipStrategy: true };
  const again = retryable(response.status) && (method !== "POST" || notStarted.includes(response.status));
  return again ? after(pollSeconds, retryCount, response.headers.get("retry-after")) : { skipStrategy: true };
}

/** @param interval Seconds, or a date. */
function after(pollSeconds: number, retryCount: number, interval?: string): RetryModifiers {
  const seconds =
    interval === undefined ? Number.NaN : Number.isNaN(Number(interval)) ? (Date.parse(interval) - Date.now()) / 1000 : Number(interval);
  const wait = Number.isNaN(seconds) ? (pollSeconds * 2 ** (retryCount + 1)) / 10 : Math.min(Math.max(seconds, 0), longestWait);
  return { retryAfterInMs: wait * 1000 };
}

/** Tokens are sent only over encrypted connections or to this machine. */
function rejectInsecure(url: string): void {
  const { protocol, hostname } = new URL(url);
  const isLoopback = hostname === "localhost" || hostname === "[::1]" || /^127\./.test(hostname);
  if (protocol === "https:" || (protocol === "http:" && isLoopback)) return;
  throw new Error(`${url} is not an HTTPS URL. Tokens are sent only over HTTPS or to a loopback address. Use an HTTPS URL.`);
}
