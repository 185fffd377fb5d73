/** The tables of rotary angles, which vLLM stores on each GPU: for each position, one 16-bit row of the rotated width. */
import type { ModelDimensions } from "../config/dimensions";
import { type Config, number, object } from "../config/read";

/** Families with other positions: learned, biased or none. */
const without = /^(GPT2|GPTBigCode|OPT|Bloom|MPT|NemotronH|Jamba|Mamba|Bert|Roberta|XLMRoberta|Camembert|Whisper)/;

/** For images and videos, vLLM makes the table four times as long. Source: `MRotaryEmbedding`. */
const sectionsStretch = 4;

/** Families with rotary sections for time, height and width. Some configurations don't contain the sections. */
const withSections = /^(Qwen2_?VL|Qwen2_5_?VL|Qwen2_5Omni|Qwen3_?VL|Qwen3_5|Qwen3Omni|Glm4v|Glm4_1V|Ernie4_5_VL)/i;

const stretched = new Set(["yarn", "deepseek_yarn", "linear", "dynamic"]);

/** Bytes of all tables. */
export function rotaryTableBytes(dimensions: ModelDimensions): number {
  const { text, headDim, architecture } = dimensions;
  if (without.test(architecture)) return 0;
  const width = Math.floor(
    (number(text, "qk_rope_head_dim", "rotary_dim") ?? headDim) * (number(text, "rotary_dim") ? 1 : rotatedShare(text)),
  );
  const positions = number(text, "max_position_embeddings", "seq_length", "n_positions") ?? dimensions.maxModelLen;
  const scaling = object(text, "rope_scaling") ?? object(text, "rope_parameters") ?? {};
  const nested = object(scaling, "full_attention");
  // Gemma: one table for full attention, one for sliding windows.
  if (/^Gemma[34]/.test(architecture)) {
    const global = number(text, "global_head_dim") ?? headDim;
    return 2 * positions * headDim + 2 * rows(nested ?? scaling, positions) * global;
  }
  const sections = Array.isArray(scaling.mrope_section) || withSections.test(architecture);
  return 2 * width * (sections ? sectionsStretch * positions : rows(nested ?? scaling, positions));
}

function rotatedShare(text: Config): number {
  const scaling = object(text, "rope_parameters") ?? {};
  const share = [text, scaling, object(scaling, "full_attention") ?? {}]
    .map((place) => number(place, "partial_rotary_factor", "rotary_pct"))
    .find((value) => value !== undefined);
  return Math.min(1, share ?? 1);
}

function rows(scaling: Config, positions: number): number {
  const kind = String(scaling.rope_type ?? scaling.type);
  const original = number(scaling, "original_max_position_embeddings");
  const factor = number(scaling, "factor");
  if (factor && stretched.has(kind)) return Math.floor((kind.includes("yarn") ? (original ?? positions) : positions) * factor);
  return kind === "longrope" || kind === "su" ? positions + (original ?? 0) : positions;
}
