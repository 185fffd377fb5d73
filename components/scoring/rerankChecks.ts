/** Test requests to a deployment that reranks documents. Source of the format: vLLM, entrypoints/pooling/scoring; Jina and Cohere rerank APIs. */
import { type ApiChecks, type Served, serverChecks, withJson, wrongModel } from "./check";
import type { GateAnswer, GateRequest } from "./request";

const query = "What is the capital of France?";
/** The relevant document is the last one, so that a server that keeps the order of the documents fails. */
const documents = ["Bananas grow in tropical countries.", "The capital of France is Paris."];
const relevant = documents.length - 1;

export const rerankChecks: ApiChecks = {
  checks: (served) => [
    ...serverChecks(served),
    { what: "rerank", request: ask(served), judge: (answer) => judgeRanking(answer, served.model) },
  ],
  timed: ask,
  load: (served) => ({ what: "load", request: ask(served), judge: (answer) => judgeRanking(answer, served.model), countsInput: true }),
};

function ask({ model }: Served): GateRequest {
  return { method: "POST", path: "/v1/rerank", body: { model, query, documents } };
}

interface Result {
  readonly index?: unknown;
  readonly relevance_score?: unknown;
}

function judgeRanking(answer: GateAnswer, name: string): string | undefined {
  return withJson(answer, (value) => {
    const { model, results } = (value ?? {}) as { model?: unknown; results?: unknown };
    if (!Array.isArray(results)) return "it contains no list of results";
    return wrongModel(model, name) ?? judgeResults(results as readonly (Result | null)[]);
  });
}

function judgeResults(results: readonly (Result | null)[]): string | undefined {
  const indices = results.map((result) => result?.index);
  const isComplete = indices.length === documents.length && documents.every((_, index) => indices.includes(index));
  if (!isComplete)
    return `it scores the documents ${indices.map(String).join(", ") || "none"}, not each of 0 to ${documents.length - 1} once`;
  const scores = results.map((result) => result?.relevance_score);
  const wrong = scores.findIndex((score) => typeof score !== "number" || !Number.isFinite(score));
  if (wrong >= 0) return `the score of document ${String(indices[wrong])} is ${JSON.stringify(scores[wrong])}, not a number`;
  if (scores.every((score) => score === scores[0])) return "the scores of a relevant and an irrelevant document are equal";
  return indices[0] === relevant ? undefined : "the document that doesn't answer the query is first";
}
