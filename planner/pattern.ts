/** The kinds of server that a deployment can be. Everything that differs between them is in tables typed by `Pattern`. */

/** `vllm`: a Hugging Face model served by vLLM. `score`: any model served by a `score.py`. */
export const patterns = ["vllm", "score"] as const;

export type Pattern = (typeof patterns)[number];
