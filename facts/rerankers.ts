/**
 * Rerankers that are chat models: they answer the question whether a document matches a query, and the probability of one answer token is
 * the score. vLLM converts them to classifiers if it knows the tokens, and needs the prompt that the model was trained with. Without the
 * prompt, it starts, but the scores have no meaning.
 */

/** Values of `--hf-overrides` that turn a chat model into a classifier. */
export interface RerankerOverrides {
  readonly architectures: readonly [string];
  /** Tokens of the answers: with two tokens, no and yes. */
  readonly classifier_from_token: readonly string[];
  /** How vLLM computes the score from the tokens. With `is_original_qwen3_reranker`, vLLM sets it. */
  readonly method?: "from_2_way_softmax" | "no_post_processing";
  readonly is_original_qwen3_reranker?: true;
}

export interface RerankerFacts {
  readonly architecture: string;
  /** Pattern of the model's ID. @default - all rerankers of the architecture */
  readonly id?: RegExp;
  /** @default - the checkpoint is a classifier */
  readonly overrides?: RerankerOverrides;
  /** Value of `--chat-template`: a Jinja template of the messages `query` and `document`. */
  readonly template: string;
}

export const rerankersSource = {
  source: "vLLM docs, models/pooling_models/scoring; vLLM, examples/pooling/score; the models' pages on Hugging Face",
  asOf: "2026-10-05",
} as const;

/** The content of a message of this role. */
const content = (role: "query" | "document") => `{{ (messages | selectattr("role", "eq", "${role}") | first).content }}`;

/** A template in ChatML, the format of Qwen. Jinja drops a newline at the end of a template, but not one in an expression. */
const chatml = (system: string, user: string, assistant: string) =>
  `<|im_start|>system\n${system}<|im_end|>\n<|im_start|>user\n${user}<|im_end|>\n<|im_start|>assistant${assistant}`;

const qwen3Template = chatml(
  'Judge whether the Document meets the requirements based on the Query and the Instruct provided. Note that the answer can only be "yes" or "no".',
  `<Instruct>: Given a web search query, retrieve relevant passages that answer the query\n<Query>: ${content("query")}\n<Document>: ${content("document")}`,
  '\n<think>\n\n</think>{{ "\\n\\n" }}',
);

const mxbaiTemplate = chatml(
  "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
  `query: ${content("query")}\ndocument: ${content("document")}\nYou are a search relevance expert who evaluates how well documents match search queries. For each query-document pair, carefully analyze the semantic relationship between them, then provide your binary relevance judgment (0 for not relevant, 1 for relevant).\nRelevance:`,
  '{{ "\\n" }}',
);

const bgeTemplate = `A: ${content("query")}\nB: ${content("document")}\nGiven a query A and a passage B, determine whether the passage contains an answer to the query by providing a prediction of either 'Yes' or 'No'.`;

const qwen3Overrides = (architecture: string): RerankerOverrides => ({
  architectures: [architecture],
  classifier_from_token: ["no", "yes"],
  is_original_qwen3_reranker: true,
});

/** The first match counts. */
export const rerankers: readonly RerankerFacts[] = [
  { architecture: "Qwen3ForCausalLM", overrides: qwen3Overrides("Qwen3ForSequenceClassification"), template: qwen3Template },
  { architecture: "Qwen3ForSequenceClassification", id: /Qwen3-Reranker/i, template: qwen3Template },
  {
    architecture: "Qwen3VLForConditionalGeneration",
    overrides: qwen3Overrides("Qwen3VLForSequenceClassification"),
    template: qwen3Template,
  },
  {
    architecture: "Qwen2ForCausalLM",
    id: /mxbai-rerank/i,
    overrides: {
      architectures: ["Qwen2ForSequenceClassification"],
      classifier_from_token: ["0", "1"],
      method: "from_2_way_softmax",
    },
    template: mxbaiTemplate,
  },
  {
    architecture: "GemmaForCausalLM",
    id: /bge-reranker/i,
    overrides: {
      architectures: ["GemmaForSequenceClassification"],
      classifier_from_token: ["Yes"],
      method: "no_post_processing",
    },
    template: bgeTemplate,
  },
];

/** What vLLM needs for this reranker; undefined if it needs nothing, or if the table doesn't contain the model. */
export function rerankerFacts(architecture: string, id: string): RerankerFacts | undefined {
  return rerankers.find((one) => one.architecture === architecture && (one.id === undefined || one.id.test(id)));
}
