/** The parts of a language model, layer by layer: embeddings, mixers (attention or recurrent), MLPs or experts, and the output head. */
import type { ModelDimensions } from "../config/dimensions";
import { layerKinds } from "../config/layers";
import { type Config, list, number, object } from "../config/read";
import { attentionParts } from "./attentionParts";
import { denseParts, denseWidth, type Experts, expertLayers, expertParts, expertsOf } from "./mlpParts";
import { matrix, type Part, plain } from "./part";
import { recurrentParts } from "./recurrentParts";

/** The parts that vLLM loads, those for multi-token prediction that it doesn't load, and why the parts are not exact. */
export interface LanguageParts {
  readonly parts: readonly Part[];
  readonly unloaded: readonly Part[];
  readonly experts?: Experts;
  readonly inexact?: string;
}

export function languageParts(dimensions: ModelDimensions): LanguageParts {
  const { text, hidden, vocab, layers, tied, architecture } = dimensions;
  const kinds = layerKinds(dimensions);
  const experts = expertsOf(dimensions);
  const sparse = expertLayers(dimensions);
  const letters = lettersOf(text.hybrid_override_pattern, architecture, list(text, "layers_block_type"));
  const parts: Part[] = [matrix("embed_tokens", vocab, hidden, "embedding"), ...positionParts(dimensions)];
  let isExact = true;
  for (let layer = 0; layer < layers; layer++) {
    const own = letters
      ? letterParts(dimensions, layer, letters[layer], experts)
      : layerParts(dimensions, layer, kinds[layer], experts, sparse);
    isExact &&= own !== undefined;
    parts.push(...(own ?? []));
  }
  parts.push(...perLayerInputs(dimensions), ...alternatingParts(dimensions), plain("norm", hidden));
  if (!tied && hasHead(architecture)) parts.push(matrix("lm_head", vocab, hidden, "head"));
  return {
    parts,
    unloaded: draftParts(dimensions, experts),
    experts,
    inexact: isExact ? unusual(architecture) : "config.json doesn't contain the shape of its recurrent layers",
  };
}

/** Classes for embeddings and classification have no output head. */
const hasHead = (architecture: string) =>
  !/(SequenceClassification|TokenClassification|RewardModel)$/.test(architecture) &&
  (!architecture.endsWith("Model") || /(LMHead|Chat|ChatGLM|Omni|Vision)Model$/.test(architecture));

/** Families with structures that this module only approximates. */
const approximated =
  /^(RWKV|Zamba|Plamo|Arctic|Grok|Bailing|Ling|KimiK3|Ernie4_5_VL|DeepseekV4|DeepseekVL|DeepseekOCR|Phi4MM|MiniCPM[VO]|Mllama|Ovis|Molmo|Aria|NVLM)/;
const unusual = (architecture: string) => (approximated.test(architecture) ? "its structure is only known approximately" : undefined);

/** Learned positions of older families. */
function positionParts({ text, hidden, architecture }: ModelDimensions): Part[] {
  const length = number(text, "n_positions", "max_position_embeddings") ?? 0;
  if (/^(GPT2|GPTBigCode)/.test(architecture)) return [matrix("embed_positions", length, hidden, "embedding")];
  return /^OPT/.test(architecture) ? [matrix("embed_positions", length + 2, hidden, "embedding")] : [];
}

type Kind = ReturnType<typeof layerKinds>[number];

function layerParts(
  dimensions: ModelDimensions,
  layer: number,
  kind: Kind,
  experts: Experts | undefined,
  sparse: readonly boolean[],
): Part[] | undefined {
  const { text, hidden, architecture } = dimensions;
  const module = `layers.${layer}`;
  const block = blockOf(text, layer);
  const mixer = mixerParts(dimensions, layer, kind, block);
  if (!mixer) return undefined;
  const norms = /^(Gemma[234]|Glm4ForCausalLM|Glm4VF|Step3Text)/.test(architecture) ? 4 * hidden : 2 * hidden;
  const isSparse = experts !== undefined && sparse[layer] === true;
  // Gemma 4 and LongCat have a dense MLP in addition to the experts.
  const withDense = !isSparse || /^(Gemma4|LongcatFlash)/.test(architecture);
  const width = block ? blockWidth(hidden, block) : (graniteWidth(dimensions) ?? denseWidth(dimensions, layer));
  const moe = /^(Mixtral|MiniMaxM2|MiniMaxM3|GraniteMoe|PhiMoE)/.test(architecture) ? "block_sparse_moe" : "mlp";
  return [
    ...mixer,
    ...(withDense && width > 0 ? repeat(attentionsPerLayer(architecture), denseParts(dimensions, width, `${module}.mlp`)) : []),
    ...(isSparse ? expertParts(dimensions, experts, /^Gemma4/.test(architecture) ? module : `${module}.${moe}`) : []),
    plain(`${module}.norms`, norms),
  ];
}

const attentionsPerLayer = (architecture: string) => (/^LongcatFlash/.test(architecture) ? 2 : 1);
const repeat = (times: number, parts: readonly Part[]) => parts.map((part) => ({ ...part, copies: times * part.copies }));

/** Granite's dense hybrids name their only MLP a shared one. */
function graniteWidth({ text, architecture }: ModelDimensions): number | undefined {
  return /^GraniteMoeHybrid/.test(architecture) && !number(text, "num_local_experts")
    ? number(text, "shared_intermediate_size")
    : undefined;
}

function mixerParts(dimensions: ModelDimensions, layer: number, kind: Kind, block: Config | undefined): Part[] | undefined {
  const { architecture } = dimensions;
  const module = `layers.${layer}`;
  const attention = block && object(block, "attention");
  if (attention?.no_op === true) return [];
  if (attention?.replace_with_linear === true) return [matrix(`${module}.self_attn.linear_attn`, dimensions.hidden, dimensions.hidden)];
  if (kind === "none") return [];
  const named = number(dimensions.text, "linear_num_key_heads")
    ? "linear_attn"
    : object(dimensions.text, "linear_attn_config")
      ? "self_attn"
      : "mamba";
  if (/^DeepseekV4/.test(architecture)) return compressedParts(dimensions, layer);
  const recurrent = kind === "state" || /^FalconH1/.test(architecture) ? recurrentParts(dimensions, `${module}.${named}`) : [];
  if (kind === "state") return recurrent;
  const own = repeat(attentionsPerLayer(architecture), attentionParts(dimensions, layer, kind ?? "full", `${module}.self_attn`));
  return recurrent && [...recurrent, ...own];
}

/** DeepSeek V4: one latent key-value head, low-rank queries and outputs, and compressors. */
function compressedParts({ text, hidden, heads, headDim }: ModelDimensions, layer: number): Part[] {
  const module = `layers.${layer}.attn`;
  const rank = number(text, "q_lora_rank") ?? hidden;
  const [groups, outputRank] = [number(text, "o_groups") ?? 1, number(text, "o_lora_rank") ?? hidden];
  const ratio = list(text, "compress_ratios")?.[layer];
  const coefficient = ratio === 4 ? 2 : ratio === 0 ? 0 : 1;
  const index = number(text, "index_head_dim") ?? 0;
  const indexer = ratio === 4 ? [matrix(`${module}.indexer.wq_b`, (number(text, "index_n_heads") ?? 64) * index, rank)] : [];
  return [
    matrix(`${module}.wq_a`, rank, hidden),
    matrix(`${module}.wq_b`, heads * headDim, rank),
    matrix(`${module}.wkv`, headDim, hidden),
    matrix(`${module}.wo_a`, groups * outputRank, Math.floor((heads * headDim) / groups)),
    matrix(`${module}.wo_b`, hidden, groups * outputRank),
    ...indexer,
    plain(`${module}.compressor`, 2 * coefficient * (headDim + (ratio === 4 ? index : 0)) * hidden),
  ];
}

/** Words for the letters of Nemotron-H's pattern, in its newer configurations. */
const words: Readonly<Record<string, string>> = { attention: "*", mamba: "M", moe: "E", mlp: "-" };

/** The kinds of Nemotron-H's layers as letters; undefined for other families. */
function lettersOf(pattern: unknown, architecture: string, kinds: readonly unknown[] | undefined): readonly string[] | undefined {
  if (typeof pattern === "string") return [...pattern];
  if (!architecture.startsWith("NemotronH")) return undefined;
  return kinds?.map((kind) => (typeof kind === "string" && Object.hasOwn(words, kind) ? words[kind]! : ""));
}

/** Nemotron-H: each layer is one mixer, an MLP or a mixture of experts. */
function letterParts(
  dimensions: ModelDimensions,
  layer: number,
  letter: string | undefined,
  experts: Experts | undefined,
): Part[] | undefined {
  const module = `layers.${layer}.mixer`;
  const norm = plain(`layers.${layer}.norm`, dimensions.hidden);
  switch (letter) {
    case "*":
      return [...attentionParts(dimensions, layer, "full", module), norm];
    case "M": {
      const mixer = recurrentParts(dimensions, module);
      return mixer && [...mixer, norm];
    }
    case "E":
      return experts && [...expertParts(dimensions, experts, module), norm];
    case "-":
      return [...denseParts(dimensions, denseWidth(dimensions, layer), module), norm];
    default:
      return undefined;
  }
}

/** DeciLM's description of one layer. */
function blockOf(text: Config, layer: number): Config | undefined {
  const block = list(text, "block_configs")?.[layer];
  return typeof block === "object" && block !== null && !Array.isArray(block) ? (block as Config) : undefined;
}

/** Width of DeciLM's MLP: two thirds of the multiple, rounded up to 256. Source: vLLM, `_ffn_mult_to_intermediate_size`. */
function blockWidth(hidden: number, block: Config): number {
  const ffn = object(block, "ffn") ?? {};
  const given = number(ffn, "intermediate_size");
  if (ffn.no_op === true) return 0;
  if (given) return given;
  const factor = typeof ffn.ffn_mult === "number" && ffn.ffn_mult > 0 && ffn.ffn_mult < 100 ? ffn.ffn_mult : 0;
  return 256 * Math.ceil(Math.floor((2 * factor * hidden) / 3) / 256);
}

/** Gemma's embeddings for each layer: one table for all layers, and three matrices in each. */
function perLayerInputs({ text, hidden, layers, vocab }: ModelDimensions): Part[] {
  const width = number(text, "hidden_size_per_layer_input") ?? 0;
  if (width === 0) return [];
  const rows = number(text, "vocab_size_per_layer_input") ?? vocab;
  return [
    matrix("embed_tokens_per_layer", rows, layers * width, "embedding"),
    matrix("per_layer_model_projection", layers * width, hidden),
    matrix("layers.0.per_layer_input_gate", width, hidden, "linear", layers),
    matrix("layers.0.per_layer_projection", hidden, width, "linear", layers),
    plain("layers.0.post_per_layer_input_norm", layers * (hidden + 1) + width),
  ];
}

/** Gemma 3n predicts with several copies of the hidden state, and adds a low-rank layer to each attention. Source: transformers. */
function alternatingParts({ text, hidden, layers, architecture }: ModelDimensions): Part[] {
  if (!/^Gemma3n/.test(architecture)) return [];
  const inputs = number(text, "altup_num_inputs") ?? 4;
  return [
    matrix("altup_projections", hidden, hidden, "linear", 2 * Math.max(0, inputs - 1)),
    matrix("layers.0.laurel", number(text, "laurel_rank") ?? 64, hidden, "linear", 2 * layers),
  ];
}

/** Families whose prediction layers contain own copies of the embeddings and the output head. */
const copiesEmbeddings = /^(Deepseek|Glm4Moe|GlmMoe)/;

/** Layers for multi-token prediction: a mixer, an MLP or experts, and a projection from two vectors. */
function draftParts(dimensions: ModelDimensions, experts: Experts | undefined): Part[] {
  const { text, hidden, vocab, layers, architecture } = dimensions;
  const count = number(text, "num_nextn_predict_layers", "mtp_num_hidden_layers") ?? 0;
  if (count === 0) return [];
  const module = copiesEmbeddings.test(architecture) ? `layers.${layers}` : "mtp.layers.0";
  const letters = lettersOf(text.mtp_hybrid_override_pattern, architecture, list(text, "mtp_layers_block_type"));
  const own = letters
    ? letters.flatMap((letter) => letterParts(dimensions, layers, letter, experts) ?? [])
    : [
        ...attentionParts(dimensions, layers, "full", `${module}.self_attn`),
        ...(experts
          ? expertParts(dimensions, experts, `${module}.mlp`)
          : denseParts(dimensions, denseWidth(dimensions, layers), `${module}.mlp`)),
      ];
  const copies = copiesEmbeddings.test(architecture)
    ? [matrix(`${module}.embed_tokens`, vocab, hidden, "embedding"), matrix(`${module}.shared_head.head`, vocab, hidden, "head")]
    : [];
  return repeat(count, [...own, ...copies, matrix(`${module}.eh_proj`, hidden, 2 * hidden, "plain")]);
}
