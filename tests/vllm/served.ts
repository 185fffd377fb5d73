import OpenAI from "openai";
import { adapterFilesIn, adapterHash } from "../../config/adapterFolder";
import type { WantedAdapter } from "../../operations/mirror/wanted";
import { compareMeanings } from "../embedding/meaning";
import { converse, question } from "./conversation";
import type { Installation } from "./installation";

/** A model that the test serves. */
export interface Served {
  readonly name: keyof Installation["models"];
  /** Hugging Face ID. */
  readonly id: string;
  /** Flags of vLLM. */
  readonly args: readonly string[];
  /** LoRA adapters that are staged with it. */
  adapters(installation: Installation): readonly WantedAdapter[];
  /**
   * Sends requests as a client does.
   * @returns lines about the answers
   * @throws Error if an answer isn't the expected one
   */
  ask(baseURL: string, apiKey: string): Promise<string[]>;
}

/** Name of the adapter, which has random weights. */
const adapter = "noisy";

const chat: Served = {
  name: "chat",
  id: "HuggingFaceTB/SmolLM2-135M-Instruct",
  args: [
    ...["--dtype", "bfloat16", "--max-model-len", "2048", "--max-num-seqs", "4"],
    ...["--enable-lora", "--max-loras", "1", "--max-lora-rank", "8", "--lora-modules", `${adapter}=adapters/${adapter}`],
  ],
  adapters: ({ adapter: path }) => [{ name: adapter, path, revision: adapterHash(adapterFilesIn(path)), rank: 8 }],
  async ask(baseURL, apiKey) {
    const { models, answer, tokens, streamed, parts, firstPart } = await converse(baseURL, apiKey, chat.id);
    return [
      `models: ${models.join(", ")}`,
      `answer: ${answer} (${tokens} tokens)`,
      `stream: ${streamed} (${parts} parts, the first after ${firstPart.toFixed(2)} s)`,
      `the adapter's answer: ${await adapterAnswer(baseURL, apiKey, answer)}`,
    ];
  },
};

/**
 * Asks the adapter the same question as the model.
 * @returns the answer as JSON
 * @throws Error if the answer equals that of the model, or has the name of the model
 */
async function adapterAnswer(baseURL: string, apiKey: string, ofModel: string): Promise<string> {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const { data } = await client.models.list();
  if (!data.some(({ id }) => id === adapter)) throw new Error(`The models are ${data.map(({ id }) => id).join(", ")}, without ${adapter}.`);
  const messages = [{ role: "user" as const, content: question }];
  const { model, choices } = await client.chat.completions.create({ model: adapter, messages, temperature: 0, max_tokens: 8 });
  const answer = choices[0]?.message.content ?? "";
  if (model !== adapter) throw new Error(`The adapter's answer has the model ${model}.`);
  if (ofModel.startsWith(answer)) throw new Error(`The adapter's answer is that of the model: ${answer}.`);
  return JSON.stringify(answer);
}

const embed: Served = {
  name: "embed",
  id: "sentence-transformers/all-MiniLM-L6-v2",
  args: ["--runner", "pooling", "--convert", "embed", "--dtype", "float32", "--max-num-seqs", "16"],
  adapters: () => [],
  async ask(baseURL, apiKey) {
    const { dimensions, tokens, related, unrelated } = await compareMeanings(baseURL, apiKey, embed.id);
    const best = await rerank(baseURL, apiKey);
    return [
      `embeddings: ${dimensions} dimensions, ${tokens} tokens`,
      `similarity: at least ${related.toFixed(3)} for the same meaning, at most ${unrelated.toFixed(3)} for others`,
      `rerank: the best document is "${best}"`,
      `a chat request: ${await chatStatus(baseURL, apiKey)}`,
    ];
  },
};

const relevant = "Paris has been the seat of the French government for centuries.";

/** Ranks documents with the format of Jina and Cohere. vLLM scores with the vectors of an embedding model. */
async function rerank(baseURL: string, apiKey: string): Promise<string> {
  const documents = ["Bananas are rich in potassium.", relevant, "The train to Lyon was late."];
  const response = await fetch(`${baseURL}/rerank`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: embed.id, query: "What is the capital of France?", documents, top_n: 1 }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST rerank: ${response.status} ${text}`);
  const { results } = JSON.parse(text) as { results: { document: { text: string } }[] };
  if (results.length !== 1 || results[0]!.document.text !== relevant) throw new Error(`The best document is ${text}.`);
  return relevant;
}

/** The statuses with which a chat request to an embedding server is rejected. @throws Error if it is answered */
async function chatStatus(baseURL: string, apiKey: string): Promise<string> {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  try {
    await client.chat.completions.create({ model: embed.id, messages: [{ role: "user", content: "hi" }] });
  } catch (error) {
    if (!(error instanceof OpenAI.APIError)) throw error;
    const model = error.headers?.get("ms-azureml-model-error-statuscode");
    if (error.status === 424 && model === "404") return "424, and 404 by vLLM";
    throw error;
  }
  throw new Error("An embedding server answered a chat request.");
}

/** In the order in which they are served. */
export const served: readonly Served[] = [chat, embed];
