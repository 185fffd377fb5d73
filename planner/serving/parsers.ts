/** Tool call and reasoning parsers by model family. Other families have none, because a wrong parser corrupts answers. */

export interface Parsers {
  readonly toolCall?: string;
  readonly reasoning?: string;
}

/**
 * The first match counts, so specific families precede general ones. Source: vLLM docs, features/tool_calling and
 * features/reasoning_outputs.
 */
const families: readonly (Parsers & { readonly id: RegExp })[] = [
  { id: /DeepSeek-R1-Distill/i, reasoning: "deepseek_r1" },
  { id: /DeepSeek-R1/i, toolCall: "deepseek_v3", reasoning: "deepseek_r1" },
  { id: /DeepSeek-V4/i, toolCall: "deepseek_v4", reasoning: "deepseek_v4" },
  { id: /DeepSeek-V3\.2/i, toolCall: "deepseek_v32", reasoning: "deepseek_v3" },
  { id: /DeepSeek-V3\.1/i, toolCall: "deepseek_v31", reasoning: "deepseek_v3" },
  { id: /DeepSeek-V3/i, toolCall: "deepseek_v3" },
  { id: /Qwen3-Coder/i, toolCall: "qwen3_coder" },
  { id: /Qwen3\.[5-9]/i, toolCall: "qwen3_coder", reasoning: "qwen3" },
  { id: /Qwen3-.*Instruct/i, toolCall: "hermes" },
  { id: /Qwen3/i, toolCall: "hermes", reasoning: "qwen3" },
  { id: /Qwen2\.5|Hermes/i, toolCall: "hermes" },
  { id: /Llama-4/i, toolCall: "llama4_pythonic" },
  { id: /Llama-3\.[1-3].*Instruct/i, toolCall: "llama3_json" },
  { id: /gpt-oss/i, toolCall: "openai", reasoning: "openai_gptoss" },
  { id: /Kimi-K2/i, toolCall: "kimi_k2", reasoning: "kimi_k2" },
  { id: /GLM-(4\.7|5)/i, toolCall: "glm47", reasoning: "glm47" },
  { id: /GLM-4\.[56]/i, toolCall: "glm45", reasoning: "glm45" },
  { id: /MiniMax-M2/i, toolCall: "minimax_m2", reasoning: "minimax_m2" },
  { id: /Nemotron-3/i, toolCall: "qwen3_coder", reasoning: "nemotron_v3" },
  { id: /granite-4/i, toolCall: "granite4" },
  { id: /Phi-4-mini-instruct/i, toolCall: "phi4_mini_json" },
  { id: /gemma-4.*-it/i, toolCall: "gemma4", reasoning: "gemma4" },
  { id: /(Mistral|Ministral).*(Instruct|Medium|Small|Large)/i, toolCall: "mistral" },
];

/** The parsers of a model, by its Hugging Face ID. */
export function parsersOf(modelId: string): Parsers {
  const family = families.find(({ id }) => id.test(modelId));
  return { toolCall: family?.toolCall, reasoning: family?.reasoning };
}
