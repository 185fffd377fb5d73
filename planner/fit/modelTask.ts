/**
 * The task that a model is made for, from its architecture and the files of its repository. A `config.json` alone often doesn't tell: the
 * chat model Qwen3-8B and the embedding model Qwen3-Embedding-8B have the same architecture.
 */
import { type Task, tasks } from "../task";
import { type Config, list, object } from "./config/read";
import type { ModelRecord } from "./record";

/** The part of a record that says what a model is for. */
export type TaskRecord = Partial<Pick<ModelRecord, "config" | "modules" | "poolingConfig" | "pipelineTag">>;

/**
 * Architectures that only pool, by the end of their names. `Model` is the class without an output head.
 * Source: vLLM, vllm/config/model.py (_SUFFIX_TO_DEFAULTS), model_executor/models/registry.py (pooling models).
 */
const poolingEndings =
  /(ForSequenceClassification|ForTokenClassification|ForMaskedLM|ForTextEncoding|ForRanking|ForRetrieval|Model|^HF_ColBERT|^ColQwen3(_5)?)$/;

/** Architectures that generate text although their names end with `Model`. Source: the same registry. */
const generatingModels = /(ChatModel|LMHeadModel|^ChatGLMModel|^UltravoxModel|^MiDashengLMModel|^MossAudioModel|^Qwen2_5OmniModel)$/;

/** Whether vLLM can generate text with the architecture. The other architectures can only embed or classify. */
export function generatesText(architecture: string): boolean {
  return generatingModels.test(architecture) || !poolingEndings.test(architecture);
}

/** Architectures with several vectors per text, or with labels for tokens: vLLM has other APIs for them. */
const otherApis = /^(HF_ColBERT|Col)|ForRetrieval$|ForTokenClassification$|RewardModel$|SparseEmbeddingModel$/;

/** Architectures that only transcribe speech, for which vLLM has another API. */
const transcribing = /^Whisper|A(SR|sr)/;

/** The tasks that vLLM can do with the architecture at all, well or badly. */
export function possibleTasks(architecture: string): readonly Task[] {
  if (transcribing.test(architecture) || otherApis.test(architecture)) return [];
  if (generatesText(architecture)) return tasks;
  return /For(SequenceClassification|Ranking)$/.test(architecture) ? ["rerank"] : ["embed"];
}

/** Kinds of the Hub's pipeline by task. A kind that several tasks share is absent. Source: huggingface.co/tasks. */
const pipelineTasks: Readonly<Record<string, Task>> = {
  "text-ranking": "rerank",
  "feature-extraction": "embed",
  "sentence-similarity": "embed",
  "text-generation": "chat",
  "image-text-to-text": "chat",
  "video-text-to-text": "chat",
  "audio-text-to-text": "chat",
  "any-to-any": "chat",
};

/** The task that a model is made for; undefined if its files don't make it clear. */
export function modelTaskOf(architecture: string, record: TaskRecord = {}): Task | undefined {
  const named = record.pipelineTag === undefined ? undefined : pipelineTasks[record.pipelineTag];
  if (named === "rerank") return "rerank";
  if (otherApis.test(architecture)) return undefined;
  if (architecture.endsWith("ForSequenceClassification")) return (labelsOf(record.config) ?? defaultLabels) === 1 ? "rerank" : undefined;
  if (architecture.endsWith("ForRanking")) return "rerank";
  if (!generatesText(architecture)) return "embed";
  return sentenceTransformersTask(record) ?? named;
}

/** Number of labels of a classifier whose `config.json` doesn't specify it. Source: transformers, PretrainedConfig. */
const defaultLabels = 2;

/** Number of labels of a classifier; undefined if `config.json` doesn't specify it. A classifier with one label returns a score. */
export function labelsOf(config: Config = {}): number | undefined {
  const { num_labels: count } = config;
  if (typeof count === "number") return count;
  const labels = object(config, "id2label") ?? object(config, "label2id");
  return labels && Object.keys(labels).length;
}

/** Module names of Sentence Transformers in `modules.json`. Source: sentence-transformers, `Pooling` and `CrossEncoder`. */
const pooling = /(^|\.)Pooling$/;
const crossEncoder = /cross_encoder/;

/** The task of a repository that Sentence Transformers can load. */
function sentenceTransformersTask({ modules, poolingConfig }: TaskRecord): Task | undefined {
  const types = (list({ modules }, "modules") ?? []).map((module) => String((module as { type?: unknown } | null)?.type));
  if (types.some((type) => crossEncoder.test(type))) return "rerank";
  return poolingConfig !== undefined || types.some((type) => pooling.test(type)) ? "embed" : undefined;
}
