/** Answers to requests for embeddings, in the formats of vLLM 0.31.0 (vllm/entrypoints/pooling/embed, recorded from a running server). */
import { tokenize } from "./completion";
import { badRequest, invalidBody, isError, type OpenaiError } from "./error";
import { type Body, head, type PoolingAnswer, tokenUsage } from "./pooling";
import { vectorOf, wordsOf } from "./words";

/** A text or a list of token IDs. */
interface Input {
  readonly words: readonly string[];
  readonly tokens: number;
}

const encodings = {
  float: (vector: Float32Array): number[] => [...vector],
  base64: (vector: Float32Array): string => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64"),
};

type Encoding = keyof typeof encodings;

/** `POST /v1/embeddings`: OpenAI's format. */
export const embed: PoolingAnswer = (body, model, identity) => {
  const answer = encoded(body, model);
  if (isError(answer)) return answer;
  const data = answer.values.map((embedding, index) => ({ index, object: "embedding", embedding }));
  return { ...head("embd", identity, model), data, usage: tokenUsage(answer.tokens) };
};

/** `POST /pooling`: vLLM's own format. */
export const pool: PoolingAnswer = (body, model, identity) => {
  const answer = encoded(body, model);
  if (isError(answer)) return answer;
  const data = answer.values.map((values, index) => ({ index, object: "pooling", data: values }));
  return { ...head("pooling", identity, model), data, usage: tokenUsage(answer.tokens) };
};

/** `POST /v2/embed`: Cohere's format, for texts. */
export const embedCohere: PoolingAnswer = ({ texts, input_type, output_dimension, embedding_types }, model, identity) => {
  if (!isTexts(texts) || texts.length === 0) {
    return invalidBody("Exactly one of texts, images, or inputs must be provided, and it must be non-empty", "body");
  }
  if (typeof input_type === "string") {
    return badRequest(`Unsupported input_type '${input_type}'. This model does not define any input_type task instructions.`, null);
  }
  const refused = refuseDimensions(output_dimension, model);
  if (refused) return refused;
  const types = embedding_types ?? ["float"];
  if (!Array.isArray(types) || !types.every(isEncoding)) {
    return invalidBody("The stand-in returns the embedding types float and base64.", "body.embedding_types");
  }
  const inputs = texts.map(inputOfText);
  const embeddings = Object.fromEntries(types.map((type) => [type, inputs.map(({ words }) => encodings[type](vectorOf(words)))]));
  return {
    id: head("embd", identity, model).id,
    embeddings,
    texts,
    meta: { api_version: { version: "2" }, billed_units: { input_tokens: sumOf(inputs), image_tokens: 0 } },
    response_type: "embeddings_by_type",
  };
};

function encoded(body: Body, model: string): { readonly values: (number[] | string)[]; readonly tokens: number } | OpenaiError {
  const inputs = readInput(body.input);
  if (isError(inputs)) return inputs;
  const encoding = body.encoding_format ?? "float";
  if (!isEncoding(encoding)) return invalidBody("The stand-in returns the encoding formats float and base64.", "body.encoding_format");
  const refused = refuseDimensions(body.dimensions, model);
  if (refused) return refused;
  if (inputs.length === 0) return badRequest("You must pass at least one prompt", null);
  return { values: inputs.map(({ words }) => encodings[encoding](vectorOf(words))), tokens: sumOf(inputs) };
}

/** OpenAI's four forms of `input`: a text, a list of texts, a list of token IDs, a list of these. */
function readInput(input: unknown): readonly Input[] | OpenaiError {
  if (input === undefined) return invalidBody("Field required", "body.input");
  if (typeof input === "string") return [inputOfText(input)];
  if (isTexts(input)) return input.map(inputOfText);
  if (isTokens(input)) return [inputOfTokens(input)];
  if (Array.isArray(input) && input.every(isTokens)) return input.map(inputOfTokens);
  return invalidBody("Input should be a text, a list of texts, or lists of token IDs", "body.input");
}

/** Most models accept no other length than their own. Source: vllm/pooling_params.py. */
function refuseDimensions(value: unknown, model: string): OpenaiError | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Number.isInteger(value)) return invalidBody("Input should be a valid integer", "body.dimensions");
  const received = `(received dimensions=${value})`;
  return badRequest(`Model '${model}' does not support Matryoshka embeddings; dimensions must be unset ${received}.`, null);
}

const inputOfText = (text: string): Input => ({ words: wordsOf(text), tokens: tokenize(text).length });
const inputOfTokens = (tokens: readonly number[]): Input => ({ words: tokens.map((id) => `#${id}`), tokens: tokens.length });
const sumOf = (inputs: readonly Input[]) => inputs.reduce((sum, { tokens }) => sum + tokens, 0);
const isEncoding = (value: unknown): value is Encoding => typeof value === "string" && Object.hasOwn(encodings, value);
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((text) => typeof text === "string");
const isTokens = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length > 0 && value.every((id) => Number.isInteger(id) && id >= 0);
