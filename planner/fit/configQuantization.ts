/** How a checkpoint is quantised, from the many spellings of `quantization_config`. */
import type { Quantization } from "../../facts/models";
import { PlanError, refusal } from "../codes";
import { type Config, number, object } from "./configRead";

/** How the checkpoint stores its weights; undefined for 16 bit. `separate` is `hf_quant_config.json`. */
export function quantizationOf(id: string, config: Config, text: Config, separate?: Config): Quantization | undefined {
  const given = object(config, "quantization_config") ?? object(text, "quantization_config") ?? object(config, "compression_config");
  const own = given && Object.keys(given).length > 0 ? given : undefined;
  const found = own ? quantizationMethod(own) : separate && algorithm(String(object(separate, "quantization")?.quant_algo));
  if ((own || separate) && !found) {
    const named = own?.quant_method ?? object(separate ?? {}, "quantization")?.quant_algo ?? null;
    const bits = own && number(own, "bits");
    const how = `${JSON.stringify(named)}${bits === undefined ? "" : ` in ${bits} bit`}`;
    throw new PlanError(refusal("MOOR120", `The quantisation ${how} of ${id} is unknown to the planner.`));
  }
  return found;
}

function quantizationMethod(own: Config): Quantization | undefined {
  const method = String(own.quant_method ?? "").toLowerCase();
  if (method === "fp8" || method === "fbgemm_fp8") return Array.isArray(own.weight_block_size) ? "fp8-block128" : "fp8";
  if (method.startsWith("awq")) return "awq";
  if (method.startsWith("gptq") || method === "auto-round") return byBits(number(own, "bits") ?? 4, "gptq");
  if (method === "mxfp4") return "mxfp4";
  if (method === "bitsandbytes") return own.load_in_8bit === true ? "int8" : "nf4";
  if (method.startsWith("modelopt")) {
    const named = own.quant_algo ?? object(own, "quantization")?.quant_algo;
    return algorithm(String(named ?? (method.includes("fp4") ? "NVFP4" : "FP8")));
  }
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
  return byBits(bits ?? 8, "int4");
}

/** Whole numbers in 8 bit, or the 4-bit format; other widths are none that the planner has bytes for. */
function byBits(bits: number, four: Quantization): Quantization | undefined {
  return bits === 4 ? four : bits === 8 ? "int8" : undefined;
}
