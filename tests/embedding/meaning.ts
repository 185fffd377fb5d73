import OpenAI from "openai";

/** Texts in groups of the same meaning. Texts of a group have few words in common. */
const groups: readonly (readonly string[])[] = [
  ["A man is eating food.", "Someone is having a meal."],
  ["The stock market fell sharply on Monday.", "Share prices dropped a lot at the start of the week."],
  ["How do I reset my password?", "I forgot my login and want to set a new one."],
];

/** What a client received for the texts. */
export interface Meanings {
  readonly dimensions: number;
  /** Tokens of all texts, as the server counts them. */
  readonly tokens: number;
  /** The lowest similarity of texts of the same group. */
  readonly related: number;
  /** The highest similarity of texts of different groups. */
  readonly unrelated: number;
}

/**
 * Embeds texts with OpenAI's client, all in one request and one in a request of its own.
 * @throws Error if texts with the same meaning aren't closer than others, a vector doesn't have length 1, or the request with one text has another
 * vector; APIError of the client
 */
export async function compareMeanings(baseURL: string, apiKey: string, model: string): Promise<Meanings> {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const texts = groups.flatMap((group, index) => group.map((text) => ({ text, group: index })));
  const { data, usage } = await client.embeddings.create({ model, input: texts.map(({ text }) => text) });
  const vectors = data.map(({ embedding }) => embedding);
  const alone = await client.embeddings.create({ model, input: texts.at(-1)!.text });
  if (similarity(vectors.at(-1)!, alone.data[0]!.embedding) < 0.9999) throw new Error("The vector of a text depends on the others.");
  const lengths = vectors.map((vector) => similarity(vector, vector));
  if (lengths.some((length) => Math.abs(length - 1) > 1e-3))
    throw new Error(`The squared lengths of the vectors are ${lengths.join(", ")}.`);
  const pairs = texts.flatMap((one, first) =>
    texts.slice(first + 1).map((other, rest) => ({
      isRelated: one.group === other.group,
      value: similarity(vectors[first]!, vectors[first + 1 + rest]!),
    })),
  );
  const values = (isRelated: boolean) => pairs.filter((pair) => pair.isRelated === isRelated).map(({ value }) => value);
  const [related, unrelated] = [Math.min(...values(true)), Math.max(...values(false))];
  if (related - unrelated < 0.15) {
    throw new Error(`Texts with the same meaning have a similarity of at least ${related}, and others of up to ${unrelated}.`);
  }
  return { dimensions: vectors[0]!.length, tokens: usage.prompt_tokens, related, unrelated };
}

/** The scalar product, which is the cosine for vectors of length 1. */
export function similarity(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + value * other[index]!, 0);
}
