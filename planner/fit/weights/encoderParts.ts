/** The parts of encoders, which process a whole text in one step and have no KV cache. */
import type { ModelDimensions } from "../config/dimensions";
import { number } from "../config/read";
import { matrix, type Part, plain } from "./part";

/** Families of encoders that vLLM serves as pooling models. Source: vLLM's model registry. */
const encoders =
  /^(Bert|Roberta|XLMRoberta|ModernBert|NomicBert|Gte|New(Model|For)|MPNet|HF_ColBERT|BgeM3|ColBERT(JinaRoberta|ModernBert))/;

/** Decoders whose attention was made bidirectional, which vLLM also serves without a cache. */
const bidirectional = /Bidirectional/;

/** Whether a model has the structure of an encoder. */
export function isEncoder({ architecture }: ModelDimensions): boolean {
  return encoders.test(architecture);
}

/** Whether a model has no KV cache, because it processes a whole text in one step. */
export function hasNoCache(dimensions: ModelDimensions): boolean {
  const { text, architecture } = dimensions;
  const isStated = text.is_causal === false || (/^Gemma3Text/.test(architecture) && text.use_bidirectional_attention === true);
  return isEncoder(dimensions) || bidirectional.test(architecture) || isStated;
}

export function encoderParts(dimensions: ModelDimensions): Part[] {
  const { text, hidden, vocab, layers, intermediate, architecture } = dimensions;
  const modern = /^(ModernBert|ColBERTModernBert|NomicBert|Gte|New)/.test(architecture);
  const gated = modern || ["swiglu", "geglu"].includes(String(text.activation_function ?? text.hidden_act));
  const rotary = modern || text.position_embedding_type === "rotary" || text.position_embedding_type === "rope";
  const positions = rotary ? 0 : (number(text, "max_position_embeddings", "n_positions") ?? 512);
  const types = number(text, "type_vocab_size") ?? 0;
  const each = (name: string, rows: number, columns: number) => matrix(`encoder.layer.0.${name}`, rows, columns, "linear", layers);
  const biases = modern ? 0 : 5 * hidden + intermediate;
  return [
    matrix("embeddings.word_embeddings", vocab, hidden, "embedding"),
    matrix("embeddings.position_embeddings", positions + types, hidden, "embedding"),
    each("attention.self.qkv_proj", 3 * hidden, hidden),
    each("attention.output.dense", hidden, hidden),
    each("intermediate.dense", gated ? 2 * intermediate : intermediate, hidden),
    each("output.dense", hidden, intermediate),
    plain("encoder.layer.0.norms", layers * (4 * hidden + biases) + 2 * hidden),
    ...(/SequenceClassification/.test(architecture) ? [matrix("classifier.dense", hidden, hidden)] : []),
  ];
}
