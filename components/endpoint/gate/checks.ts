/** What a deployment is asked, and what makes an answer good. Pure: requests and answers are values. */
import type { DeploymentDecision } from "../../../planner/decision";
import type { Pattern } from "../../../planner/pattern";
import { type GateCheck, structureDifference } from "../../../planner/rollout/gateCheck";
import { servedName } from "../../../planner/servedName";
import type { GateAnswer, GateRequest } from "./request";

/** One question. */
export interface Check {
  /** What it is about, for a report. */
  readonly what: string;
  readonly request: GateRequest;
  /** What is wrong with an answer of status 200, or undefined when it is good. */
  judge(answer: GateAnswer): string | undefined;
  /** How many answers may be wrong before the question counts as failed: the first ones after a start are slow. @default 1 */
  readonly tries?: number;
}

/** The questions to one deployment, in order. None for a `score.py` without a sample request. */
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
    seconds <= latency ? undefined : `it took ${seconds.toFixed(1)} s, and ${latency} s are allowed`;
  return { what: "latency", request, judge, tries: 3 };
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
    return ids.includes(name) ? undefined : `it serves ${ids.join(", ") || "no model"}, not ${name}`;
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
    if (model !== name) return `it comes from ${String(model)}, not from ${name}`;
    const content = choices?.[0]?.message?.content;
    return typeof content === "string" && content.trim() !== "" ? undefined : "it holds no text";
  });
}

/** Server-sent events as OpenAI clients read them: text before the reason why it ended, and `[DONE]` last. */
function judgeStream({ body }: GateAnswer): string | undefined {
  const events = body.split(/\r?\n\r?\n/).filter((event) => event.trim() !== "");
  const data = events.map((event) => event.replace(/^data: ?/, ""));
  if (data.at(-1) !== "[DONE]") return "the stream doesn't end with [DONE]: it broke off";
  let ended = false;
  let text = "";
  for (const item of data.slice(0, -1)) {
    const choice = choiceOf(item);
    if (choice === "broken") return "an event of the stream isn't JSON";
    const content = choice?.delta?.content;
    if (typeof content === "string" && content !== "") {
      if (ended) return "text comes after the end of the answer";
      text += content;
    }
    if (choice?.finish_reason) ended = true;
  }
  if (text.trim() === "") return "the stream holds no text";
  return ended ? undefined : "no event says why the answer ended";
}

function choiceOf(item: string): Choice | "broken" | undefined {
  try {
    return (JSON.parse(item) as { choices?: readonly Choice[] }).choices?.[0];
  } catch {
    return "broken";
  }
}
