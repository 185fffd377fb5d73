/** Reads the format of the KV cache that a checkpoint specifies in its quantization configuration. */
import { type Config, number, object } from "./read";

/**
 * Value of `--kv-cache-dtype` that vLLM uses for `auto`; undefined for the model's 16-bit format. Checkpoints of modelopt name the format.
 * Checkpoints of compressed-tensors describe it as a scheme.
 */
export function cacheDtypeOf(config: Config, text: Config, separate?: Config): string | undefined {
  const own = object(config, "quantization_config") ?? object(text, "quantization_config") ?? object(config, "compression_config");
  const places = [own, own && object(own, "quantization"), separate, separate && object(separate, "quantization")];
  for (const place of places) {
    if (!place) continue;
    const scheme = object(place, "kv_cache_scheme");
    if (scheme?.type === "float" && number(scheme, "num_bits") === 8) return "fp8";
    const named = place.kv_cache_scheme ?? place.kv_cache_quant_algo;
    if (typeof named === "string" && named.toUpperCase().startsWith("FP8")) return "fp8";
    if (typeof named === "string" && named.toUpperCase() === "NVFP4") return "nvfp4";
  }
  return undefined;
}
