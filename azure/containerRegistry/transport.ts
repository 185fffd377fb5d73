/** Requests to a container registry: retries, and one error type for all unsuccessful responses. */
import type { HttpMethods, PipelineRequest, PipelineResponse, RetryModifiers } from "@azure/core-rest-pipeline";
import { NoResponseError, registryError } from "./error";

export interface RegistryRequest {
  readonly method: HttpMethods;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Statuses of a successful response. @default - all from 200 to 299 */
  readonly expected?: readonly number[];
}

export interface RegistryResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export type SendToRegistry = (request: RegistryRequest) => Promise<RegistryResponse>;

export interface RegistryTransportOptions {
  /** Headers of all requests. */
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds until a request is canceled. */
  readonly timeoutSeconds: number;
  /** Seconds before the first retry. */
  readonly retrySeconds: number;
}

/**
 * Returns a function that sends requests, with retries after 408, 429 and 5xx. A failed connection is not retried. Redirects are not
 * followed, because a token must not be sent to another host.
 * @throws RegistryError for an unsuccessful response; NoResponseError
 */
export function registryTransport(options: RegistryTransportOptions): SendToRegistry {
  let pipeline: Promise<(request: PipelineRequest) => Promise<PipelineResponse>> | undefined;
  return async ({ method, url, headers = {}, body, expected }) => {
    pipeline ??= openPipeline(options.retrySeconds);
    const { createHttpHeaders, createPipelineRequest } = await core();
    const { hostname, pathname } = new URL(url);
    // The option `timeout` is not used, because after a failed connection, its timer would keep the process alive.
    const abortSignal = AbortSignal.timeout(options.timeoutSeconds * 1000);
    const request = createPipelineRequest({
      url,
      method,
      allowInsecureConnection: isLoopback(hostname),
      abortSignal,
      headers: createHttpHeaders({ ...options.headers, ...headers }),
      ...(body === undefined ? {} : { body }),
    });
    const { status, ...response } = await (await pipeline)(request).catch((error: unknown) => {
      throw abortSignal.aborted ? new NoResponseError(`${method} ${pathname}`, options.timeoutSeconds) : error;
    });
    const text = response.bodyAsText ?? "";
    const isExpected = expected === undefined ? status >= 200 && status < 300 : expected.includes(status);
    // The query can contain the state of an upload, so only the path is shown.
    if (!isExpected) throw registryError(`${method} ${pathname}`, status, text);
    return { status, headers: response.headers.toJSON(), text };
  };
}

/** Loaded with the first request, so that a preview that sends none is fast. */
const core = () => import("@azure/core-rest-pipeline");

async function openPipeline(retrySeconds: number) {
  const { createDefaultHttpClient, createEmptyPipeline, retryPolicy } = await core();
  const pipeline = createEmptyPipeline();
  const strategy = { name: "registry", retry: (state: Attempt) => retry(state, retrySeconds) };
  pipeline.addPolicy(retryPolicy([strategy], { maxRetries: mostRetries }), { phase: "Retry" });
  const client = createDefaultHttpClient();
  return (request: PipelineRequest) => pipeline.sendRequest(client, request);
}

const mostRetries = 4;

interface Attempt {
  readonly response?: PipelineResponse;
  /** Retries so far. */
  readonly retryCount: number;
}

function retry({ response, retryCount }: Attempt, retrySeconds: number): RetryModifiers {
  if (response === undefined || !isRetryable(response.status)) return { skipStrategy: true };
  const interval = Number(response.headers.get("retry-after") ?? Number.NaN);
  return { retryAfterInMs: 1000 * (Number.isNaN(interval) ? retrySeconds * 2 ** retryCount : Math.max(interval, 0)) };
}

function isRetryable(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** Tokens are sent only over encrypted connections or to this machine. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\./.test(hostname);
}
