/** How the stand-in compares texts: by their words. A real model compares meanings. */
import { createHash } from "node:crypto";

/** The length of a vector. That of all-MiniLM-L6-v2, a common small embedding model. */
export const dimensions = 384;

/** The words of a text in lower case, without punctuation. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/**
 * A vector of length 1 that only depends on the words: each word has a direction, and the vector is their normalized sum. Texts with common
 * words therefore have similar vectors. The values are float32, like those of vLLM.
 */
export function vectorOf(words: readonly string[]): Float32Array {
  const sum = new Float64Array(dimensions);
  for (const word of words.length > 0 ? words : [""]) addDirection(sum, word);
  const length = Math.hypot(...sum) || 1;
  return Float32Array.from(sum, (value) => value / length);
}

/** A direction has the values 1 and -1, from the bits of the word's hash. */
function addDirection(sum: Float64Array, word: string): void {
  const hash = createHash("sha512").update(word).digest();
  for (let index = 0; index < dimensions; index++) sum[index]! += (hash[index >> 3]! >> (index & 7)) & 1 ? 1 : -1;
}

/** The cosine of the angle between two vectors of length 1. */
export function cosine(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, index) => sum + value * other[index]!, 0);
}

/** The share of common words, from 0 to 1: 1 if both texts have the same words, in any order. */
export function overlap(one: readonly string[], other: readonly string[]): number {
  const [first, second] = [new Set(one), new Set(other)];
  if (first.size === 0 || second.size === 0) return 0;
  return [...first].filter((word) => second.has(word)).length / Math.sqrt(first.size * second.size);
}
