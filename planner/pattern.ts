/** The ways in which a deployment can serve a model. Tables typed by `Pattern` contain all differences between them. */

/** `vllm`: a Hugging Face model served by vLLM. `score`: any model served by a `score.py`. */
export const patterns = ["vllm", "score"] as const;

export type Pattern = (typeof patterns)[number];
