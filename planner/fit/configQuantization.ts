/** Reads the quantization of a checkpoint from the variants of `quantization_config`. */
import type { Quantization } from "../../facts/models";
import { createProblem, PlanError } from "../codes";
import { type Config, number, object } from "./configRead";

const supported = "fp8, awq, gptq and auto-round with 4 or 8 bits, mxfp4, modelopt and compressed-tensors";

/** The quantization of a checkpoint; undefined for 16-bit weights. `separate` is the content of `hf_quant_config.json`. */
export function quantizationOf(id: string, config: Config, text: Config, separate?: Config): Quantization | undefined {
  const places = [config.quantization_config, text.quantization_config, config.compression_config];
  const odd = places.find((value) => value !== undefined && value !== null && (typeof value !== "object" || Array.isArray(value)));
  if (odd !== undefined)
    throw new PlanError(createProblem("MOOR120", `The quantization_config of ${id} is ${JSON.stringify(odd)}; it must be an object.`));
  const given = places.find((value) => value !== undefined && value !== null) as Config | undefined;
  const own = given && Object.keys(given).length > 0 ? given : undefined;
  const found = own ? quantizationMethod(own) : separate && algorithm(String(object(separate, "quantization")?.quant_algo));
  if ((own || separate) && !found) {
    const named = own?.quant_method ?? object(separate ?? {}, "quantization")?.quant_algo ?? null;
    const bits = own && number(own, "bits");
    const detail =
      bits !== undefined ? ` with ${bits} bits` : own?.quant_algo === undefined ? "" : ` with ${JSON.stringify(own.quant_algo)}`;
    throw new PlanError(
      createProblem(
        "MOOR120",
        `The planner doesn't support the quantization ${JSON.stringify(named)}${detail} of ${id}. Supported: ${supported}.`,
      ),
    );
  }
  return found;
}

function quantizationMethod(own: Config): Quantization | undefined {
  const method = String(own.quant_method ?? "").toLowerCase();
  if (method === "fp8" || method === "fbgemm_fp8") return Array.isArray(own.weight_block_size) ? "fp8-block128" : "fp8";
  if (method.startsWith("awq")) return "awq";
  if (method.startsWith("gptq") || method === "auto-round") return byBits(number(own, "bits") ?? 4, "gptq");
  if (method === "mxfp4") return "mxfp4";
  // For both widths: vLLM no longer supports either.
  if (method === "bitsandbytes") return "nf4";
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
  const groups = object(own, "config_groups") ?? {};
  const weights = Object.keys(groups)
    .map((name) => object(object(groups, name) ?? {}, "weights"))
    .find((value) => value);
  if (!weights) return undefined;
  const bits = number(weights, "num_bits");
  if (weights.type === "float") return bits === 4 ? "nvfp4" : weights.strategy === "block" ? "fp8-block128" : "fp8";
  return byBits(bits ?? 8, "int4");
}

/** The 8-bit integer format or the given 4-bit format. The planner supports no other widths. */
function byBits(bits: number, four: Quantization): Quantization | undefined {
  return bits === 4 ? four : bits === 8 ? "int8" : undefined;
}
