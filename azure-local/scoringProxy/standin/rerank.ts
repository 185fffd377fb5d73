/** Scores of documents for a query, in the formats of vLLM 0.31.0 (vllm/entrypoints/pooling/scoring, recorded from a running server). */
import type { Task } from "../task";
import { tokenize } from "./completion";
import { badRequest, invalidBody, isError, type OpenaiError } from "./error";
import type { StandInIdentity } from "./identity";
import { type Body, head, type PoolingAnswer, tokenUsage } from "./pooling";
import { cosine, overlap, vectorOf, wordsOf } from "./words";

interface Scored {
  readonly scores: readonly number[];
  readonly tokens: number;
}

/** Scores pairs of texts, and counts their tokens. vLLM counts each text that it embeds once, and each pair that it classifies. */
const scorers: Readonly<Record<Exclude<Task, "chat">, (queries: readonly string[], documents: readonly string[]) => Scored>> = {
  embed: (queries, documents) => ({
    scores: pairs(queries, documents).map(([one, other]) => cosine(vectorOf(wordsOf(one)), vectorOf(wordsOf(other)))),
    tokens: tokensOf([...queries, ...documents]),
  }),
  rerank: (queries, documents) => ({
    scores: pairs(queries, documents).map(([one, other]) => overlap(wordsOf(one), wordsOf(other))),
    tokens: tokensOf(pairs(queries, documents).flat()),
  }),
};

/** `POST /rerank`, `/v1/rerank` and `/v2/rerank`: the format of Jina and Cohere. The best document is first. */
export const rerank: PoolingAnswer = ({ query, documents, top_n = 0 }, model, identity) => {
  if (typeof query !== "string") return wrongText(query, "query");
  const texts = readTexts(documents, "documents");
  if (isError(texts)) return texts;
  if (!Number.isInteger(top_n) || (top_n as number) < 0) {
    return invalidBody("Input should be greater than or equal to 0", "body.top_n");
  }
  if (texts.length === 0) return badRequest("At least one text_pair element must be given", null);
  const { scores, tokens } = score(identity, [query], texts);
  const results = scores
    .map((relevance_score, index) => ({ index, document: { text: texts[index]!, multi_modal: null }, relevance_score }))
    .sort((one, other) => other.relevance_score - one.relevance_score);
  return {
    id: head("score", identity, model).id,
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
    results: top_n ? results.slice(0, top_n as number) : results,
  };
};

/** Names under which vLLM accepts the two sides of a score. */
const sides = [
  ["queries", "documents"],
  ["queries", "items"],
  ["data_1", "data_2"],
  ["text_1", "text_2"],
] as const;

/** `POST /score` and `/v1/score`: vLLM's own format. */
export const scorePairs: PoolingAnswer = (body, model, identity) => {
  const [left, right] = sides.find((names) => names.every((name) => body[name] !== undefined)) ?? sides[0];
  const queries = readTexts(body[left], left);
  if (isError(queries)) return queries;
  const documents = readTexts(body[right], right);
  if (isError(documents)) return documents;
  if (queries.length > 1 && queries.length !== documents.length) {
    return badRequest("Input lengths must be either 1:1, 1:N or N:N", null);
  }
  if (queries.length === 0) return badRequest("At least one text element must be given", null);
  if (documents.length === 0) return badRequest("At least one text_pair element must be given", null);
  const { scores, tokens } = score(identity, queries, documents);
  const data = scores.map((value, index) => ({ index, object: "score", score: value }));
  return { ...head("score", identity, model), data, usage: tokenUsage(tokens) };
};

function score({ task }: StandInIdentity, queries: readonly string[], documents: readonly string[]): Scored {
  return scorers[task === "embed" ? "embed" : "rerank"](queries, documents);
}

/** One query belongs to each document; several queries belong to the documents at the same positions. */
function pairs(queries: readonly string[], documents: readonly string[]): [string, string][] {
  return documents.map((document, index) => [queries.length === 1 ? queries[0]! : queries[index]!, document]);
}

function readTexts(value: Body[string], name: string): readonly string[] | OpenaiError {
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((text) => typeof text === "string")) return value;
  return wrongText(value, name);
}

/** vLLM also accepts images here, if the model does. */
function wrongText(value: unknown, name: string): OpenaiError {
  return invalidBody(value === undefined ? "Field required" : "The stand-in compares texts only", `body.${name}`);
}

const tokensOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + tokenize(text).length, 0);
