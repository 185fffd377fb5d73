/** Checks of the gate: requests, and the evaluation of responses. Pure functions. */
import type { DeploymentDecision } from "../../planner/decision";
import type { Pattern } from "../../planner/pattern";
import { type GateCheck, structureDifference } from "../../planner/rollout/gateCheck";
import { servedName } from "../../planner/servedName";
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
}

/** Returns the checks of a deployment, in order. Empty for pattern `score` without a sample request. */
export function checksOf(decision: DeploymentDecision, extra: GateCheck = {}): Check[] {
  return checks[decision.pattern](decision, extra);
}

const checks: Readonly<Record<Pattern, (decision: DeploymentDecision, extra: GateCheck) => Check[]>> = {
  vllm: vllmChecks,
  score: scoreChecks,
};

function vllmChecks(decision: DeploymentDecision, { latency }: GateCheck): Check[] {
  const name = servedName(decision);
  const ask = (stream: boolean): GateRequest => ({
    method: "POST",
    path: "/v1/chat/completions",
    body: { model: name, max_tokens: 16, temperature: 0, stream, messages: [{ role: "user", content: "Say hello." }] },
  });
  return [
    { what: "readiness", request: { method: "GET", path: decision.routes.readiness }, judge: () => undefined },
    { what: "model", request: { method: "GET", path: "/v1/models" }, judge: (answer) => judgeModels(answer, name) },
    { what: "chat", request: ask(false), judge: (answer) => judgeChat(answer, name) },
    { what: "stream", request: ask(true), judge: judgeStream },
    ...(latency === undefined ? [] : [latencyCheck(ask(false), latency)]),
  ];
}

function scoreChecks({ routes }: DeploymentDecision, { request: body, answer: example, latency }: GateCheck): Check[] {
  if (body === undefined) return [];
  const request: GateRequest = { method: "POST", path: routes.scoring, body };
  const judge = (answer: GateAnswer) =>
    example === undefined ? undefined : withJson(answer, (value) => structureDifference(example, value));
  return [{ what: "sample", request, judge }, ...(latency === undefined ? [] : [latencyCheck(request, latency)])];
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
  readonly delta?: { readonly content?: unknown };
  readonly finish_reason?: unknown;
}

function judgeChat(answer: GateAnswer, name: string): string | undefined {
  return withJson(answer, (value) => {
    const { model, choices } = (value ?? {}) as { model?: unknown; choices?: readonly Choice[] };
    if (model !== name) return `its model is ${String(model)}, not ${name}`;
    const content = choices?.[0]?.message?.content;
    return typeof content === "string" && content.trim() !== "" ? undefined : "it contains no text";
  });
}

/** Checks server-sent events as OpenAI clients do: text must come before `finish_reason`, and `[DONE]` must be the last event. */
function judgeStream({ body }: GateAnswer): string | undefined {
  const events = body.split(/\r?\n\r?\n/).filter((event) => event.trim() !== "");
  const data = events.map((event) => event.replace(/^data: ?/, ""));
  if (data.at(-1) !== "[DONE]") return "the stream doesn't end with [DONE]; it was interrupted";
  let ended = false;
  let text = "";
  for (const item of data.slice(0, -1)) {
    const choice = choiceOf(item);
    if (choice === "broken") return "an event of the stream isn't JSON";
    const content = choice?.delta?.content;
    if (typeof content === "string" && content !== "") {
      if (ended) return "the stream contains text after finish_reason";
      text += content;
    }
    if (choice?.finish_reason) ended = true;
  }
  if (text.trim() === "") return "the stream contains no text";
  return ended ? undefined : "no event contains finish_reason";
}

function choiceOf(item: string): Choice | "broken" | undefined {
  try {
    return (JSON.parse(item) as { choices?: readonly Choice[] }).choices?.[0];
  } catch {
    return "broken";
  }
}
