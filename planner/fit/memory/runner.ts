/** Which of vLLM's two model runners serves a model. They profile memory differently, and the newer runner became the default in steps. */
import type { Model } from "../model";
import { atLeast } from "../version";

/** Families whose mixtures of experts moved to the newer runner first. */
const earlyMixtures = /^(Qwen[23](_\d)?Moe|DeepseekV[23]|GraniteMoe)/;

/**
 * Whether vLLM uses the newer runner. Source: vLLM's description of the migration (2026-08-31): first Qwen3, then Llama and Mistral, then
 * mixtures of Qwen and DeepSeek and quantized models, then all dense models, and all models from 0.29 on.
 */
export function onNewRunner(model: Model, vllmVersion: string): boolean {
  if (atLeast(vllmVersion, "0.29.0")) return true;
  if (model.cache.some((layer) => layer.kind === "state")) return false;
  if (model.experts) return atLeast(vllmVersion, "0.24.0") && earlyMixtures.test(model.architecture);
  if (atLeast(vllmVersion, "0.25.0")) return true;
  const early = /^Qwen3ForCausalLM/.test(model.architecture)
    ? "0.22.0"
    : /^(Llama|Mistral)ForCausalLM/.test(model.architecture)
      ? "0.23.0"
      : "0.25.0";
  return atLeast(vllmVersion, early) && (model.quantization === undefined || atLeast(vllmVersion, "0.24.0"));
}
