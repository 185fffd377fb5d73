// Proves the gate's requests for embeddings and reranking, and its evaluation of answers in vLLM's format. Doesn't prove that a real model gives
// such answers: the tests of the data plane do.
import { type Check, checksFor, checksOf, loadCheck, type Served } from "../../../../components/scoring";
import type { GateAnswer, Send } from "../../../../components/scoring/request";
import { attempt } from "../../../../components/scoring/runChecks";
import type { DeploymentDecision } from "../../../../planner/decision";
import { type Api, apis } from "../../../../planner/task";
import { vllmDecision } from "../../fixtures";

const embed: DeploymentDecision = { ...vllmDecision, task: "embed" };
const rerank: DeploymentDecision = { ...vllmDecision, task: "rerank" };
const named = (checks: readonly Check[], what: string) => checks.find((check) => check.what === what)!;
const answer = (body: unknown, seconds = 0.1): GateAnswer => ({
  status: 200,
  body: typeof body === "string" ? body : JSON.stringify(body),
  seconds,
});

const usage = { prompt_tokens: 18, total_tokens: 18, completion_tokens: 0, prompt_tokens_details: null };
const item = (index: unknown, embedding: unknown) => ({ index, object: "embedding", embedding });
const embeddings = (...data: unknown[]) => ({ id: "embd-1", object: "list", created: 1, model: "chat", data, usage });
const result = (index: unknown, score: unknown) => ({ index, document: { text: "…", multi_modal: null }, relevance_score: score });
const ranking = (...results: unknown[]) => ({ id: "rerank-1", model: "chat", usage: { prompt_tokens: 30, total_tokens: 30 }, results });

test("a deployment for embeddings is asked for the embeddings of two texts as numbers", () => {
  const checks = checksOf(embed, { latency: 1 });
  expect(checks.map(({ what, request }) => `${what} ${request.method} ${request.path}`)).toEqual([
    "readiness GET /health",
    "model GET /v1/models",
    "embedding POST /v1/embeddings",
    "latency POST /v1/embeddings",
  ]);
  const { body } = named(checks, "embedding").request;
  expect(body).toEqual({ model: "chat", input: [expect.any(String), expect.any(String)], encoding_format: "float" });
  expect(named(checks, "latency").judge(answer("", 1.2))).toBe("it took 1.2 s; at most 1 s are allowed");
});

test("a deployment for reranking is asked to rank two documents, of which the last is relevant", () => {
  const checks = checksOf(rerank, { latency: 1 });
  expect(checks.map(({ what, request }) => `${what} ${request.method} ${request.path}`)).toEqual([
    "readiness GET /health",
    "model GET /v1/models",
    "rerank POST /v1/rerank",
    "latency POST /v1/rerank",
  ]);
  expect(named(checks, "rerank").request.body).toEqual({
    model: "chat",
    query: "What is the capital of France?",
    documents: ["Bananas grow in tropical countries.", "The capital of France is Paris."],
  });
});

test.each<[what: string, answer: unknown, problem: string | undefined]>([
  ["two embeddings", embeddings(item(0, [0.1, -0.2]), item(1, [0.3, 0])), undefined],
  ["another model", { ...embeddings(item(0, [1]), item(1, [2])), model: "gpt" }, "its model is gpt, not chat"],
  ["different widths", embeddings(item(0, [1, 2]), item(1, [1])), "the embeddings have different numbers of dimensions: 2, 1"],
  ["no dimension", embeddings(item(0, []), item(1, [])), "the embedding of text 0 is empty"],
  ["NaN as Python writes it", '{"model":"chat","data":[{"index":0,"embedding":[NaN]}]}', "it isn't JSON"],
  [
    "null instead of NaN",
    embeddings(item(0, [1, 2]), item(1, [1, null])),
    "the embedding of text 1 contains null at position 1, not a number",
  ],
  [
    "an overflow",
    '{"model":"chat","data":[{"index":0,"embedding":[1e999]},{"index":1,"embedding":[1]}]}',
    "the embedding of text 0 contains Infinity at position 0, not a number",
  ],
  ["base64", embeddings(item(0, "AACAPw=="), item(1, "AACAPw==")), "the embedding of text 0 is not a list of numbers"],
  ["zeros", embeddings(item(0, [0, 0]), item(1, [1, 0])), "the embedding of text 0 contains only zeros"],
  ["equal embeddings", embeddings(item(0, [0.5, 0.5]), item(1, [0.5, 0.5])), "the embeddings of different texts are equal"],
  ["one embedding", embeddings(item(0, [1])), "it contains 1 embeddings, not 2"],
  ["one index twice", embeddings(item(0, [1]), item(0, [2])), "the embeddings have the indices 0, 0, not 0 to 1"],
  ["a wrong order", embeddings(item(1, [1]), item(0, [2])), "the embeddings have the indices 1, 0, not 0 to 1"],
  ["null items", embeddings(null, null), "the embeddings have the indices undefined, undefined, not 0 to 1"],
  ["no list", { model: "chat", data: {} }, "it contains no list of embeddings"],
  ["null", null, "it contains no list of embeddings"],
  ["a chat answer", { model: "chat", choices: [{ message: { content: "hi" } }] }, "it contains no list of embeddings"],
  ["an error", { error: { message: "The model does not support Embeddings API", code: 400 } }, "it contains no list of embeddings"],
])("embeddings: %s", (_, body, problem) => {
  expect(named(checksOf(embed), "embedding").judge(answer(body))).toBe(problem);
});

test.each<[what: string, answer: unknown, problem: string | undefined]>([
  ["the relevant document first", ranking(result(1, 0.99), result(0, 0.01)), undefined],
  ["negative scores", ranking(result(1, -1.5), result(0, -9)), undefined],
  ["the relevant document last", ranking(result(0, 0.9), result(1, 0.1)), "the document that doesn't answer the query is first"],
  ["equal scores", ranking(result(1, 0.5), result(0, 0.5)), "the scores of a relevant and an irrelevant document are equal"],
  ["one document", ranking(result(1, 0.9)), "it scores the documents 1, not each of 0 to 1 once"],
  ["a document twice", ranking(result(1, 0.9), result(1, 0.9)), "it scores the documents 1, 1, not each of 0 to 1 once"],
  ["an unknown document", ranking(result(1, 0.9), result(2, 0.1)), "it scores the documents 1, 2, not each of 0 to 1 once"],
  ["no document", ranking(), "it scores the documents none, not each of 0 to 1 once"],
  ["null items", ranking(null, null), "it scores the documents undefined, undefined, not each of 0 to 1 once"],
  ["null instead of NaN", ranking(result(1, null), result(0, 0.1)), "the score of document 1 is null, not a number"],
  ["text", ranking(result(1, 0.9), result(0, "0.1")), 'the score of document 0 is "0.1", not a number'],
  ["another model", { ...ranking(result(1, 0.9), result(0, 0.1)), model: "x" }, "its model is x, not chat"],
  ["the answer of /score", { model: "chat", data: [{ index: 0, object: "score", score: 0.9 }] }, "it contains no list of results"],
  ["HTML", "<html>", "it isn't JSON"],
])("ranking: %s", (_, body, problem) => {
  expect(named(checksOf(rerank), "rerank").judge(answer(body))).toBe(problem);
});

test("an error of the container behind status 424 is final, and its text is shown", async () => {
  const send: Send = async () => ({ status: 424, modelStatus: 404, body: '{"detail":"Not Found"}', seconds: 0.1 });
  expect((await attempt(named(checksOf(embed), "embedding"), send, 1000)).failure).toEqual({
    response: `424 (the container's own status: 404): {"detail":"Not Found"}`,
    final: true,
    judged: false,
  });
});

test("each API has the load that smoke repeats; only chat asks for tokens", () => {
  const served = (api: Api): Served => ({ api, model: "m", routes: { readiness: "/health", scoring: "/score" } });
  const loads = apis
    .map((api) => [api, loadCheck(served(api), { request: 1 }, 32)])
    .map(([api, check]) => [api, (check as Check).request.path, (check as Check).maxTokens, (check as Check).countsInput]);
  expect(loads).toEqual([
    ["chat", "/v1/chat/completions", 32, undefined],
    ["embed", "/v1/embeddings", undefined, true],
    ["rerank", "/v1/rerank", undefined, true],
    ["score", "/score", undefined, undefined],
  ]);
  expect(loadCheck(served("embed"), {}, 1)!.judge(answer({ ...embeddings(item(0, [1])), model: "m" }))).toBeUndefined();
  expect(loadCheck(served("score"), {}, 1)).toBeUndefined();
  expect(checksFor(served("score"), { latency: 1 })).toEqual([]);
});
