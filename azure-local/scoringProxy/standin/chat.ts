import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerTokens, type Completion, readCompletion, tokenize } from "./completion";
import { isError, type OpenaiError, sendError } from "./error";
import { readJson, sendJson } from "./http";
import type { StandIn, StandInIdentity } from "./identity";
import { answerFault, type Fault, pace } from "./pace";

/** Answers `/v1/chat/completions` and `/v1/completions`. */
export async function answerCompletion(
  standIn: StandIn,
  request: IncomingMessage,
  response: ServerResponse,
  kind: "chat" | "text",
): Promise<void> {
  const completion = await read(kind, request, standIn.identity);
  if (isError(completion)) return sendError(response, completion);
  const fault = standIn.nextFault();
  if (answerFault(fault, response)) return;
  return completion.stream ? stream(standIn, completion, response, fault) : whole(standIn, completion, response, fault);
}

async function read(kind: "chat" | "text", request: IncomingMessage, identity: StandInIdentity): Promise<Completion | OpenaiError> {
  const body = await readJson(request);
  const names = [...identity.models, ...(identity.adapters ?? []).map(({ name }) => name)];
  if ("value" in body) return readCompletion(kind, body.value, names);
  return { ...body, type: "BadRequestError", param: null };
}

/** Yields the tokens at the stand-in's speed. Ends early if the caller disconnects, or if a `drop` fault disconnects the caller. */
async function* paced(
  standIn: StandIn,
  tokens: readonly string[],
  response: ServerResponse,
  fault: Fault | undefined,
): AsyncGenerator<string> {
  for (const [index, token] of tokens.entries()) {
    await pace(index, standIn.speed, standIn.wait);
    if (fault?.kind === "drop" && index >= (fault.afterTokens ?? 0)) await disconnect(response);
    if (response.destroyed) return;
    yield token;
  }
}

/** Closes the connection after all written tokens were sent. `destroy` would discard them. */
async function disconnect(response: ServerResponse): Promise<void> {
  response.socket?.destroySoon();
  if (!response.destroyed) await once(response, "close");
}

async function whole(standIn: StandIn, completion: Completion, response: ServerResponse, fault: Fault | undefined): Promise<void> {
  const { tokens, finishReason } = answerTokens(completion, standIn.identity);
  let text = "";
  for await (const token of paced(standIn, tokens, response, fault)) text += token;
  if (response.destroyed) return;
  const isChat = completion.kind === "chat";
  const content = isChat ? { message: { role: "assistant", content: text } } : { text };
  sendJson(response, 200, {
    ...envelope(completion, isChat ? "chat.completion" : "text_completion"),
    choices: [{ index: 0, ...content, logprobs: null, finish_reason: finishReason }],
    usage: usage(completion, tokens.length),
  });
}

/** Server-sent events as defined by OpenAI: the role (chat only), one event per token, the reason, the usage if requested, and `[DONE]`. */
async function stream(standIn: StandIn, completion: Completion, response: ServerResponse, fault: Fault | undefined): Promise<void> {
  const { tokens, finishReason } = answerTokens(completion, standIn.identity);
  const isChat = completion.kind === "chat";
  const head = envelope(completion, isChat ? "chat.completion.chunk" : "text_completion");
  const send = (rest: object) => response.write(`data: ${JSON.stringify({ ...head, ...rest })}\n\n`);
  const choose = (content: object, reason: string | null) =>
    send({ choices: [{ index: 0, ...content, logprobs: null, finish_reason: reason }] });
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" }).flushHeaders();
  let isFirst = true;
  for await (const token of paced(standIn, tokens, response, fault)) {
    if (isFirst && isChat) choose({ delta: { role: "assistant", content: "" } }, null);
    isFirst = false;
    choose(isChat ? { delta: { content: token } } : { text: token }, null);
  }
  if (response.destroyed) return;
  choose(isChat ? { delta: {} } : { text: "" }, finishReason);
  if (completion.includeUsage) send({ choices: [], usage: usage(completion, tokens.length) });
  response.end("data: [DONE]\n\n");
}

function envelope(completion: Completion, object: string): object {
  const id = `${completion.kind === "chat" ? "chatcmpl" : "cmpl"}-${randomUUID().replaceAll("-", "")}`;
  return { id, object, created: Math.floor(Date.now() / 1000), model: completion.model };
}

function usage(completion: Completion, completionTokens: number): object {
  const promptTokens = tokenize(completion.prompt).length;
  return { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: promptTokens + completionTokens };
}
