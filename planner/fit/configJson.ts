/**
 * A model from its own `config.json`. The names vary by family and age: text models nested below `text_config`, head dimensions left out,
 * layer kinds as lists, intervals or letters, quantisation in a file of its own.
 */
import type { Quantization } from "../../facts/models";
import { PlanError, refusal } from "../codes";
import { cacheFromConfig } from "./configLayers";
import { bytesFromParameters, GiB, type Model, rotaryBytes, type WeightsFrom } from "./model";
import { countParameters } from "./parameters";

/** A parsed `config.json`. */
export type Config = Readonly<Record<string, unknown>>;

/** What lies beside `config.json`. */
export interface Checkpoint {
  /** Bytes of the weights that vLLM loads. @default computed from the shapes */
  readonly loadedBytes?: number;
  /** Bytes of all weights in the files, of which vLLM leaves multi-token prediction layers on disk. */
  readonly fileBytes?: number;
  /** Content of `hf_quant_config.json`, where NVIDIA's checkpoints describe their quantisation. */
  readonly hfQuantConfig?: Config;
}

/** The numbers that both the cache and the parameter count need. */
export interface Shape {
  readonly text: Config;
  readonly architecture: string;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly intermediate: number;
  readonly vocab: number;
  readonly maxModelLen: number;
  readonly tied: boolean;
}

/**
 * The model that `config` describes.
 * @throws PlanError MOOR120 where a number that nothing can replace is missing
 */
export function modelFromConfig(id: string, config: Config, checkpoint: Checkpoint = {}): Model {
  const shape = shapeOf(id, config);
  const { text } = shape;
  const assumptions: string[] = [];
  const quantization = quantizationOf(id, config, text, checkpoint.hfQuantConfig);
  const layers = cacheFromConfig(shape);
  const count = countParameters(shape, layers.cache);
  const size = (parameters: number) => bytesFromParameters(parameters, shape.vocab, shape.hidden, shape.tied, quantization);
  let weightBytes = checkpoint.loadedBytes;
  let weightsFrom: WeightsFrom = "checkpoint";
  if (weightBytes === undefined && checkpoint.fileBytes !== undefined) {
    weightBytes = checkpoint.fileBytes - (size(count.total + count.unloaded) - size(count.total));
  }
  if (weightBytes === undefined) {
    weightBytes = size(count.total);
    weightsFrom = "parameters";
    assumptions.push(`weights computed as ${(weightBytes / GiB).toFixed(1)} GiB from the shapes: no file size is known`);
  }
  const latent = layers.cache.some((layer) => layer.kind === "mla");
  const rotaryDim = (number(text, "qk_rope_head_dim") ?? shape.headDim) * (number(text, "partial_rotary_factor") ?? 1);
  return {
    id,
    architecture: shape.architecture,
    hidden: shape.hidden,
    heads: shape.heads,
    kvHeads: latent ? undefined : shape.kvHeads,
    headDim: shape.headDim,
    layers: shape.layers,
    cache: layers.cache,
    intermediate: shape.intermediate,
    experts: count.experts,
    vocab: shape.vocab,
    maxModelLen: shape.maxModelLen,
    quantization,
    vision: ["vision_config", "audio_config", "vit_config", "vision_encoder"].some((key) => object(config, key) !== undefined),
    weightBytes,
    replicatedBytes: rotaryBytes(shape.maxModelLen, rotaryDim),
    weightsFrom,
    activeBytes: weightBytes * (count.active / count.total),
    activeParameters: count.active,
    assumptions,
    unmodelled: layers.unmodelled,
  };
}

function shapeOf(id: string, config: Config): Shape {
  const text = ["text_config", "llm_config", "language_config"].map((key) => object(config, key)).find((nested) => nested) ?? config;
  const need = (...names: string[]) => {
    const value = number(text, ...names) ?? number(config, ...names);
    if (value !== undefined) return value;
    throw new PlanError(refusal("MOOR120", missingNumber(id, names, text, config)));
  };
  const may = (...names: string[]) => {
    const odd = names.some((name) => typeof text[name] === "string");
    return odd ? need(...names) : number(text, ...names);
  };
  const architectures = list(config, "architectures") ?? list(text, "architectures");
  const hidden = need("hidden_size", "n_embd", "d_model");
  const heads = need("num_attention_heads", "n_head");
  return {
    text,
    architecture: String(architectures?.[0] ?? ""),
    hidden,
    layers: need("num_hidden_layers", "n_layer", "num_layers"),
    heads,
    kvHeads: may("num_key_value_heads", "num_kv_heads", "multi_query_group_num") ?? (text.multi_query === true ? 1 : heads),
    headDim: may("head_dim", "kv_channels") ?? hidden / heads,
    intermediate: may("intermediate_size", "n_inner", "ffn_hidden_size") ?? may("moe_intermediate_size") ?? 4 * hidden,
    vocab: need("vocab_size"),
    maxModelLen: maxModelLen(text, need),
    tied: (text.tie_word_embeddings ?? config.tie_word_embeddings) === true,
  };
}

/** That a number isn't there, or that what stands in its place is none. */
function missingNumber(id: string, names: readonly string[], ...places: readonly Config[]): string {
  for (const name of names) {
    const given = places.map((place) => place[name]).find((value) => value !== undefined && value !== null);
    if (given !== undefined) return `The configuration of ${id} has ${name} ${JSON.stringify(given)}, which is not a number.`;
  }
  return `The configuration of ${id} has no ${names[0]}.`;
}

/** Rope scalings that stretch the trained length; the others state the stretched length themselves. */
const stretching = new Set(["yarn", "deepseek_yarn", "linear", "dynamic"]);

function maxModelLen(text: Config, need: (...names: string[]) => number): number {
  const stated = need("max_position_embeddings", "max_sequence_length", "n_positions", "seq_length", "max_seq_len");
  const rope = object(text, "rope_scaling") ?? object(text, "rope_parameters");
  const factor = rope && number(rope, "factor");
  if (!rope || !factor || !stretching.has(String(rope.rope_type ?? rope.type))) return stated;
  const original = number(rope, "original_max_position_embeddings");
  return Math.floor(original ? original * factor : stated * factor);
}

function quantizationOf(id: string, config: Config, text: Config, separate?: Config): Quantization | undefined {
  const own = object(config, "quantization_config") ?? object(text, "quantization_config") ?? object(config, "compression_config");
  const found = own ? quantizationMethod(own) : separate && algorithm(String(object(separate, "quantization")?.quant_algo));
  if ((own || separate) && !found) {
    const named = own?.quant_method ?? object(separate ?? {}, "quantization")?.quant_algo;
    throw new PlanError(refusal("MOOR120", `The quantisation ${JSON.stringify(named)} of ${id} is unknown to the planner.`));
  }
  return found;
}

function quantizationMethod(own: Config): Quantization | undefined {
  const method = String(own.quant_method ?? "").toLowerCase();
  if (method === "fp8" || method === "fbgemm_fp8") return Array.isArray(own.weight_block_size) ? "fp8-block128" : "fp8";
  if (method.startsWith("awq")) return "awq";
  if (method.startsWith("gptq") || method === "auto-round") return "gptq";
  if (method === "mxfp4") return "mxfp4";
  if (method === "bitsandbytes") return own.load_in_8bit === true ? "int8" : "nf4";
  if (method.startsWith("modelopt")) return algorithm(String(own.quant_algo ?? "FP8"));
  if (method === "compressed-tensors") return compressedTensors(own);
  return undefined;
}

function algorithm(name: string): Quantization | undefined {
  const upper = name.toUpperCase();
  if (upper.includes("NVFP4")) return "nvfp4";
  if (upper.startsWith("FP8")) return "modelopt-fp8";
  if (upper.includes("W4A16")) return "awq";
  return undefined;
}

function compressedTensors(own: Config): Quantization | undefined {
  const groups = Object.values(object(own, "config_groups") ?? {}) as Config[];
  const weights = groups.map((group) => object(group, "weights")).find((value) => value);
  if (!weights) return undefined;
  const bits = number(weights, "num_bits");
  if (weights.type === "float") return bits === 4 ? "nvfp4" : weights.strategy === "block" ? "fp8-block128" : "fp8";
  return bits === 4 ? "int4" : "int8";
}

/** The first of `names` that holds a number. */
export function number(config: Config, ...names: string[]): number | undefined {
  for (const name of names) if (typeof config[name] === "number") return config[name];
  return undefined;
}

/** The object under `name`. */
export function object(config: Config, name: string): Config | undefined {
  const value = config[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Config) : undefined;
}

/** The list under `name`. */
export function list(config: Config, name: string): readonly unknown[] | undefined {
  const value = config[name];
  return Array.isArray(value) ? value : undefined;
}
