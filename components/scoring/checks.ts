/** Checks of the gate: requests, and the evaluation of responses. Pure functions. */
import type { DeploymentDecision, Routes } from "../../planner/decision";
import type { Pattern } from "../../planner/pattern";
import { type GateCheck, structureDifference } from "../../planner/rollout/gateCheck";
import { servedName } from "../../planner/servedName";
import type { GateAnswer, GateRequest } from "./request";
import { readEvents, shortAnswerTokens } from "./stream";

/** A check of a deployment. */
export interface Check {
  /** Name of the check, for reports. */
  readonly what: string;
  readonly request: GateRequest;
  /** Returns the problem with a response of status 200, or undefined if the response passes the check. */
  judge(answer: GateAnswer): string | undefined;
  /** Number of responses that must fail before the check fails. More than 1 tolerates the slow first responses after a start. @default 1 */
  readonly attempts?: number;
  /** Length of the answer that the request asks for, in tokens. @default - answers aren't counted in tokens */
  readonly maxTokens?: number;
}

/** What a deployment serves, as far as test requests depend on it. */
export interface Served {
  readonly pattern: Pattern;
  readonly routes: Pick<Routes, "readiness" | "scoring">;
  /** With `vllm`: model name in requests. */
  readonly model: string;
}

/** Returns the checks of a deployment, in order. Empty for pattern `score` without a sample request. */
export function checksOf(decision: DeploymentDecision, extra: GateCheck = {}): Check[] {
  const { pattern, routes } = decision;
  return checksFor({ pattern, routes, model: servedName(decision) }, extra);
}

/** @param countTokens Whether streams contain the number of their tokens. @default false */
export function checksFor(served: Served, extra: GateCheck = {}, countTokens = false): Check[] {
  return checks[served.pattern](served, extra, countTokens);
}

const checks: Readonly<Record<Pattern, (served: Served, extra: GateCheck, countTokens: boolean) => Check[]>> = {
  vllm: vllmChecks,
  score: scoreChecks,
};

function vllmChecks({ routes, model }: Served, { latency }: GateCheck, countTokens: boolean): Check[] {
  const ask = (stream: boolean): GateRequest => ({
    method: "POST",
    path: chatPath,
    body: {
      ...{ model, max_tokens: shortAnswerTokens, temperature: 0, stream, messages: [{ role: "user", content: "Say hello." }] },
      ...(stream && countTokens ? { stream_options: { include_usage: true } } : {}),
    },
  });
  return [
    { what: "readiness", request: { method: "GET", path: routes.readiness }, judge: () => undefined },
    { what: "model", request: { method: "GET", path: "/v1/models" }, judge: (answer) => judgeModels(answer, model) },
    { what: "chat", request: ask(false), judge: (answer) => judgeChat(answer, model) },
    { what: "stream", request: ask(true), judge: judgeStream },
    ...(latency === undefined ? [] : [latencyCheck(ask(false), latency)]),
  ];
}

const chatPath = "/v1/chat/completions";

function scoreChecks({ routes }: Served, extra: GateCheck): Check[] {
  const sample = sampleCheck(routes.scoring, extra);
  if (sample === undefined) return [];
  return [sample, ...(extra.latency === undefined ? [] : [latencyCheck(sample.request, extra.latency)])];
}

function sampleCheck(path: string, { request: body, answer: example }: GateCheck): Check | undefined {
  if (body === undefined) return undefined;
  const judge = (answer: GateAnswer) =>
    example === undefined ? undefined : withJson(answer, (value) => structureDifference(example, value));
  return { what: "sample", request: { method: "POST", path, body }, judge };
}

/**
 * Returns the request that a load repeats. Undefined for pattern `score` without a sample request.
 * @param maxTokens With `vllm`: length of each answer.
 */
export function loadCheck(served: Served, extra: GateCheck, maxTokens: number): Check | undefined {
  return loads[served.pattern](served, extra, maxTokens);
}

const loads: Readonly<Record<Pattern, (served: Served, extra: GateCheck, maxTokens: number) => Check | undefined>> = {
  vllm: streamLoad,
  score: ({ routes }, extra) => sampleCheck(routes.scoring, extra),
};

/** vLLM's `ignore_eos` makes all answers equally long. Source: vLLM docs, OpenAI-compatible server, extra parameters. */
function streamLoad({ model }: Served, _extra: GateCheck, maxTokens: number): Check {
  const messages = [{ role: "user", content: "Count from one to one thousand, in words." }];
  const length = { max_tokens: maxTokens, ignore_eos: true, temperature: 0 };
  const body = { model, ...length, stream: true, stream_options: { include_usage: true }, messages };
  return { what: "load", request: { method: "POST", path: chatPath, body }, judge: judgeStream, maxTokens };
}

function latencyCheck(request: GateRequest, latency: number): Check {
  const judge = ({ seconds }: GateAnswer) =>
    seconds <= latency ? undefined : `it took ${seconds.toFixed(1)} s; at most ${latency} s are allowed`;
  return { what: "latency", request, judge, attempts: 3 };
}

function withJson(answer: GateAnswer, judge: (value: unknown) => string | undefined): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(answer.body);
  } catch {
    return "it isn't JSON";
  }
  return judge(value);
}

function judgeModels(answer: GateAnswer, name: string): string | undefined {
  return withJson(answer, (value) => {
    const { data } = (value ?? {}) as { data?: readonly { id?: unknown }[] };
    if (!Array.isArray(data)) return "it lists no models";
    const ids = data.map(({ id }) => String(id));
    return ids.includes(name) ? undefined : `it lists ${ids.join(", ") || "no model"}, not ${name}`;
  });
}

interface Choice {
  readonly message?: { readonly content?: unknown };
}

function judgeChat(answer: GateAnswer, name: string): string | undefined {
  return withJson(answer, (value) => {
    const { model, choices } = (value ?? {}) as { model?: unknown; choices?: readonly Choice[] };
    if (model !== name) return `its model is ${String(model)}, not ${name}`;
    const content = choices?.[0]?.message?.content;
    return typeof content === "string" && content.trim() !== "" ? undefined : "it contains no text";
  });
}

/** The sender reads streams as they arrive. Other bodies are read here. */
function judgeStream({ body, stream }: GateAnswer): string | undefined {
  return (stream ?? readEvents(body)).problem;
}
