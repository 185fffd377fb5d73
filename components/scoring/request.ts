/** Test requests to an endpoint or to one of its deployments, and their responses. */
import { modelStatusHeader } from "../../azure/scoring";
import type { ScoringAddress } from "./address";
import { EventReader, type StreamSummary } from "./stream";

export interface GateRequest {
  readonly method: "GET" | "POST";
  /** Path, relative to the endpoint's URL. */
  readonly path: string;
  readonly body?: unknown;
}

export interface GateAnswer {
  readonly status: number;
  /** The body. Of server-sent events, only the beginning. */
  readonly body: string;
  /** Status code of the container, which Azure replaces with 424. */
  readonly modelStatus?: number;
  /** Duration of the request. */
  readonly seconds: number;
  /** The server-sent events, if the response contains any. */
  readonly stream?: StreamSummary;
  /** Name of the deployment that answered, if the response contains it. */
  readonly deployment?: string;
}

/**
 * Sends a request. The promise is rejected if there is no complete response.
 * @param requestId Value of `x-ms-client-request-id`: up to 40 letters, digits, hyphens and underscores. @default - none
 */
export type Send = (request: GateRequest, signal: AbortSignal, requestId?: string) => Promise<GateAnswer>;

export interface SenderArgs extends ScoringAddress {
  /** Name of the deployment that must answer, independent of its traffic weight. @default - by the traffic weights */
  readonly deployment?: string;
  /** Key or token, or a function that returns a valid one for each request. It is used only in the `authorization` header. */
  readonly credential: string | (() => Promise<string>);
}

/** A response that broke off. */
export class InterruptedAnswer extends Error {
  constructor(
    /** Status of the response. */
    readonly status: number,
    error: unknown,
  ) {
    const { message, cause } = error as Error;
    super(message, { cause });
    this.name = "InterruptedAnswer";
  }
}

/** Header that selects a deployment in requests and names it in responses. Source: Azure docs, how-to-safely-rollout-online-endpoints. */
const deploymentHeader = "azureml-model-deployment";

/** Number of characters of server-sent events that are kept, for reports. */
const keptOfEvents = 4096;

/** Returns a function that sends requests. */
export function sender({ baseUrl, headers = {}, deployment, credential }: SenderArgs): Send {
  return async ({ method, path, body }, signal, requestId) => {
    const bearer = typeof credential === "string" ? credential : await credential();
    const started = performance.now();
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      signal,
      redirect: "error",
      headers: {
        ...headers,
        authorization: `Bearer ${bearer}`,
        ...(deployment === undefined ? {} : { [deploymentHeader]: deployment }),
        // Azure keeps it in its logs. Source: Azure docs, how-to-troubleshoot-online-endpoints.
        ...(requestId === undefined ? {} : { "x-ms-client-request-id": requestId }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const read = await readBody(response, () => (performance.now() - started) / 1000);
    const modelStatus = Number(response.headers.get(modelStatusHeader)) || undefined;
    const answeredBy = response.headers.get(deploymentHeader) ?? undefined;
    return { status: response.status, modelStatus, ...read, ...(answeredBy === undefined ? {} : { deployment: answeredBy }) };
  };
}

/** Reads a body to its end. */
async function readBody(response: Response, secondsSoFar: () => number): Promise<Pick<GateAnswer, "body" | "seconds" | "stream">> {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  const events = isStream ? new EventReader() : undefined;
  const decoder = new TextDecoder();
  let kept = "";
  const take = (text: string) => {
    events?.add(text, secondsSoFar());
    if (events === undefined || kept.length < keptOfEvents) kept += text;
  };
  try {
    for await (const chunk of response.body ?? []) take(decoder.decode(chunk, { stream: true }));
  } catch (error) {
    throw new InterruptedAnswer(response.status, error);
  }
  take(decoder.decode());
  const seconds = secondsSoFar();
  return { body: kept, seconds, ...(events === undefined ? {} : { stream: events.end(seconds) }) };
}
