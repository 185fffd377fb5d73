/** The result of `npm run smoke`. `--json` prints it; docs/smoke.md describes its fields. Times are in seconds. */
import type { Api } from "../../planner/task";
import type { TargetResult } from "./checks";
import type { Figures } from "./figures";
import type { LoadContract, Verdict } from "./verdict";

/** Version of the schema. A change that isn't an addition increases it. */
export const schemaVersion = 1;

export interface EndpointResult {
  /** Key in the stack file. */
  readonly key: string;
  /** Name in Azure. */
  readonly name: string;
  /** URL that requests were sent to. */
  readonly url: string;
  readonly auth: "key" | "entra";
  readonly targets: readonly TargetResult[];
  /** Sentences about what a reader should know, such as differences between Azure and the lock file. */
  readonly notes: readonly string[];
}

export interface LoadResult extends Figures {
  /** Key of the endpoint. */
  readonly endpoint: string;
  /** Label of the deployment. Absent if the load went through the traffic weights. */
  readonly deployment?: string;
  /** Task of the deployment with the highest traffic weight, which determines the request; `score` for a `score.py`. */
  readonly task: Api;
  /** Number of concurrent requests. */
  readonly clients: number;
  /** Duration in which requests were started. */
  readonly seconds: number;
  /** Length of each answer. Only with `chat`. */
  readonly maxTokens?: number;
  /** Number of requests before the measurement, which are not counted. */
  readonly warmUpRequests: number;
  readonly interrupted: boolean;
  /** Requests in flight at the interruption, which are not counted. */
  readonly canceled: number;
  readonly contract: LoadContract;
  readonly verdict: Verdict;
}

export interface SmokeDocument {
  readonly schemaVersion: typeof schemaVersion;
  readonly stack: string;
  /** Start of the test, ISO 8601. */
  readonly time: string;
  /** Requests have client request IDs that start with `moor-smoke-<run>-`. */
  readonly run: string;
  readonly passed: boolean;
  readonly endpoints: readonly EndpointResult[];
  /** Absent without `--load`, and if a check failed before it. */
  readonly load?: LoadResult;
}

/** The document if the endpoint could not be tested. */
export interface NotTestedDocument {
  readonly schemaVersion: typeof schemaVersion;
  readonly stack: string;
  readonly passed: false;
  /** What is missing, and what to do. */
  readonly error: string;
}

/** Serializes a document. Numbers have at most four decimals: times are exact to 0.1 ms. */
export function documentText(document: SmokeDocument | NotTestedDocument): string {
  return JSON.stringify(
    document,
    (_key, value: unknown) => (typeof value === "number" && !Number.isInteger(value) ? Number(value.toFixed(4)) : value),
    2,
  );
}
