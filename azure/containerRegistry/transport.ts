/** Requests to a container registry: retries, and one error type for all unsuccessful responses. */
import type { HttpMethods, PipelineRequest, PipelineResponse } from "@azure/core-rest-pipeline";
import { registryError } from "./error";

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
 * Sends requests with retries after 408, 429 and 5xx. A failed connection is not retried. Redirects are not followed: a token must not be
 * sent to another host.
 * @throws RegistryError for an unsuccessful response
 */
export function registryTransport(options: RegistryTransportOptions): SendToRegistry {
  let pipeline: Promise<(request: PipelineRequest) => Promise<PipelineResponse>> | undefined;
  return async ({ method, url, headers = {}, body, expected }) => {
    pipeline ??= openPipeline(options.retrySeconds * 1000);
    const { createHttpHeaders, createPipelineRequest } = await core();
    const { hostname, pathname } = new URL(url);
    const { status, ...response } = await (await pipeline)(
      createPipelineRequest({
        url,
        method,
        allowInsecureConnection: isLoopback(hostname),
        // Not the option `timeout`: after a failed connection, its timer would keep the process alive.
        abortSignal: AbortSignal.timeout(options.timeoutSeconds * 1000),
        headers: createHttpHeaders({ ...options.headers, ...headers }),
        ...(body === undefined ? {} : { body }),
      }),
    );
    const text = response.bodyAsText ?? "";
    const isExpected = expected === undefined ? status >= 200 && status < 300 : expected.includes(status);
    // The query can contain the state of an upload, so only the path is shown.
    if (!isExpected) throw registryError(`${method} ${pathname}`, status, text);
    return { status, headers: response.headers.toJSON(), text };
  };
}

/** Loaded with the first request, because a preview that needs no registry must stay fast. */
const core = () => import("@azure/core-rest-pipeline");

async function openPipeline(retryDelayInMs: number) {
  const { createDefaultHttpClient, createEmptyPipeline, exponentialRetryPolicy, throttlingRetryPolicy } = await core();
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(throttlingRetryPolicy(), { phase: "Retry" });
  pipeline.addPolicy(exponentialRetryPolicy({ retryDelayInMs }), { phase: "Retry" });
  const client = createDefaultHttpClient();
  return (request: PipelineRequest) => pipeline.sendRequest(client, request);
}

/** Tokens are sent only over encrypted connections or to this machine. */
function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\./.test(hostname);
}
