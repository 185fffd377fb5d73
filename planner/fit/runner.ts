/** Which of vLLM's two model runners serves a model: they profile themselves differently, and the newer became the default by steps. */
import type { Model } from "./model";
import { atLeast } from "./version";

/** Families whose mixtures moved before the others did. */
const earlyMixtures = /^(Qwen[23](_\d)?Moe|DeepseekV[23]|GraniteMoe)/;

/**
 * Whether the newer runner is vLLM's choice. Source: the project's own account of the migration (2026-08-31): Qwen3 first, then Llama and
 * Mistral, mixtures of Qwen and DeepSeek and quantised models, all dense models, and everything from 0.29.
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
