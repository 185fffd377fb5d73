/** Requests of the gate to one deployment, and their responses. */
import { modelStatusHeader } from "../../azure/scoring";

export interface GateRequest {
  readonly method: "GET" | "POST";
  /** Path, relative to the endpoint's URL. */
  readonly path: string;
  readonly body?: unknown;
}

export interface GateAnswer {
  readonly status: number;
  readonly body: string;
  /** Status code of the container, which Azure replaces with 424. */
  readonly modelStatus?: number;
  /** Duration of the request. */
  readonly seconds: number;
}

/** Sends a request to the deployment. The promise is rejected if there is no response. */
export type Send = (request: GateRequest, signal: AbortSignal) => Promise<GateAnswer>;

export interface SenderArgs {
  /** URL of the endpoint, without a trailing slash. */
  readonly baseUrl: string;
  /** Name of the deployment that must answer, independent of its traffic weight. */
  readonly deployment: string;
  /** Key or token, used only in the `authorization` header. */
  readonly credential: string;
  /** Additional headers. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Returns a function that sends requests to one deployment. Source of the header: Azure docs, how-to-safely-rollout-online-endpoints. */
export function sender({ baseUrl, deployment, credential, headers = {} }: SenderArgs): Send {
  return async ({ method, path, body }, signal) => {
    const started = performance.now();
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      signal,
      redirect: "error",
      headers: {
        ...headers,
        authorization: `Bearer ${credential}`,
        "azureml-model-deployment": deployment,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const modelStatus = Number(response.headers.get(modelStatusHeader)) || undefined;
    return { status: response.status, body: text, modelStatus, seconds: (performance.now() - started) / 1000 };
  };
}
