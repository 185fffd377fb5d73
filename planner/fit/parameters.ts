/** Counts the parameters of a model from its dimensions: all, those that one token uses, and those that vLLM doesn't load. */

import { outOfBounds } from "./configBounds";
import type { ModelDimensions } from "./configDimensions";
import { type Config, list, number, object } from "./configRead";
import type { CacheLayers, Model } from "./model";

export interface ParameterCount {
  readonly total: number;
  readonly active: number;
  /** Multi-token prediction layers, which vLLM reads only for speculative decoding. */
  readonly unloaded: number;
  readonly experts: Model["experts"];
}

/** Families whose MLP has two matrices and no gate. */
const ungated = /^(OPT|GPT2|GPTBigCode|GPTNeoX|GPTJ|Bloom|Falcon(?!H1|Mamba)|MPT|Starcoder2|PhiForCausalLM|Nemotron(?!H))/;

/** Field names of the width of the shared expert. */
const sharedNames = [
  ...["shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size", "share_expert_dim"],
];

export function countParameters(dimensions: ModelDimensions, cache: readonly CacheLayers[]): ParameterCount {
  const { text, hidden, layers, vocab } = dimensions;
  const experts = expertsOf(dimensions);
  const perLayer = (number(text, "hidden_size_per_layer_input") ?? 0) * (number(text, "vocab_size_per_layer_input") ?? vocab) * layers;
  const embeddings = vocab * hidden * (dimensions.tied ? 1 : 2) + perLayer;
  const attention = attentionParameters(dimensions);
  const recurrent = cache.reduce((sum, layer) => sum + (layer.kind === "state" ? layer.layers : 0), 0);
  // Older families have two matrices; with a gate, there are three.
  const dense = (ungated.test(dimensions.architecture) ? 2 : 3) * hidden * dimensions.intermediate;
  const sparseLayers = experts ? expertLayers(dimensions) : 0;
  const expert = experts ? 3 * hidden * experts.intermediate : 0;
  const shared = 3 * hidden * (number(text, ...sharedNames) ?? sharedWidth(dimensions, experts));
  const perLetter = patternCounts(dimensions);
  const mixers = perLetter ? perLetter.attention * attention : (layers - recurrent) * attention;
  const plainLayers = perLetter ? perLetter.dense : layers - sparseLayers;
  // The projections of a recurrent layer are about as large as those of full multi-head attention.
  const total =
    embeddings + mixers + recurrent * 4 * hidden * hidden + plainLayers * dense + sparseLayers * ((experts?.count ?? 0) * expert + shared);
  const idle = experts ? sparseLayers * (experts.count - experts.perToken) * expert : 0;
  const draft = predictionLayerCount(text);
  const draftLayer = attention + (experts ? experts.count * expert + shared : dense) + 2 * hidden * hidden;
  return { total, active: total - idle, unloaded: draft * draftLayer, experts };
}

/** Number of layers for multi-token prediction. */
export function predictionLayerCount(text: Config): number {
  return number(text, "num_nextn_predict_layers", "mtp_num_hidden_layers") ?? 0;
}

function expertsOf({ text: outer, intermediate }: ModelDimensions): Model["experts"] {
  const text = { ...object(outer, "ffn_config"), ...outer };
  const count = number(text, "num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts");
  if (!count || count < 2) return undefined;
  const perToken = number(text, "num_experts_per_tok", "num_experts_per_token", "top_k_experts", "moe_topk", "moe_top_k", "moe_k") ?? 1;
  if (perToken > count) throw outOfBounds("num_experts_per_tok", perToken, `at most the number of experts, ${count}`);
  const width =
    number(text, "moe_intermediate_size", "expert_ffn_hidden_size") ?? number(object(outer, "ffn_config") ?? {}, "ffn_hidden_size");
  return { count, perToken, intermediate: width ?? intermediate };
}

function sharedWidth({ text, architecture }: ModelDimensions, experts: Model["experts"]): number {
  const always = architecture.startsWith("Llama4") ? 1 : 0;
  const shared = number(text, "n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts") ?? always;
  return shared * (experts?.intermediate ?? 0);
}

/** Number of layers with experts: all layers after the first dense ones, or every nth layer. */
function expertLayers(dimensions: ModelDimensions): number {
  const { text, layers } = dimensions;
  const letters = patternCounts(dimensions);
  if (letters) return letters.experts;
  const step =
    number(text, "interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq", "expert_layer_period", "moe_layer_interval") ?? 1;
  const dense = number(text, "first_k_dense_replace", "moe_layer_start_index") ?? list(text, "mlp_only_layers")?.length ?? 0;
  return Math.floor((layers - dense) / step);
}

/**
 * Layer counts by kind, for models in which each layer is either attention, recurrent or experts and a pattern of letters lists the kinds.
 */
function patternCounts({ text }: ModelDimensions): { attention: number; experts: number; dense: number } | undefined {
  const pattern = text.hybrid_override_pattern;
  if (typeof pattern !== "string") return undefined;
  const count = (letter: string) => [...pattern].filter((one) => one === letter).length;
  return { attention: count("*"), experts: count("E"), dense: count("-") };
}

function attentionParameters({ text, hidden, heads, kvHeads, headDim }: ModelDimensions): number {
  const lora = number(text, "kv_lora_rank");
  if (!lora) return hidden * headDim * (2 * heads + 2 * kvHeads);
  const rope = number(text, "qk_rope_head_dim") ?? 64;
  const [nope, value] = [number(text, "qk_nope_head_dim") ?? 128, number(text, "v_head_dim") ?? 128];
  const queryRank = number(text, "q_lora_rank");
  const query = queryRank ? hidden * queryRank + queryRank * heads * (nope + rope) : hidden * heads * (nope + rope);
  return query + hidden * (lora + rope) + lora * heads * (nope + value) + heads * value * hidden;
}
