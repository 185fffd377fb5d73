/** Reads from a `config.json` what each layer stores in the cache. Families use different fields for the kinds of layers. */

import { type CacheLayers, indexerBytes, type StateDimensions, stateDimensions } from "../model";
import type { ModelDimensions } from "./dimensions";
import { type Config, list, number, object } from "./read";

type Kind = "full" | "sliding" | "chunked" | "state" | "none";

/** Values of `layer_types` and `layers_block_type`, and letters of `hybrid_override_pattern`. */
const kinds: Readonly<Record<string, Kind>> = {
  full_attention: "full",
  attention: "full",
  global_attention: "full",
  sliding_attention: "sliding",
  sliding_window_attention: "sliding",
  chunked_attention: "chunked",
  linear_attention: "state",
  mamba: "state",
  mamba2: "state",
  conv: "state",
  moe: "none",
  mlp: "none",
  "*": "full",
  M: "state",
  E: "none",
  "-": "none",
};

/** Fields that describe layers in ways that the planner doesn't support. If they were ignored, the cache size would be wrong. */
const unreadStructures = ["layer_group_size", "cross_attention_layers", "global_attn_every_n_layers", "sparse_attention_config"];

/** Interval of full-attention layers in families that alternate without a field in the configuration. */
const familyPatterns: readonly (readonly [RegExp, number])[] = [
  [/^Gemma2/, 2],
  [/^GptOss/, 2],
  [/^Gemma3/, 6],
  [/^(Cohere2|Olmo3|Exaone4)/, 4],
];

/** Whether a field has a value. */
const given = (value: unknown) => value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);

/** The layers by their cache, or the reason why the cache can't be computed. */
export function cacheFromConfig(dimensions: ModelDimensions): { readonly cache: readonly CacheLayers[]; readonly unmodelled?: string } {
  const { text } = dimensions;
  if (text.is_encoder_decoder === true) return { cache: [], unmodelled: "it is an encoder-decoder model" };
  if (list(text, "compress_ratios") ?? number(text, "compress_ratio")) return { cache: [], unmodelled: "it compresses its KV cache" };
  const unread = unreadStructures.find((name) => given(text[name])) ?? mixedHeads(text);
  if (unread) return { cache: [], unmodelled: `config.json describes its layers by ${unread}, which the planner doesn't support` };
  const each = layerKinds(dimensions);
  if (each.length < dimensions.layers)
    return { cache: [], unmodelled: `config.json specifies the kinds of only ${each.length} of ${dimensions.layers} layers` };
  if (each.includes(undefined)) return { cache: [], unmodelled: "config.json contains layers of a kind that the planner doesn't support" };
  // The last layers can share the cache of earlier layers.
  const own = each.slice(0, each.length - (number(text, "num_kv_shared_layers") ?? 0));
  const count = (kind: Kind) =>
    own.filter((one) => one === kind).length * attentionsPerLayer(dimensions) + (kind === "state" ? statesWithAttention(dimensions) : 0);
  const state = count("state") > 0 ? stateOf(dimensions) : undefined;
  if (count("state") > 0 && !state) return { cache: [], unmodelled: "the shape of its recurrent state isn't in config.json" };
  return { cache: layersOf(dimensions, count, state) };
}

/** The field with different numbers of heads for layers of one kind, which vLLM stores in another layout. */
function mixedHeads(text: Config): string | undefined {
  const groups = (list(text, "block_configs") ?? []).map(attentionOfBlock).filter((block) => attends(block));
  return new Set(groups.map((block) => block?.n_heads_in_group)).size > 1 ? "block_configs" : undefined;
}

const attentionOfBlock = (block: unknown): Config | undefined =>
  typeof block === "object" && block !== null ? object(block as Config, "attention") : undefined;

/** Whether a block of a model from a neural architecture search has attention: it can be omitted or replaced with a matrix. */
const attends = (block: Config | undefined): boolean => block !== undefined && block.no_op !== true && block.replace_with_linear !== true;

/** Each LongCat layer has two attention blocks. */
const attentionsPerLayer = ({ architecture }: ModelDimensions) => (/^LongCat/i.test(architecture) ? 2 : 1);

/** Each Falcon-H1 layer has a recurrent state in addition to attention. */
const statesWithAttention = ({ architecture, layers }: ModelDimensions) => (/^FalconH1/.test(architecture) ? layers : 0);

function layersOf(dimensions: ModelDimensions, count: (kind: Kind) => number, state: StateDimensions | undefined): CacheLayers[] {
  const { text } = dimensions;
  const inGroup = (list(text, "block_configs") ?? []).map(attentionOfBlock).find((block) => attends(block))?.n_heads_in_group;
  const kvHeads = typeof inGroup === "number" && inGroup >= 1 ? Math.ceil(dimensions.heads / inGroup) : dimensions.kvHeads;
  const layers: CacheLayers[] = [];
  const full = count("full");
  const lora = number(text, "kv_lora_rank");
  const indexer = number(text, "index_head_dim");
  if (full > 0 && lora) layers.push({ kind: "mla", layers: full, width: lora + (number(text, "qk_rope_head_dim") ?? 64) });
  else if (full > 0) {
    const headDim = number(text, "global_head_dim") ?? widthOf(dimensions.headDim, number(text, "v_head_dim"));
    layers.push({ kind: "full", layers: full, kvHeads: number(text, "num_global_key_value_heads") ?? kvHeads, headDim });
  }
  if (full > 0 && indexer) layers.push({ kind: "indexer", layers: full, width: indexerBytes(indexer) });
  if (count("sliding") > 0)
    layers.push({ kind: "sliding", layers: count("sliding"), ...slidingHeads(dimensions), window: windowOf(text) ?? 4096 });
  if (count("chunked") > 0) {
    const window = number(text, "attention_chunk_size") ?? 8192;
    layers.push({ kind: "chunked", layers: count("chunked"), kvHeads: dimensions.kvHeads, headDim: dimensions.headDim, window });
  }
  if (state) layers.push({ kind: "state", layers: count("state"), state });
  return layers;
}

/** The mean width of a key and a value, which can differ. */
const widthOf = (key: number, value: number | undefined): number => (value === undefined ? key : (key + value) / 2);

/** Heads of the sliding layers, which MiMo-V2 and Step 3.5 specify separately. */
function slidingHeads({ text, kvHeads, headDim }: ModelDimensions): { readonly kvHeads: number; readonly headDim: number } {
  const other = object(text, "attention_other_setting");
  const named = number(text, "swa_num_key_value_heads") ?? (other && number(other, "num_attention_groups"));
  const key = number(text, "swa_head_dim") ?? (other && number(other, "head_dim")) ?? headDim;
  return { kvHeads: named ?? kvHeads, headDim: widthOf(key, number(text, "swa_v_head_dim", "v_head_dim")) };
}

/** The width of the sliding window, tokens. */
const windowOf = (text: Config): number | undefined =>
  number(text, "sliding_window", "sliding_window_size") ??
  (list(text, "interleaved_sliding_window") ?? []).find((width): width is number => typeof width === "number");

const kindOf = (word: unknown): Kind | undefined => (typeof word === "string" && Object.hasOwn(kinds, word) ? kinds[word] : undefined);

/** The kind of each layer, in order; undefined for an unknown value. */
export function layerKinds(dimensions: ModelDimensions): (Kind | undefined)[] {
  const { text, layers } = dimensions;
  const named = list(text, "layer_types") ?? list(text, "layers_block_type");
  const window = windowOf(text);
  // The list can end with multi-token prediction layers, which are not counted.
  if (named) return named.slice(0, layers).map((word) => narrow(kindOf(word), window, dimensions.maxModelLen));
  if (typeof text.hybrid_override_pattern === "string") return [...text.hybrid_override_pattern].map(kindOf);
  const each = (isFull: (index: number) => boolean, other: Kind) => Array.from({ length: layers }, (_, i) => (isFull(i) ? "full" : other));
  const blocks = list(text, "block_configs");
  if (blocks) return blocks.slice(0, layers).map((block) => (attends(attentionOfBlock(block)) ? "full" : "none"));
  const kindNumbers = list(text, "attn_type_list");
  if (kindNumbers) return kindNumbers.slice(0, layers).map((kind) => (kind === 1 ? "full" : kind === 0 ? "state" : undefined));
  const slides = list(text, "hybrid_layer_pattern");
  if (slides) return slides.slice(0, layers).map((slide) => narrow(slide === 1 ? "sliding" : "full", window, dimensions.maxModelLen));
  const widths = list(text, "interleaved_sliding_window");
  if (widths?.length)
    return Array.from({ length: layers }, (_, i) =>
      narrow(typeof widths[i % widths.length] === "number" ? "sliding" : "full", window, dimensions.maxModelLen),
    );
  const interval = number(text, "full_attention_interval", "attn_layer_period");
  if (interval) return each((i) => i % interval === (number(text, "attn_layer_offset") ?? interval - 1), "state");
  const attending = list(text, "attn_layer_indices");
  if (attending?.length) return each((i) => attending.includes(i), "state");
  const linear = object(text, "linear_attn_config");
  if (linear) return each((i) => (list(linear, "full_attn_layers") ?? []).includes(i + 1), "state");
  if (number(text, "attention_chunk_size")) {
    const noRope = list(text, "no_rope_layers");
    return each((i) => (noRope?.length ? noRope[i] === 0 : (i + 1) % 4 === 0), "chunked");
  }
  const letters = text.sliding_window_pattern;
  if (window && typeof letters === "string" && /^[LG]+$/.test(letters)) return each((i) => letters[i % letters.length] === "G", "sliding");
  const pattern =
    number(text, "sliding_window_pattern", "_sliding_window_pattern") ??
    familyPatterns.find(([family]) => family.test(dimensions.architecture))?.[1];
  if (window && pattern) return each((i) => (i + 1) % pattern === 0, "sliding");
  const firstSliding = text.use_sliding_window === true ? number(text, "max_window_layers") : undefined;
  if (window && firstSliding !== undefined) return each((i) => i < firstSliding, "sliding");
  // Qwen2 specifies a window that it uses only if enabled, and Phi-3 specifies one that is wider than its context.
  const uses = text.use_sliding_window !== false && window !== undefined && window < dimensions.maxModelLen;
  return each(() => !uses, "sliding");
}

/** A sliding window that is at least as wide as the context is full attention. */
function narrow(kind: Kind | undefined, window: number | undefined, maxModelLen: number): Kind | undefined {
  return kind === "sliding" && (window === undefined || window >= maxModelLen) ? "full" : kind;
}

function stateOf(dimensions: ModelDimensions): StateDimensions | undefined {
  const { text } = dimensions;
  const ssmBytes = [text.mamba_ssm_dtype, text.mamba_ssm_cache_dtype].includes("float32") ? 4 : 2;
  const kernel = number(text, "linear_conv_kernel_dim", "conv_kernel", "mamba_d_conv", "conv_kernel_size") ?? 4;
  const keyHeads = number(text, "linear_num_key_heads");
  const valueHeads = number(text, "linear_num_value_heads");
  if (keyHeads && valueHeads) {
    const [keyDim, valueDim] = [number(text, "linear_key_head_dim") ?? 128, number(text, "linear_value_head_dim") ?? 128];
    return { ...stateDimensions({ kind: "gatedDeltaNet", layers: 0, kernel, keyHeads, valueHeads, keyDim, valueDim }), ssmBytes };
  }
  // MiniMax-Text-01 stores the sum of outer products of each head, in the model's 16-bit format.
  if (list(text, "attn_type_list")) {
    const ssmElements = dimensions.heads * dimensions.headDim ** 2;
    return { convElements: 0, convBytes: 2, ssmElements, ssmBytes: 2, heads: [dimensions.heads] };
  }
  const heads = number(text, "mamba_num_heads", "mamba_n_heads");
  const headDim = number(text, "mamba_head_dim", "mamba_d_head");
  if (heads && headDim) {
    const groups = number(text, "n_groups", "mamba_n_groups") ?? 1;
    const stateSize = number(text, "ssm_state_size", "mamba_d_state") ?? 128;
    return { ...stateDimensions({ kind: "mamba2", layers: 0, kernel, heads, headDim, groups, stateSize }), ssmBytes };
  }
  if (number(text, "mamba_d_state") && number(text, "mamba_dt_rank", "mamba_expand") && !heads) return firstMamba(dimensions, kernel);
  const linear = object(text, "linear_attn_config");
  const linearHeads = linear && number(linear, "num_heads");
  if (linear && linearHeads) {
    const dim = number(linear, "head_dim") ?? 128;
    const convElements = 3 * linearHeads * dim * ((number(linear, "short_conv_kernel_size") ?? 4) - 1);
    return { convElements, convBytes: 2, ssmElements: linearHeads * dim * dim, ssmBytes: 4, heads: [linearHeads] };
  }
  const convolution = number(text, "conv_L_cache");
  if (convolution) return { convElements: dimensions.hidden * (convolution - 1), convBytes: 2, ssmElements: 0, ssmBytes: 2, heads: [] };
  return undefined;
}

/** The first version of Mamba has one state per inner channel, in the model's 16-bit format. */
function firstMamba({ text, hidden }: ModelDimensions, kernel: number): StateDimensions {
  const inner = (number(text, "mamba_expand") ?? 2) * hidden;
  const ssmElements = inner * (number(text, "mamba_d_state") ?? 16);
  return { convElements: inner * (kernel - 1), convBytes: 2, ssmElements, ssmBytes: 2, heads: [] };
}
