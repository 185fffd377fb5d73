import OpenAI from "openai";

export const question = "What is the capital of France?";
const expected = "Paris";

/** What a client received. */
export interface Conversation {
  readonly models: readonly string[];
  readonly answer: string;
  readonly streamed: string;
  /** Parts of the streamed answer with text. */
  readonly parts: number;
  /** Seconds until the first of them. */
  readonly firstPart: number;
  /** Tokens of the answer, as the server counts them. */
  readonly tokens: number;
}

/**
 * Asks the same question twice with OpenAI's client: for a complete answer and for a stream.
 * @throws Error if an answer is not the expected one; APIError of the client
 */
export async function converse(baseURL: string, apiKey: string, model: string): Promise<Conversation> {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const models = (await client.models.list()).data.map(({ id }) => id);
  if (!models.includes(model)) throw new Error(`The models are ${models.join(", ")}, without ${model}.`);
  const request = { model, messages: [{ role: "user", content: question }], temperature: 0, max_tokens: 64 } as const;
  const completion = await client.chat.completions.create({ ...request, messages: [...request.messages] });
  const answer = completion.choices[0]?.message.content ?? "";
  const began = performance.now();
  let firstPart = 0;
  const parts: string[] = [];
  for await (const chunk of await client.chat.completions.create({ ...request, messages: [...request.messages], stream: true })) {
    const part = chunk.choices[0]?.delta.content;
    if (!part) continue;
    if (parts.length === 0) firstPart = (performance.now() - began) / 1000;
    parts.push(part);
  }
  const streamed = parts.join("");
  for (const text of [answer, streamed]) {
    if (!text.includes(expected)) throw new Error(`The answer to "${question}" is ${JSON.stringify(text)}, without ${expected}.`);
  }
  if (parts.length < 2) throw new Error(`The streamed answer arrived in ${parts.length} parts.`);
  return { models, answer, streamed, parts: parts.length, firstPart, tokens: completion.usage?.completion_tokens ?? 0 };
}

/** The status with which a request without the right to score is rejected. @throws Error if it is answered */
export async function refusedStatus(baseURL: string, apiKey: string): Promise<number> {
  try {
    await new OpenAI({ baseURL, apiKey, maxRetries: 0 }).models.list();
  } catch (error) {
    if (error instanceof OpenAI.APIError && error.status !== undefined) return error.status;
    throw error;
  }
  throw new Error("A request without the right to score was answered.");
}
