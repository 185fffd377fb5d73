/** The parts of encoders, which process a whole text in one step and have no KV cache. */
import type { ModelDimensions } from "../configDimensions";
import { number } from "../configRead";
import { matrix, type Part, plain } from "./part";

/** Encoders that vLLM serves as pooling models. Source: vLLM's model registry (`_EMBEDDING_MODELS`, `_SEQUENCE_CLASSIFICATION_MODELS`). */
const encoders =
  /^(Bert|Roberta|XLMRoberta|Camembert|ModernBert|NomicBert|GteModel|GteNewModel|GteNewForSequenceClassification|NewModel|NewForSequenceClassification|SnowflakeArctic|DistilBert|Electra|Deberta|Mpnet|MPNet|BertSplade|HF_ColBERT|JinaRoberta|EuroBert|Ernie(Model|For)|ColBERT|ColModern)/;

/** Whether a model of this class is an encoder without a KV cache. */
export function isEncoder(architecture: string): boolean {
  return encoders.test(architecture);
}

export function encoderParts(dimensions: ModelDimensions): Part[] {
  const { text, hidden, vocab, layers, intermediate, architecture } = dimensions;
  const modern = /^(ModernBert|NomicBert|GteNew|GteModel|NewModel|NewFor|EuroBert|Snowflake)/.test(architecture);
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
