import type { IncomingMessage, ServerResponse } from "node:http";
import type { Task } from "../task";
import { answerCompletion } from "./chat";
import { embed, embedCohere, pool } from "./embedding";
import { sendJson } from "./http";
import type { StandIn, StandInIdentity } from "./identity";
import { answerPooling, type PoolingAnswer } from "./pooling";
import { rerank, scorePairs } from "./rerank";

type Answer = (standIn: StandIn, request: IncomingMessage, response: ServerResponse) => Promise<void>;

const completion =
  (kind: "chat" | "text"): Answer =>
  (standIn, request, response) =>
    answerCompletion(standIn, request, response, kind);

const pooling =
  (answer: PoolingAnswer): Answer =>
  (standIn, request, response) =>
    answerPooling(standIn, request, response, answer);

/** A server that embeds also scores, by the similarity of its vectors. */
const scoring: Readonly<Record<string, Answer>> = {
  "/rerank": pooling(rerank),
  "/v1/rerank": pooling(rerank),
  "/v2/rerank": pooling(rerank),
  "/score": pooling(scorePairs),
  "/v1/score": pooling(scorePairs),
};

/** The paths of `POST` requests that vLLM 0.31.0 serves for each task, as far as clients use them. It answers others with 404. */
const routes: Readonly<Record<Task, Readonly<Record<string, Answer>>>> = {
  chat: { "/v1/chat/completions": completion("chat"), "/v1/completions": completion("text") },
  embed: { "/v1/embeddings": pooling(embed), "/v2/embed": pooling(embedCohere), "/pooling": pooling(pool), ...scoring },
  rerank: scoring,
};

/** The part of vLLM's API that clients use: `/health`, `/v1/models`, and the paths of the task. */
export async function answerOpenai(standIn: StandIn, request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const { task = "chat", readinessPath, livenessPath } = standIn.identity;
  const isHealth = path === "/health" || path === readinessPath || path === livenessPath;
  const answer = Object.hasOwn(routes[task], path) ? routes[task][path] : undefined;
  if (!answer && !isHealth && path !== "/v1/models") return sendJson(response, 404, { detail: "Not Found" });
  if (request.method !== (answer ? "POST" : "GET")) return sendJson(response, 405, { detail: "Method Not Allowed" });
  if (isHealth) return void response.writeHead(standIn.isUnhealthy() ? 503 : 200).end();
  if (!answer) return sendJson(response, 200, { object: "list", data: modelCards(standIn.identity) });
  return answer(standIn, request, response);
}

/** The names of the model, and the adapters, which name the model as their parent. */
function modelCards({ models, adapters = [] }: StandInIdentity): object[] {
  const card = { object: "model", created: 0, owned_by: "stand-in" };
  return [
    ...models.map((id) => ({ id, ...card, root: models[0], parent: null })),
    ...adapters.map(({ name, path }) => ({ id: name, ...card, root: path, parent: models[0] })),
  ];
}
