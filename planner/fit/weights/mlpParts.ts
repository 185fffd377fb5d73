/** The parts of MLPs: dense ones, and mixtures of experts with their router and shared expert. */
import { outOfBounds } from "../config/bounds";
import type { ModelDimensions } from "../config/dimensions";
import { type Config, list, number, object } from "../config/read";
import { matrix, type Part, plain, replicated } from "./part";

/** Families whose MLP has two matrices and no gate. */
const ungated = /^(OPT|GPT2|GPTBigCode|GPTNeoX|GPTJ|Bloom|Falcon(?!H1|Mamba)|MPT|Starcoder2|PhiForCausalLM|Nemotron|Apertus|Arcee)/;

/** Families with a bias in the MLP. */
const biased = /^(OPT|GPT2|GPTBigCode|GPTNeoX|Bloom|Starcoder2|PhiForCausalLM|GptOss)/;

/** Field names of the width of the shared expert. */
const sharedNames = [
  ...["shared_expert_intermediate_size", "moe_shared_expert_intermediate_size", "shared_intermediate_size", "share_expert_dim"],
];

/** A mixture of experts: number, number per token, and width of an expert. */
export interface Experts {
  readonly count: number;
  readonly perToken: number;
  readonly intermediate: number;
}

/** A dense MLP of the given width. */
export function denseParts({ hidden, architecture }: ModelDimensions, width: number, module: string): Part[] {
  const up = [matrix(`${module}.up_proj`, width, hidden), matrix(`${module}.down_proj`, hidden, width)];
  const gate = ungated.test(architecture) ? [] : [matrix(`${module}.gate_proj`, width, hidden)];
  const bias = biased.test(architecture) ? [plain(`${module}.bias`, width + hidden)] : [];
  return [...gate, ...up, ...bias];
}

/** Width of the dense MLP in one layer. */
export function denseWidth({ text, intermediate, layers, architecture }: ModelDimensions, layer: number): number {
  const each = list(text, "intermediate_size")?.[layer];
  if (typeof each === "number" && Number.isSafeInteger(each) && each >= 0 && each <= 1e9) return each;
  if (text.use_double_wide_mlp === true && layer >= layers - (number(text, "num_kv_shared_layers") ?? 0)) return 2 * intermediate;
  // Llama 4's dense layers, and MiniMax M3's.
  const own = number(text, "intermediate_size_mlp", "dense_intermediate_size");
  if (own) return own;
  const adjusted = number(text, "block_ff_dim");
  if (/^Lfm2/.test(architecture) && adjusted) return text.block_auto_adjust_ff_dim === false ? adjusted : adjustedWidth(text, adjusted);
  return intermediate;
}

/** LFM2's width: two thirds, times a factor, rounded up. Source: transformers, `Lfm2MLP`. */
function adjustedWidth(text: Config, width: number): number {
  const scaled = Math.floor((number(text, "block_ffn_dim_multiplier") ?? 1) * Math.floor((2 * width) / 3));
  const multiple = number(text, "block_multiple_of") ?? 256;
  return multiple * Math.ceil(scaled / multiple);
}

/** A mixture of experts. */
export function expertParts(dimensions: ModelDimensions, experts: Experts, module: string): Part[] {
  const { text, hidden, architecture } = dimensions;
  const { count, intermediate } = experts;
  const latent = number(text, "moe_latent_size", "routed_expert_hidden_size");
  const inner = latent || hidden;
  const isUngated = ungated.test(architecture);
  const each = (name: string, rows: number, columns: number) => matrix(`${module}.experts.0.${name}`, rows, columns, "experts", count);
  const routed = [
    ...(isUngated ? [] : [each("gate_proj", intermediate, inner)]),
    each("up_proj", intermediate, inner),
    each("down_proj", inner, intermediate),
  ];
  const bias = /^GptOss/.test(architecture) ? count * (2 * intermediate + hidden + 1) : 0;
  const shared = sharedWidth(dimensions, experts);
  const gated = /^Qwen(2|3|3_5)?(Next|Moe|_5Moe|3_5)/.test(architecture) && shared > 0 ? hidden : 0;
  return [
    ...routed,
    plain(`${module}.gate`, count * hidden + bias + gated + (text.use_routing_bias === true ? count : 0)),
    ...(latent ? [replicated(`${module}.fc1_latent_proj`, latent, hidden), replicated(`${module}.fc2_latent_proj`, hidden, latent)] : []),
    ...(shared > 0 ? denseParts(dimensions, shared, `${module}.${sharedName(architecture)}`) : []),
  ];
}

const sharedName = (architecture: string) =>
  /^Qwen/.test(architecture) || /^Llama4/.test(architecture) ? "shared_expert" : "shared_experts";

function sharedWidth({ text, architecture }: ModelDimensions, experts: Experts): number {
  const named = number(text, ...sharedNames);
  const always = architecture.startsWith("Llama4") ? 1 : 0;
  const count = number(text, "n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts") ?? always;
  // Granite's mixtures call it shared, too, although it isn't counted.
  if (named !== undefined) return named * (text.moe_shared_expert_intermediate_size !== undefined ? Math.max(1, count) : 1);
  return count * experts.intermediate;
}

/** The mixture of experts that `config.json` describes; undefined if there is none. */
export function expertsOf({ text: outer, intermediate }: ModelDimensions): Experts | undefined {
  const text = { ...object(outer, "ffn_config"), ...outer };
  if (text.enable_moe_block === false) return undefined;
  const count = number(text, "num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts");
  if (!count || count < 2) return undefined;
  const perToken = number(text, "num_experts_per_tok", "num_experts_per_token", "top_k_experts", "moe_topk", "moe_top_k", "moe_k") ?? 1;
  if (perToken > count) throw outOfBounds("num_experts_per_tok", perToken, `at most the number of experts, ${count}`);
  const width =
    number(text, "moe_intermediate_size", "expert_ffn_hidden_size") ?? number(object(outer, "ffn_config") ?? {}, "ffn_hidden_size");
  return { count, perToken, intermediate: width ?? intermediate };
}

/** Whether each layer has a mixture of experts. */
export function expertLayers({ text, layers, architecture }: ModelDimensions): boolean[] {
  const each = (has: (layer: number) => boolean) => Array.from({ length: layers }, (_, layer) => has(layer));
  const kinds = list(text, "mlp_layer_types");
  if (kinds?.length) return each((layer) => kinds[layer] === "sparse");
  const flags = list(text, "moe_layer_freq");
  if (flags?.length) return each((layer) => flags[layer] === 1);
  const listed = list(text, "moe_layers");
  if (listed?.length) return each((layer) => listed.includes(layer));
  const enumerated = typeof text.moe_layers_enum === "string" ? text.moe_layers_enum.split(",").map(Number) : undefined;
  if (enumerated?.length) return each((layer) => enumerated.includes(layer));
  const denseLayers = list(text, "mlp_only_layers") ?? [];
  const first = number(text, "first_k_dense_replace", "moe_layer_start_index", "num_dense_layers") ?? 0;
  const last = number(text, "moe_layer_end_index") ?? layers;
  const step =
    number(text, "interleave_moe_layer_step", "decoder_sparse_step", "moe_layer_freq", "expert_layer_period", "moe_layer_interval") ?? 1;
  const offset = number(text, "expert_layer_offset");
  return each((layer) => {
    if (layer < first || layer > last || denseLayers.includes(layer)) return false;
    if (offset !== undefined) return layer % step === offset % step;
    return /^Deepseek|^Kimi|^Glm4Moe/.test(architecture) ? layer % step === 0 : (layer + 1) % step === 0;
  });
}
