import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { invalidBody, isError, type OpenaiError, sendError, unknownModel } from "./error";
import { readJson, sendJson } from "./http";
import type { StandIn, StandInIdentity } from "./identity";
import { answerFault, pace } from "./pace";

/** A request body, which is an object. */
export type Body = Readonly<Record<string, unknown>>;

/**
 * Answers a request to the pooling API, which generates no tokens and doesn't stream.
 * @param model the name that the answer contains
 */
export type PoolingAnswer = (body: Body, model: string, identity: StandInIdentity) => object | OpenaiError;

/** Reads the request, waits for the time to the first token, and sends the answer. `drop` closes the connection without an answer. */
export async function answerPooling(
  standIn: StandIn,
  request: IncomingMessage,
  response: ServerResponse,
  answer: PoolingAnswer,
): Promise<void> {
  const read = await readJson(request);
  const result = "status" in read ? invalidBody(read.message, "body") : answerBody(standIn.identity, read.value, answer);
  if (isError(result)) return sendError(response, result);
  const fault = standIn.nextFault();
  if (answerFault(fault, response)) return;
  if (fault?.kind === "drop") return void response.destroy();
  await pace(0, standIn.speed, standIn.wait);
  sendJson(response, 200, result);
}

function answerBody(identity: StandInIdentity, body: unknown, answer: PoolingAnswer): object | OpenaiError {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return invalidBody("Input should be a valid dictionary or object to extract fields from", "body");
  }
  const model = servedName((body as Body).model, identity);
  return typeof model === "string" ? answer(body as Body, model, identity) : model;
}

/** The name in the answer: an adapter's name, or the first name of the model, also if another one was requested. */
function servedName(requested: unknown, { models, adapters = [] }: StandInIdentity): string | OpenaiError {
  if (requested === undefined || requested === null || requested === "") return models[0]!;
  if (typeof requested !== "string") return invalidBody("Input should be a valid string", "body.model");
  if (adapters.some(({ name }) => name === requested)) return requested;
  return models.includes(requested) ? models[0]! : unknownModel(requested, null);
}

/** The first fields of an answer. The ID identifies the stand-in, because numbers can't. */
export function head(prefix: string, { deployment, region }: StandInIdentity, model: string) {
  const id = `${prefix}-standin-${deployment}-${region}-${randomUUID().replaceAll("-", "").slice(0, 16)}`;
  return { id, object: "list", created: Math.floor(Date.now() / 1000), model };
}

export function tokenUsage(tokens: number): object {
  return {
    prompt_tokens: tokens,
    total_tokens: tokens,
    completion_tokens: 0,
    prompt_tokens_details: null,
    completion_tokens_details: null,
  };
}
