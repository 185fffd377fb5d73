/** The log of the scoring proxy: one line for each request to an endpoint. It contains no bodies and no credentials. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { RotatedLog, readLog } from "../files/rotatedLog";
import { redactText } from "../http/redact";
import { parseAddress } from "./address";

/** A request in `scoring.jsonl`. */
export interface ScoringRequest {
  /** Time of arrival, in ISO 8601. */
  readonly time: string;
  readonly method: string;
  /** Name of the endpoint. Absent if the address contains none. */
  readonly endpoint?: string;
  /** Path of the request, without the name of the endpoint and without the query. */
  readonly path?: string;
  /** Name of the deployment. Absent if the request was rejected before a deployment was chosen. */
  readonly deployment?: string;
  /** Status. Absent if the caller disconnected before the response started. */
  readonly status?: number;
  /** With 424: status of the container. */
  readonly modelStatus?: number;
  /** Milliseconds until the first byte of the body of the response. Absent if no byte was sent. */
  readonly firstByteMilliseconds?: number;
  /** Milliseconds until the end of the response. */
  readonly milliseconds: number;
  /** Set if the caller disconnected or the response was aborted. */
  readonly aborted?: true;
  /** The caller's `x-ms-client-request-id`, if it is valid. */
  readonly clientRequestId?: string;
}

/** Returns the entries of the log of a scoring proxy, oldest first. */
export const readScoringLog = (path: string): ScoringRequest[] => readLog<ScoringRequest>(path);

/** Writes the log of a scoring proxy. */
export class ScoringLog {
  private readonly log: RotatedLog<ScoringRequest>;

  /** @param path A file whose name ends with `.jsonl`. @param now Milliseconds. */
  constructor(
    path: string,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.log = new RotatedLog(path);
  }

  /** Logs a request when its response has ended. */
  watch(request: IncomingMessage, response: ServerResponse): void {
    const time = new Date().toISOString();
    const startedAt = this.now();
    const since = () => Math.round((this.now() - startedAt) * 1000) / 1000;
    const address = parseAddress(request);
    let first: number | undefined;
    let end: number | undefined;
    onBody(response, () => {
      first ??= since();
    });
    response.once("finish", () => {
      end = since();
    });
    response.once("close", () => {
      const { headersSent, statusCode, writableFinished } = response;
      const [deployment, clientRequestId] = [header(response, "azureml-model-deployment"), header(response, "x-ms-client-request-id")];
      const modelStatus = header(response, "ms-azureml-model-error-statuscode");
      this.log.add({
        time,
        method: request.method ?? "GET",
        ...(address === undefined ? {} : { endpoint: address.endpointName, path: redactText(address.path) }),
        ...(deployment === undefined ? {} : { deployment }),
        ...(headersSent ? { status: statusCode } : {}),
        ...(modelStatus === undefined ? {} : { modelStatus: Number(modelStatus) }),
        ...(first === undefined ? {} : { firstByteMilliseconds: first }),
        milliseconds: end ?? since(),
        ...(writableFinished ? {} : { aborted: true }),
        ...(clientRequestId === undefined ? {} : { clientRequestId }),
      });
    });
  }

  read(): ScoringRequest[] {
    return this.log.read();
  }

  close(): void {
    this.log.close();
  }
}

/** Calls `seen` when bytes of the body are written. Node has no event for it. */
function onBody(response: ServerResponse, seen: () => void): void {
  for (const method of ["write", "end"] as const) {
    const original = response[method] as (...args: unknown[]) => unknown;
    const watched = (...args: unknown[]) => {
      const [chunk] = args;
      if ((typeof chunk === "string" || chunk instanceof Uint8Array) && chunk.length > 0) seen();
      return original.apply(response, args);
    };
    Object.defineProperty(response, method, { value: watched, configurable: true, writable: true });
  }
}

function header(response: ServerResponse, name: string): string | undefined {
  const value = response.getHeader(name);
  return value === undefined ? undefined : String(value);
}
