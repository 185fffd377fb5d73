/** Which format each part of a checkpoint has, from the variants of `quantization_config`. */
import { type Config, list, number, object } from "../config/read";
import type { Format } from "./format";
import * as formats from "./format";
import { expressionMatcher, type ModuleMatcher, matcherOf } from "./moduleNames";
import type { Part } from "./part";

/** The format of a part; undefined for 16 bits. */
export type Scheme = (part: Part) => Format | undefined;

/** Parts that most quantizations cover. They cover the head only where the configuration says so. */
const covered = (part: Part) => part.kind === "linear" || part.kind === "experts";

/** The scheme that `own`, the content of `quantization_config`, describes. Undefined if the planner doesn't support it. */
export function schemeOf(id: string, own: Config, text: Config): Scheme | undefined {
  const base = baseScheme(id, own, text);
  const mixed = object(own, "quantized_layers");
  const scheme = mixed ? mixedScheme(id, own, mixed, base) : base;
  return scheme && remembered(scheme);
}

/** Finding a module in the lists takes time, and each part is asked for several times. */
function remembered(scheme: Scheme): Scheme {
  const known = new Map<string, Format | undefined>();
  return (part) => {
    const key = `${part.kind} ${part.module}`;
    if (!known.has(key)) known.set(key, scheme(part));
    return known.get(key);
  };
}

function baseScheme(id: string, own: Config, text: Config): Scheme | undefined {
  const method = String(own.quant_method ?? (own.quant_algo === undefined ? "" : "modelopt")).toLowerCase();
  if (method === "compressed-tensors") return compressedTensors(id, own);
  if (method === "quark") return quark(id, own);
  const skipped = method.startsWith("awq") ? substrings(own) : matcherOf(id, ignored(own));
  if (method === "mxfp4") return (part) => (part.kind === "experts" && !skipped(part.module) ? formats.mxfp4 : undefined);
  const format = formatOf(method, own);
  if (!format) return undefined;
  if (method.startsWith("gptq") || method === "auto-round") return gptq(id, own, format, skipped);
  if (method === "fp8" && text.expert_dtype === "fp4") {
    return (part) => (!covered(part) || skipped(part.module) ? undefined : part.kind === "experts" ? formats.mxfp4 : format);
  }
  return (part) => (covered(part) && !skipped(part.module) ? format : undefined);
}

/** The format of methods that have one for all parts. */
function formatOf(method: string, own: Config): Format | undefined {
  const size = groupSize(own);
  if (method === "fp8") return fp8(own);
  if (method === "fbgemm_fp8") return formats.fp8Channel;
  if (method === "mxfp8") return formats.mxfp8;
  if (method.startsWith("awq")) return formats.integers("awq", 4, size ?? 128, own.zero_point !== false);
  if (method.startsWith("gptq") || method === "auto-round") return integersOf(number(own, "bits") ?? 4, "gptq", size, own.sym === false);
  // For both widths: vLLM no longer supports either.
  if (method === "bitsandbytes") return formats.nf4;
  if (method.startsWith("modelopt")) {
    const named = own.quant_algo ?? object(own, "quantization")?.quant_algo;
    return algorithm(String(named ?? (method.includes("fp4") ? "NVFP4" : "FP8")), size);
  }
  if (method === "torchao") return torchao(own);
  return undefined;
}

function fp8(own: Config): Format {
  const block = list(own, "weight_block_size");
  if (!block) return formats.fp8Tensor;
  const [rows, columns] = block.map((width) => (typeof width === "number" && width >= 1 && width <= 1e6 ? width : 128));
  return formats.fp8Blocks(rows ?? 128, columns ?? 128);
}

/** A format of NVIDIA's Model Optimizer. */
export function algorithm(name: string, size?: number): Format | undefined {
  const upper = name.toUpperCase();
  if (upper.includes("NVFP4")) return formats.nvfp4;
  if (upper === "MXFP8") return formats.mxfp8;
  if (upper === "MXFP4") return formats.mxfp4;
  if (upper.startsWith("FP8_PB")) return formats.fp8Blocks(128, 128);
  if (upper.startsWith("FP8")) return formats.modeloptFp8;
  if (upper.includes("W4A16") || upper.includes("W4A8")) return formats.integers("awq", 4, size ?? 128, false);
  return undefined;
}

/** A format of torchao, from the name of its class. */
function torchao(own: Config): Format | undefined {
  const type = object(object(own, "quant_type") ?? {}, "default") ?? {};
  const name = String(type._type ?? own.quant_type ?? "").toLowerCase();
  const data = object(type, "_data") ?? {};
  if (name.includes("float8")) return formats.fp8Channel;
  if (name.includes("int4")) return formats.integers("int4", 4, groupSize(data) ?? 128, true);
  return name.includes("int8") ? formats.integers("int8", 8, undefined, false) : undefined;
}

/** Integers of 4 or 8 bits. The planner supports no other widths. */
function integersOf(bits: number, four: "gptq" | "int4", size: number | undefined, hasZeros: boolean): Format | undefined {
  if (bits !== 4 && bits !== 8) return undefined;
  return formats.integers(bits === 4 ? four : "int8", bits, size, hasZeros);
}

/** Parameters with one scale; undefined if there is one for each row. */
function groupSize(config: Config): number | undefined {
  const size = config.group_size ?? config.q_group_size;
  return typeof size === "number" && Number.isInteger(size) && size >= 1 && size <= 1e6 ? size : undefined;
}

/** Names of the modules that the checkpoint contains in 16 bits. */
function ignored(own: Config): readonly unknown[] {
  const separate = object(own, "quantization") ?? {};
  const names = ["ignore", "modules_to_not_convert", "ignored_layers", "exclude_modules", "exclude", "llm_int8_skip_modules"];
  return [own, separate].flatMap((place) => names.flatMap((name) => list(place, name) ?? []));
}

/** AWQ's list contains parts of names. */
function substrings(own: Config): ModuleMatcher {
  const parts = ignored(own).filter((part): part is string => typeof part === "string" && part !== "");
  return (module) => parts.some((part) => `model.${module}`.includes(part));
}

/** GPTQ and AutoRound can exclude modules by expressions, or give them another number of bits. */
function gptq(id: string, own: Config, format: Format, skipped: ModuleMatcher): Scheme | undefined {
  const rules: { readonly matches: ModuleMatcher; readonly format?: Format }[] = [];
  const rule = (matches: ModuleMatcher, changes: unknown) => {
    const given = typeof changes === "object" && changes !== null ? (changes as Config) : {};
    const bits = number(given, "bits") ?? format.bits;
    const changed = bits >= 16 ? undefined : integersOf(bits, "gptq", groupSize({ ...own, ...given }), (given.sym ?? own.sym) === false);
    if (bits < 16 && !changed) return false;
    rules.push({ matches, format: changed });
    return true;
  };
  for (const [name, changes] of Object.entries(object(own, "dynamic") ?? {})) {
    const isExcluded = name.startsWith("-:");
    const matches = expressionMatcher(id, name.replace(/^[+-]:/, ""));
    if (!rule(matches, isExcluded ? { bits: 16 } : changes)) return undefined;
  }
  for (const [name, changes] of Object.entries(object(own, "extra_config") ?? {})) {
    if (!rule(/[*^$\\]/.test(name) ? expressionMatcher(id, name) : matcherOf(id, [name]), changes)) return undefined;
  }
  const includesHead = own.lm_head === true;
  return (part) => {
    if (!covered(part) && !(includesHead && part.kind === "head")) return undefined;
    if (skipped(part.module)) return undefined;
    const special = rules.find(({ matches }) => matches(part.module));
    return special ? special.format : format;
  };
}

/** Groups of modules with a format each. A name takes precedence over a class, as in vLLM (`find_matched_target`). */
function compressedTensors(id: string, own: Config): Scheme | undefined {
  const groups = Object.values(object(own, "config_groups") ?? {});
  const rules: { readonly matches: ModuleMatcher; readonly allLinear: boolean; readonly format: Format | undefined }[] = [];
  for (const group of groups) {
    if (typeof group !== "object" || group === null) return undefined;
    const weights = object(group as Config, "weights");
    const format = weights && weightFormat(weights);
    if (weights && !format) return undefined;
    const targets = list(group as Config, "targets") ?? ["Linear"];
    rules.push({ matches: matcherOf(id, targets), allLinear: targets.includes("Linear"), format });
  }
  if (!rules.some(({ format }) => format)) return undefined;
  const skipped = matcherOf(id, ignored(own));
  return (part) => {
    if (!covered(part) && part.kind !== "head") return undefined;
    if (skipped(part.module)) return undefined;
    const named = rules.find(({ matches }) => matches(part.module));
    // The head is a linear layer, too: a checkpoint that doesn't list it contains it quantized.
    return (named ?? rules.find(({ allLinear }) => allLinear))?.format;
  };
}

/** The format of a group of compressed-tensors. */
function weightFormat(weights: Config): Format | undefined {
  const bits = number(weights, "num_bits");
  const size = weights.strategy === "channel" ? undefined : groupSize(weights);
  if (weights.type === "float" && bits === 4) return size === 32 ? formats.mxfp4 : formats.nvfp4;
  if (weights.type === "float" && bits === 8) {
    const block = list(weights, "block_structure");
    if (weights.strategy === "block") return fp8({ weight_block_size: block ?? [128, 128] });
    if (size === 32) return formats.mxfp8;
    return weights.strategy === "channel" ? formats.fp8Channel : formats.fp8Tensor;
  }
  if (weights.type === "float") return undefined;
  return integersOf(bits ?? 8, "int4", weights.strategy === "tensor" ? undefined : size, weights.symmetric === false);
}

/** Layers with a format each, as Model Optimizer lists them. The others have 16 bits, or the format of `base`. */
function mixedScheme(id: string, own: Config, mixed: Config, base: Scheme | undefined): Scheme | undefined {
  const byFormat = new Map<string, { readonly format: Format; readonly names: string[] }>();
  for (const [name, value] of Object.entries(mixed)) {
    const layer = typeof value === "object" && value !== null ? (value as Config) : {};
    const format = algorithm(String(layer.quant_algo), groupSize(layer));
    if (!format) return undefined;
    const key = `${layer.quant_algo} ${layer.group_size}`;
    const known = byFormat.get(key) ?? { format, names: [] };
    known.names.push(name);
    byFormat.set(key, known);
  }
  const rules = [...byFormat.values()].map(({ format, names }) => ({ format, matches: matcherOf(id, names) }));
  const isFallback = String(own.quant_method) === "fp8";
  return (part) => {
    if (!covered(part) && part.kind !== "head") return undefined;
    const named = rules.find(({ matches }) => matches(part.module));
    return named?.format ?? (isFallback ? base?.(part) : undefined);
  };
}

/** AMD's Quark: one format, others for some modules, and modules in 16 bits. */
function quark(id: string, own: Config): Scheme | undefined {
  const format = quarkFormat(object(own, "global_quant_config"));
  if (!format) return undefined;
  const skipped = matcherOf(id, ignored(own));
  const rules: { readonly matches: ModuleMatcher; readonly format: Format }[] = [];
  for (const [name, value] of Object.entries(object(own, "layer_quant_config") ?? {})) {
    const special = quarkFormat(typeof value === "object" && value !== null ? (value as Config) : undefined);
    if (!special) return undefined;
    rules.push({ matches: matcherOf(id, [name]), format: special });
  }
  return (part) => {
    if (!covered(part) || skipped(part.module)) return undefined;
    return rules.find(({ matches }) => matches(part.module))?.format ?? format;
  };
}

function quarkFormat(config: Config | undefined): Format | undefined {
  const weight = config && object(config, "weight");
  const type = String(weight?.dtype ?? "").toLowerCase();
  if (type.startsWith("fp8")) return weight?.qscheme === "per_channel" ? formats.fp8Channel : formats.fp8Tensor;
  if (type === "fp4" || type.includes("mxfp4")) return formats.mxfp4;
  if (type === "int8") return formats.integers("int8", 8, undefined, false);
  return type === "int4" || type === "uint4" ? formats.integers("int4", 4, groupSize(weight ?? {}) ?? 128, type === "uint4") : undefined;
}
