/** A request of the gate to one deployment, and what came back. */
import { modelStatusHeader } from "../../../azure/scoring";

export interface GateRequest {
  readonly method: "GET" | "POST";
  /** Below the endpoint's address. */
  readonly path: string;
  readonly body?: unknown;
}

export interface GateAnswer {
  readonly status: number;
  readonly body: string;
  /** Status of the container itself, which Azure hides behind 424. */
  readonly modelStatus?: number;
  readonly seconds: number;
}

/** Sends a request to the deployment under test. Rejects when nothing came back. */
export type Send = (request: GateRequest, signal: AbortSignal) => Promise<GateAnswer>;

export interface SenderArgs {
  /** Address of the endpoint, without a slash at the end. */
  readonly baseUrl: string;
  /** Name of the deployment that is to answer, whatever its weight. */
  readonly deployment: string;
  /** Key or token. It goes nowhere but into the header. */
  readonly credential: string;
}

/** Sends to one deployment of an endpoint. Source of the header: Azure docs, how-to-safely-rollout-online-endpoints. */
export function sender({ baseUrl, deployment, credential }: SenderArgs): Send {
  return async ({ method, path, body }, signal) => {
    const started = performance.now();
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      signal,
      redirect: "error",
      headers: {
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
