/** Reads the adapter_config.json of a LoRA adapter, and states why vLLM can't serve it with a base model. */
import { loraRanks } from "../fit/lora";

/** Largest rank that vLLM serves. */
const largestRank = Math.max(...loraRanks);

/** What a decision needs of an adapter. */
export interface AdapterFacts {
  /** Rank of its matrices. */
  readonly rank: number;
  /** The model that it was trained for, as the file names it: a Hugging Face ID or a path. Undefined if the file names none. */
  readonly base: string | undefined;
}

/** Why an adapter can't be served: what is wrong, what is allowed, and how to fix it. */
export interface AdapterProblem {
  readonly problem: string;
  readonly allowed: string;
  readonly fix: string;
}

type Config = Readonly<Record<string, unknown>>;

const merge = "Merge the adapter into the base model and serve the result, or train it again without this setting.";

/**
 * Settings with which vLLM refuses an adapter, or ignores a part of it. Source: vLLM, vllm/lora/peft_helper.py; it reads only some of the
 * keys, so the patterns would be ignored. rsLoRA is supported.
 */
const unsupported: readonly { readonly key: string; readonly isSet: (value: unknown) => boolean; readonly why: string }[] = [
  { key: "use_dora", isSet: (value) => value === true, why: "vLLM doesn't support DoRA" },
  { key: "modules_to_save", isSet: isFilled, why: "vLLM serves only the LoRA matrices, not whole modules that were trained" },
  { key: "bias", isSet: (value) => typeof value === "string" && value !== "none", why: "vLLM doesn't support biases of adapters" },
  { key: "rank_pattern", isSet: isFilled, why: "vLLM uses one rank for all modules" },
  { key: "alpha_pattern", isSet: isFilled, why: "vLLM uses one scaling factor for all modules" },
  { key: "trainable_token_indices", isSet: isFilled, why: "vLLM doesn't support trained tokens in adapters" },
];

/** The facts of an adapter, or the first reason why vLLM can't serve it. */
export function readAdapterConfig(text: string): AdapterFacts | AdapterProblem {
  const config = parsed(text);
  if (config === undefined) {
    return {
      problem: "adapter_config.json is not a JSON map.",
      allowed: "the file that PEFT writes",
      fix: "Save the adapter with PEFT (`save_pretrained`).",
    };
  }
  const { peft_type: type, r: rank, target_modules: modules, base_model_name_or_path: base } = config;
  if (type !== "LORA") {
    const fix = "Use a LoRA adapter, or merge this adapter into the base model and serve the result.";
    return { problem: `\`peft_type\` in adapter_config.json is ${shown(type)}.`, allowed: "LORA", fix };
  }
  if (!Number.isInteger(rank) || Number(rank) < 1 || Number(rank) > largestRank) {
    const allowed = `a whole number from 1 to ${largestRank}, which is vLLM's largest rank`;
    return { problem: `The rank \`r\` in adapter_config.json is ${shown(rank)}.`, allowed, fix: "Train the adapter with an allowed rank." };
  }
  if (!isFilled(modules) && typeof modules !== "string") {
    const allowed = "a list of names, or a text";
    return {
      problem: `\`target_modules\` in adapter_config.json is ${shown(modules)}.`,
      allowed,
      fix: "Save the adapter with PEFT (`save_pretrained`).",
    };
  }
  const refused = unsupported.find(({ key, isSet }) => isSet(config[key]));
  if (refused !== undefined) {
    const { key, why } = refused;
    return {
      problem: `\`${key}\` in adapter_config.json is ${shown(config[key])}: ${why}.`,
      allowed: `an adapter without \`${key}\``,
      fix: merge,
    };
  }
  return { rank: Number(rank), base: typeof base === "string" && base !== "" ? base : undefined };
}

/**
 * How the model that an adapter was trained for relates to the served one. `same`: it is the same. `related`: it is another form of the same
 * model, such as its quantised or instruction-tuned form, another copy of it, or a path with its name. `unknown`: the file names none, or a path.
 */
export type BaseRelation = "same" | "related" | "unknown" | "other";

/** @param base As the adapter names it. @param id ID of the served model. */
export function baseRelation(base: string | undefined, id: string): BaseRelation {
  if (base === undefined) return "unknown";
  if (base.toLowerCase() === id.toLowerCase()) return "same";
  if (stemOf(base) === stemOf(id)) return "related";
  return isId(base) ? "other" : "unknown";
}

/** Endings of names of other forms of a model: quantisations, and chat or instruction tuning. */
const forms =
  /-(awq|gptq|fp8|fp4|nvfp4|mxfp4|int4|int8|w4a16|w8a8|w8a16|4bit|8bit|bnb|unsloth|dynamic|quantized|instruct|chat|it|base|hf|bf16)$/;

/** Whether a name is a Hugging Face ID, not a path of the machine that trained the adapter. */
function isId(name: string): boolean {
  return /^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(name);
}

/** The name of a model without its owner and the endings of its form. Meta has renamed its models from `Meta-Llama` to `Llama`. */
function stemOf(name: string): string {
  const last = name.replace(/\/+$/, "").split("/").at(-1)!;
  let stem = last
    .toLowerCase()
    .replaceAll(/[._]/g, "-")
    .replace(/^meta-(?=llama)/, "");
  while (forms.test(stem)) stem = stem.replace(forms, "");
  return stem;
}

function parsed(text: string): Config | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Config) : undefined;
  } catch {
    return undefined;
  }
}

function isFilled(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "not set";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
