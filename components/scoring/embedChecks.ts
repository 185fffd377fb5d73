/** Test requests to a deployment that embeds texts. Source of the format: OpenAI API reference, embeddings; vLLM, entrypoints/pooling/embed. */
import { type ApiChecks, type Served, serverChecks, withJson, wrongModel } from "./check";
import type { GateAnswer, GateRequest } from "./request";

/** Two texts with different meanings, so that a model that works gives them different embeddings. */
const texts = ["The invoice is due on Friday.", "Whales are mammals that live in the sea."];

/** About 100 tokens: the usual length of a paragraph. */
const paragraph = Array.from(
  { length: 5 },
  () => "The embedding of a text is a list of numbers that represents its meaning, so that texts can be compared.",
).join(" ");

export const embedChecks: ApiChecks = {
  checks: (served) => [
    ...serverChecks(served),
    { what: "embedding", request: ask(served, texts), judge: (answer) => judgeEmbeddings(answer, served.model, texts.length) },
  ],
  timed: (served) => ask(served, texts),
  load: (served) => ({
    what: "load",
    request: ask(served, [paragraph]),
    judge: (answer) => judgeEmbeddings(answer, served.model, 1),
    countsInput: true,
  }),
};

/** `float` is explicit because the default of some clients is base64. */
function ask({ model }: Served, input: readonly string[]): GateRequest {
  return { method: "POST", path: "/v1/embeddings", body: { model, input, encoding_format: "float" } };
}

interface Item {
  readonly index?: unknown;
  readonly embedding?: unknown;
}

/** @param count Number of texts in the request. */
function judgeEmbeddings(answer: GateAnswer, name: string, count: number): string | undefined {
  return withJson(answer, (value) => {
    const { model, data } = (value ?? {}) as { model?: unknown; data?: unknown };
    if (!Array.isArray(data)) return "it contains no list of embeddings";
    return wrongModel(model, name) ?? judgeItems(data as readonly (Item | null)[], count);
  });
}

function judgeItems(items: readonly (Item | null)[], count: number): string | undefined {
  if (items.length !== count) return `it contains ${items.length} embeddings, not ${count}`;
  const indices = items.map((item) => item?.index);
  if (!indices.every((index, position) => index === position))
    return `the embeddings have the indices ${indices.map(String).join(", ")}, not 0 to ${count - 1}`;
  const embeddings = items.map((item) => item?.embedding);
  const problem = embeddings.map(vectorProblem).findIndex((found) => found !== undefined);
  if (problem >= 0) return `the embedding of text ${problem} ${vectorProblem(embeddings[problem])}`;
  const vectors = embeddings as readonly (readonly number[])[];
  const widths = [...new Set(vectors.map((vector) => vector.length))];
  if (widths.length > 1) return `the embeddings have different numbers of dimensions: ${widths.join(", ")}`;
  const isEqual = vectors.length > 1 && vectors.every((vector) => vector.every((element, i) => element === vectors[0]![i]));
  return isEqual ? "the embeddings of different texts are equal" : undefined;
}

function shown(element: unknown): string {
  return typeof element === "number" ? String(element) : JSON.stringify(element);
}

/** What is wrong with an embedding, as the rest of a sentence. vLLM writes a number that is not finite as null or as invalid JSON. */
function vectorProblem(vector: unknown): string | undefined {
  if (!Array.isArray(vector)) return "is not a list of numbers";
  if (vector.length === 0) return "is empty";
  const wrong = vector.findIndex((element) => typeof element !== "number" || !Number.isFinite(element));
  if (wrong >= 0) return `contains ${shown(vector[wrong])} at position ${wrong}, not a number`;
  return vector.every((element) => element === 0) ? "contains only zeros" : undefined;
}
