/** Test requests to a deployment that chats. */
import { type ApiChecks, type Check, type Served, serverChecks, withJson, wrongModel } from "./check";
import type { GateAnswer, GateRequest } from "./request";
import { readEvents, shortAnswerTokens } from "./stream";

const path = "/v1/chat/completions";

export const chatChecks: ApiChecks = {
  checks: (served, _extra, countTokens) => [
    ...serverChecks(served),
    { what: "chat", request: ask(served, false), judge: (answer) => judgeChat(answer, served.model) },
    { what: "stream", request: ask(served, true, countTokens), judge: judgeStream },
    ...(served.adapters ?? []).map((name) => adapterCheck(served, name)),
  ],
  timed: (served) => ask(served, false),
  load: (served, _extra, maxTokens) => streamLoad(served, maxTokens),
};

/** vLLM loads an adapter when it starts, but it applies it only to a request with its name. */
function adapterCheck(served: Served, name: string): Check {
  return { what: `adapter ${name}`, request: ask({ ...served, model: name }, false), judge: (answer) => judgeChat(answer, name) };
}

function ask({ model }: Served, stream: boolean, countTokens = false): GateRequest {
  const body = {
    ...{ model, max_tokens: shortAnswerTokens, temperature: 0, stream, messages: [{ role: "user", content: "Say hello." }] },
    ...(stream && countTokens ? { stream_options: { include_usage: true } } : {}),
  };
  return { method: "POST", path, body };
}

/** vLLM's `ignore_eos` makes all answers equally long. Source: vLLM docs, OpenAI-compatible server, extra parameters. */
function streamLoad({ model }: Served, maxTokens: number): Check {
  const messages = [{ role: "user", content: "Count from one to one thousand, in words." }];
  const length = { max_tokens: maxTokens, ignore_eos: true, temperature: 0 };
  const body = { model, ...length, stream: true, stream_options: { include_usage: true }, messages };
  return { what: "load", request: { method: "POST", path, body }, judge: judgeStream, maxTokens };
}

interface Choice {
  readonly message?: { readonly content?: unknown };
}

function judgeChat(answer: GateAnswer, name: string): string | undefined {
  return withJson(answer, (value) => {
    const { model, choices } = (value ?? {}) as { model?: unknown; choices?: readonly Choice[] };
    const content = choices?.[0]?.message?.content;
    return wrongModel(model, name) ?? (typeof content === "string" && content.trim() !== "" ? undefined : "it contains no text");
  });
}

/** The sender reads streams as they arrive. Other bodies are read here. */
function judgeStream({ body, stream }: GateAnswer): string | undefined {
  return (stream ?? readEvents(body)).problem;
}
