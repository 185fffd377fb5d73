/** Requests to Azure Resource Manager: the credential, the retries, and one error for every answer that is not a success. */
import type { HttpMethods, PipelineRequest, PipelineResponse, RetryModifiers } from "@azure/core-rest-pipeline";
import { armError } from "./error";

/** Gives a token for an audience. It is called for each attempt, because a run may outlast a token. */
export type Credential = (audience: string) => Promise<string>;

export interface TransportOptions {
  readonly credential: Credential;
  /** Audience of the tokens. */
  readonly audience: string;
  /** Seconds between two polls. Where Azure names no time, the first retry waits a fifth of it, and each further one twice as long. */
  readonly pollSeconds: number;
}

export interface ArmAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export type Send = (method: HttpMethods, url: string, body?: object) => Promise<ArmAnswer>;

/** Statuses that are worth a retry. Source: Azure docs, best-practices/retry-service-specific. */
const retryable = (status: number): boolean => status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);

/** Statuses by which Azure says that it has not begun with the request, so that a POST can be sent again too. */
const notBegun: readonly number[] = [429, 503];

/** Retries of one request: about a minute where Azure names no time. */
const mostRetries = 5;
/** Longest wait that Azure may name for one retry, seconds. */
const longestWait = 120;

/**
 * Sends requests with retries: on 408, 429 and 5xx after the time that Azure names, on a broken connection only what reads.
 * @throws ArmError for an answer that is not a success
 */
export function transport({ credential, audience, pollSeconds }: TransportOptions): Send {
  let pipeline: Promise<(request: PipelineRequest) => Promise<PipelineResponse>> | undefined;
  return async (method, url, body) => {
    refuseInsecure(url);
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

/** Loaded with the first request: the package takes longer to load than a small program takes to run. */
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
  const again = retryable(response.status) && (method !== "POST" || notBegun.includes(response.status));
  return again ? after(pollSeconds, retryCount, response.headers.get("retry-after")) : { skipStrategy: true };
}

/** @param named Seconds, or a date. */
function after(pollSeconds: number, retryCount: number, named?: string): RetryModifiers {
  const seconds = named === undefined ? Number.NaN : Number.isNaN(Number(named)) ? (Date.parse(named) - Date.now()) / 1000 : Number(named);
  const wait = Number.isNaN(seconds) ? (pollSeconds * 2 ** (retryCount + 1)) / 10 : Math.min(Math.max(seconds, 0), longestWait);
  return { retryAfterInMs: wait * 1000 };
}

/** A token goes over an encrypted connection, or to this machine. */
function refuseInsecure(url: string): void {
  const { protocol, hostname } = new URL(url);
  const isLoopback = hostname === "localhost" || hostname === "[::1]" || /^127\./.test(hostname);
  if (protocol === "https:" || (protocol === "http:" && isLoopback)) return;
  throw new Error(`${url} is not an HTTPS address: a token is sent over HTTPS, or to this machine.`);
}
