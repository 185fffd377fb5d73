/** Reads the dimensions of a model from its `config.json`, with the field names of its family. */
import { createProblem, PlanError } from "../../codes";
import { familyDefaults, lengthNames, lengthOf, tiedByDefault } from "./defaults";
import { type Config, list, number, object } from "./read";

/** The dimensions that determine the cache and the parameter count. */
export interface ModelDimensions {
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
  /** Values that the configuration omits and that are assumed, one sentence each. */
  readonly assumptions: readonly string[];
}

/**
 * The dimensions that `config` describes.
 * @throws PlanError MOOR120 if a required number is missing
 */
export function readDimensions(id: string, config: Config): ModelDimensions {
  const nested = textConfig(config);
  const architectures = list(config, "architectures") ?? list(nested, "architectures");
  const [first] = architectures ?? [];
  const architecture = typeof first === "string" ? first : "";
  const { text, assumptions } = nested === config ? { text: config, assumptions: [] } : familyDefaults(architecture, nested);
  const required = (...names: string[]) => {
    const value = number(text, ...names) ?? number(config, ...names);
    if (value !== undefined && Number.isInteger(value) && value >= 1) return value;
    throw new PlanError(createProblem("MOOR120", missingNumber(id, names, nested, config)));
  };
  const optional = (least: number, ...names: string[]) => {
    const value = number(text, ...names);
    const invalid = names.some((name) => typeof text[name] === "string") || (value !== undefined && value < least);
    return invalid ? required(...names) : value;
  };
  const hidden = required("hidden_size", "n_embd", "d_model");
  const heads = required("num_attention_heads", "n_head", "n_heads");
  const attention = object(text, "attn_config") ?? {};
  const named =
    optional(1, "num_key_value_heads", "num_kv_heads", "multi_query_group_num", "num_attention_groups") ?? number(attention, "kv_n_heads");
  const length = lengthOf(architecture, text, optional(1, ...lengthNames) ?? number(config, ...lengthNames));
  const widest = Math.max(0, ...(list(text, "intermediate_size") ?? []).filter((one): one is number => Number.isSafeInteger(one)));
  return {
    text,
    architecture,
    hidden,
    // Newer Nemotron configurations only list the layers.
    layers:
      optional(1, "num_hidden_layers", "n_layer", "num_layers", "n_layers") ??
      (list(text, "layers_block_type")?.length || required("num_hidden_layers", "n_layer", "num_layers", "n_layers")),
    heads,
    kvHeads: named ?? (text.multi_query === true ? 1 : heads),
    headDim: optional(1, "head_dim", "kv_channels", "attention_head_dim") ?? hidden / heads,
    intermediate:
      optional(0, "intermediate_size", "n_inner", "ffn_hidden_size", "ffn_dim") ??
      (widest || optional(0, "moe_intermediate_size") || 4 * hidden),
    vocab: required("vocab_size", "padded_vocab_size"),
    maxModelLen: length.tokens,
    tied: (text.tie_word_embeddings ?? config.tie_word_embeddings ?? text.tie_embedding ?? tiedByDefault(architecture)) === true,
    assumptions: [...assumptions, ...length.assumptions],
  };
}

/** The configuration of the language model, which multimodal models nest. */
function textConfig(config: Config): Config {
  const outer = object(config, "thinker_config") ?? config;
  return ["text_config", "llm_config", "language_config"].map((key) => object(outer, key)).find((nested) => nested) ?? outer;
}

/** The message for a required number that is missing or not valid. */
function missingNumber(id: string, names: readonly string[], ...places: readonly Config[]): string {
  for (const name of names) {
    const given = places.map((place) => place[name]).find((value) => value !== undefined && value !== null);
    if (given !== undefined)
      return `In the configuration of ${id}, ${name} is ${JSON.stringify(given)}; it must be ${typeof given === "number" ? "a whole number of 1 or more" : "a number"}.`;
  }
  return `The configuration of ${id} has no ${names[0]}.`;
}
