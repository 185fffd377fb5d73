/** What a check is, and what all checks share. */
import type { Routes } from "../../planner/decision";
import type { GateCheck } from "../../planner/rollout/gateCheck";
import type { Api } from "../../planner/task";
import type { GateAnswer, GateRequest } from "./request";

/** A check of a deployment. */
export interface Check {
  /** Name of the check, for reports. */
  readonly what: string;
  readonly request: GateRequest;
  /** Returns the problem with a response of status 200, or undefined if the response passes the check. */
  judge(answer: GateAnswer): string | undefined;
  /** Number of responses that must fail before the check fails. More than 1 tolerates the slow first responses after a start. @default 1 */
  readonly attempts?: number;
  /** Length of the answer that the request asks for, in tokens. @default - the deployment generates no tokens */
  readonly maxTokens?: number;
  /** Whether the answers contain the number of tokens that were read. @default false */
  readonly countsInput?: boolean;
}

/** What a deployment serves, as far as test requests depend on it. */
export interface Served {
  readonly api: Api;
  readonly routes: Pick<Routes, "readiness" | "scoring">;
  /** Model name in requests. Not used with `score`. */
  readonly model: string;
  /** Names of the LoRA adapters, which requests can contain instead. @default - none */
  readonly adapters?: readonly string[];
}

/** The test requests of an API. */
export interface ApiChecks {
  /** The checks of a deployment, in order, without the check of the latency. */
  readonly checks: (served: Served, extra: GateCheck, countTokens: boolean) => readonly Check[];
  /** The request whose latency is limited. @default - there is no request */
  readonly timed: (served: Served, extra: GateCheck) => GateRequest | undefined;
  /** The request that a load repeats. @default - there is no request */
  readonly load: (served: Served, extra: GateCheck, maxTokens: number) => Check | undefined;
}

/** The checks of every vLLM server, before those of its task. */
export function serverChecks({ routes, model, adapters = [] }: Served): Check[] {
  return [
    { what: "readiness", request: { method: "GET", path: routes.readiness }, judge: () => undefined },
    { what: "model", request: { method: "GET", path: "/v1/models" }, judge: (answer) => judgeModels(answer, [model, ...adapters]) },
  ];
}

function judgeModels(answer: GateAnswer, names: readonly string[]): string | undefined {
  return withJson(answer, (value) => {
    const { data } = (value ?? {}) as { data?: readonly { id?: unknown }[] };
    if (!Array.isArray(data)) return "it lists no models";
    const ids = data.map(({ id }) => String(id));
    const missing = names.filter((name) => !ids.includes(name));
    return missing.length === 0 ? undefined : `it lists ${ids.join(", ") || "no model"}, not ${missing.join(", ")}`;
  });
}

/** The problem with an answer that must be JSON. */
export function withJson(answer: GateAnswer, judge: (value: unknown) => string | undefined): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(answer.body);
  } catch {
    return "it isn't JSON";
  }
  return judge(value);
}

/** The problem with the model name in an answer. */
export function wrongModel(found: unknown, name: string): string | undefined {
  return found === name ? undefined : `its model is ${String(found)}, not ${name}`;
}
