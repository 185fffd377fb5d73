/**
 * Defaults for values that a `config.json` can omit: numbers of the family's class, the maximum context, tied embeddings. Source: the
 * configuration classes of transformers, and vLLM's derivation of the maximum context.
 */
import { type Config, number, object } from "./read";

/** Class defaults of families whose published files rely on them, by the `model_type` of the language model. */
const classDefaults: Readonly<Record<string, Config>> = {
  gemma3_text: {
    ...{ num_attention_heads: 8, num_key_value_heads: 4, head_dim: 256, vocab_size: 262_208, max_position_embeddings: 131_072 },
    sliding_window: 4096,
  },
  llama: { hidden_size: 4096, intermediate_size: 11_008, num_hidden_layers: 32, num_attention_heads: 32, vocab_size: 32_000 },
  mistral: {
    ...{ hidden_size: 4096, intermediate_size: 14_336, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8 },
    ...{ vocab_size: 32_000, max_position_embeddings: 131_072 },
  },
};

/**
 * A nested configuration with its family's defaults, and the values that were added. A configuration that isn't nested must be complete.
 */
export function familyDefaults(architecture: string, text: Config): { readonly text: Config; readonly assumptions: readonly string[] } {
  const named = typeof text.model_type === "string" ? text.model_type : undefined;
  const family = named ?? (statesStretched.test(architecture) ? "gemma3_text" : "");
  const defaults = (Object.hasOwn(classDefaults, family) && classDefaults[family]) || {};
  const missing = Object.keys(defaults).filter((name) => text[name] === undefined);
  const assumptions = missing.map(
    (name) => `config.json doesn't contain ${name}, so the default of ${family} is assumed: ${defaults[name]}`,
  );
  return missing.length > 0 ? { text: { ...defaults, ...text }, assumptions } : { text, assumptions: [] };
}

/** Field names of the maximum context, in vLLM's order. */
export const lengthNames = [
  ...["max_position_embeddings", "n_positions", "max_seq_len", "seq_length", "model_max_length", "max_sequence_length", "max_seq_length"],
];

/** vLLM's maximum context if none of these fields exists. */
const unnamedLength = 2048;

/** RoPE scalings that extend the trained length. For the others, and always for Gemma 3, the field already contains the extended length. */
const stretching = new Set(["yarn", "deepseek_yarn", "linear", "dynamic"]);
const statesStretched = /^Gemma3/;

/** The maximum context in tokens, from the `stated` length and the RoPE scaling. */
export function lengthOf(
  architecture: string,
  text: Config,
  stated?: number,
): { readonly tokens: number; readonly assumptions: readonly string[] } {
  const assumptions =
    stated === undefined ? [`config.json specifies no maximum context, so vLLM's default is assumed: ${unnamedLength} tokens`] : [];
  const tokens = stated ?? unnamedLength;
  const rope = object(text, "rope_scaling") ?? object(text, "rope_parameters");
  const factor = rope && number(rope, "factor");
  if (!rope || !factor || !stretching.has(String(rope.rope_type ?? rope.type)) || statesStretched.test(architecture))
    return { tokens, assumptions };
  const original = number(rope, "original_max_position_embeddings");
  return { tokens: Math.floor((original ?? tokens) * factor), assumptions };
}

/** Whether embeddings and output head are one matrix if the configuration doesn't specify it. */
export function tiedByDefault(architecture: string): boolean {
  return /^(Gemma|Cohere|OPT|GPT2|GPTBigCode|Bloom|Falcon(?!H1)|MPT|SmolLM3|Lfm2)/.test(architecture);
}
