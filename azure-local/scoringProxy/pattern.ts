/** The kinds of server behind a deployment that the scoring proxy distinguishes. */

/** `vllm`: vLLM's OpenAI API. `score`: Azure's inference server around a `score.py`. */
export const patterns = ["vllm", "score"] as const;

export type Pattern = (typeof patterns)[number];
