/** Numbers of tokens in the answers of vLLM. */

interface Usage {
  readonly completion_tokens?: unknown;
  readonly prompt_tokens?: unknown;
}

/** The number of generated tokens of an answer that isn't streamed. Undefined if the answer doesn't contain it. */
export function generatedTokensOf(body: string): number | undefined {
  return countOf(usageOf(body)?.completion_tokens);
}

/** The number of tokens of the texts in a request. Undefined if the answer doesn't contain it. */
export function inputTokensOf(body: string): number | undefined {
  return countOf(usageOf(body)?.prompt_tokens);
}

function usageOf(body: string): Usage | undefined {
  try {
    return (JSON.parse(body) as { readonly usage?: Usage } | null)?.usage;
  } catch {
    return undefined;
  }
}

function countOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
