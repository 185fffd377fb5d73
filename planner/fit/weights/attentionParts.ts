/** The parts of attention layers: multi-head, latent and with a sparse indexer. */
import type { ModelDimensions } from "../config/dimensions";
import { list, number, object } from "../config/read";
import { matrix, type Part, plain, replicated } from "./part";

/** Families whose query, key and value have a bias although `config.json` doesn't specify it. */
const biased = /^(Qwen2|QWen|Qwen2_5|GPT2|GPTBigCode|GPTNeoX|OPT|Bloom|PhiForCausalLM|Starcoder2|StableLmEpoch|Dream|GptOss)/;

/** Families that normalize queries and keys per head, and those that normalize all heads in one step. */
const headNorms = /^(Qwen3|Gemma3|Gemma4|HunYuan|Exaone4|Glm4Moe|SmolLM3|Apertus|Seed|Lfm2|Step3|ErnieNorm)/;
const wideNorms = /^(Olmo2|Olmo3|OlmoE|FlexOlmo|MiniMaxM2|Chameleon)/;

/** Width of queries, keys and values, where layers differ. */
interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly valueDim: number;
  /** Whether values are the keys, without own weights. */
  readonly keysAreValues: boolean;
}

/** The parts of the attention in one layer. `kind` is what the layer stores in the cache. */
export function attentionParts(dimensions: ModelDimensions, layer: number, kind: "full" | "sliding" | "chunked", module: string): Part[] {
  if (number(dimensions.text, "kv_lora_rank")) return latentParts(dimensions, layer, module);
  const { text, hidden, architecture } = dimensions;
  const { heads, kvHeads, headDim, valueDim, keysAreValues } = headsOf(dimensions, layer, kind);
  const gate = outputGate(dimensions);
  const [query, key, value] = [heads * headDim, kvHeads * headDim, kvHeads * valueDim];
  const parts = [
    matrix(`${module}.q_proj`, gate === "wide" ? 2 * query : query, hidden),
    matrix(`${module}.k_proj`, key, hidden),
    ...(keysAreValues ? [] : [matrix(`${module}.v_proj`, value, hidden)]),
    matrix(`${module}.o_proj`, hidden, heads * valueDim),
  ];
  if (gate === "perHead") parts.push(matrix(`${module}.g_proj`, heads, hidden));
  if (gate === "separate") parts.push(matrix(`${module}.gate_proj`, query, hidden));
  const norms = headNorms.test(architecture) || text.use_qk_norm === true ? 2 * headDim : wideNorms.test(architecture) ? query + key : 0;
  const biases = (hasBias(dimensions) ? query + key + value : 0) + (hasOutputBias(dimensions) ? hidden : 0);
  const sinks = /^GptOss/.test(architecture) ? heads : 0;
  return [...parts, plain(`${module}.norms`, norms + biases + sinks)];
}

function headsOf({ text, heads, kvHeads, headDim }: ModelDimensions, layer: number, kind: string): Heads {
  const valueDim = number(text, "v_head_dim") ?? headDim;
  if (kind === "sliding" && number(text, "swa_num_key_value_heads")) {
    const own = number(text, "swa_head_dim") ?? headDim;
    const slidingHeads = number(text, "swa_num_attention_heads") ?? heads;
    const slidingKv = number(text, "swa_num_key_value_heads") ?? kvHeads;
    return { heads: slidingHeads, kvHeads: slidingKv, headDim: own, valueDim: number(text, "swa_v_head_dim") ?? own, keysAreValues: false };
  }
  const other = kind === "sliding" ? object(text, "attention_other_setting") : undefined;
  if (other) {
    const own = number(other, "head_dim", "true_head_dim") ?? headDim;
    const otherKv = number(other, "num_attention_groups") ?? kvHeads;
    return { heads: number(other, "num_attention_heads") ?? heads, kvHeads: otherKv, headDim: own, valueDim: own, keysAreValues: false };
  }
  const global = kind === "full" ? number(text, "global_head_dim") : undefined;
  if (global) {
    const keysAreValues = text.attention_k_eq_v === true;
    const own = (keysAreValues ? number(text, "num_global_key_value_heads") : undefined) ?? kvHeads;
    return { heads, kvHeads: own, headDim: global, valueDim: global, keysAreValues };
  }
  // DeciLM specifies the heads of each layer.
  const block = list(text, "block_configs")?.[layer];
  const attention = typeof block === "object" && block !== null ? object(block as Record<string, unknown>, "attention") : undefined;
  const perGroup = attention && number(attention, "n_heads_in_group");
  const own = perGroup ? Math.max(1, Math.floor(heads / perGroup)) : kvHeads;
  return { heads, kvHeads: own, headDim, valueDim, keysAreValues: false };
}

function outputGate({ text, architecture }: ModelDimensions): "none" | "wide" | "perHead" | "separate" {
  if (text.attn_output_gate === true || /^Qwen3Next/.test(architecture)) return "wide";
  if (text.use_head_wise_attn_gate === true) return "perHead";
  if (/^Afmoe/.test(architecture)) return "separate";
  return "none";
}

const hasBias = ({ text, architecture }: ModelDimensions) =>
  [text.attention_bias, text.qkv_bias, text.add_qkv_bias, text.use_qkv_bias, text.use_bias].find((value) => typeof value === "boolean") ??
  biased.test(architecture);

const hasOutputBias = ({ text, architecture }: ModelDimensions) =>
  /^(OPT|GPT2|GPTBigCode|GPTNeoX|Bloom|PhiForCausalLM|Starcoder2|GptOss)/.test(architecture) && text.use_bias !== false;

/** Latent attention: queries, keys and values are projected through low ranks. */
function latentParts(dimensions: ModelDimensions, layer: number, module: string): Part[] {
  const { text, hidden, heads } = dimensions;
  const { rank, rope, nope, value } = latentDimensions(dimensions);
  const queryRank = number(text, "q_lora_rank");
  const query = queryRank
    ? [replicated(`${module}.q_a_proj`, queryRank, hidden), matrix(`${module}.q_b_proj`, heads * (nope + rope), queryRank)]
    : [matrix(`${module}.q_proj`, heads * (nope + rope), hidden)];
  const gate = text.mla_use_output_gate === true ? [matrix(`${module}.g_proj`, heads * value, hidden)] : [];
  return [
    ...query,
    replicated(`${module}.kv_a_proj_with_mqa`, rank + rope, hidden),
    matrix(`${module}.kv_b_proj`, heads * (nope + value), rank),
    matrix(`${module}.o_proj`, hidden, heads * value),
    ...gate,
    plain(`${module}.norms`, rank + (queryRank ?? 0)),
    ...indexerParts(dimensions, layer, module),
  ];
}

export function latentDimensions({ text }: ModelDimensions): { rank: number; rope: number; nope: number; value: number } {
  return {
    rank: number(text, "kv_lora_rank") ?? 0,
    rope: number(text, "qk_rope_head_dim") ?? 64,
    nope: number(text, "qk_nope_head_dim") ?? 128,
    value: number(text, "v_head_dim") ?? 128,
  };
}

/** The sparse indexer. In some models, several layers share one. */
function indexerParts({ text, hidden }: ModelDimensions, layer: number, module: string): Part[] {
  const width = number(text, "index_head_dim");
  if (!width || list(text, "indexer_types")?.[layer] === "shared") return [];
  const heads = number(text, "index_n_heads") ?? 64;
  return [
    replicated(`${module}.indexer.wq_b`, heads * width, number(text, "q_lora_rank") ?? hidden),
    replicated(`${module}.indexer.wk`, width, hidden),
    plain(`${module}.indexer.weights_proj`, heads * hidden + 2 * width),
  ];
}
