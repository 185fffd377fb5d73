// Proves the task of public models, from the part of their files that says it. Doesn't prove that these files are still the same on the Hub.
import { architectures } from "../../../facts/vllm";
import { modelFromConfig } from "../../../planner/fit/config/json";
import { modelFromTable } from "../../../planner/fit/model";
import { generatesText, modelTaskOf, possibleTasks, type TaskRecord } from "../../../planner/fit/modelTask";
import { tasks } from "../../../planner/task";

const sentenceTransformers = [
  { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
  { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
  { idx: 2, name: "2", path: "2_Normalize", type: "sentence_transformers.models.Normalize" },
];
const crossEncoder = [{ idx: 0, name: "0", path: "", type: "sentence_transformers.cross_encoder.modules.Transformer" }];
const modules = sentenceTransformers;
const lastToken = { word_embedding_dimension: 1024, pooling_mode_lasttoken: true };
const oneLabel = { config: { id2label: { "0": "LABEL_0" } } };
const labels = (count: number) => ({
  config: { id2label: Object.fromEntries(Array.from({ length: count }, (_, i) => [i, `LABEL_${i}`])) },
});

const chat = { pipelineTag: "text-generation" };
const vision = { pipelineTag: "image-text-to-text" };

test.each<[id: string, architecture: string, record: TaskRecord, task: string | undefined]>([
  ["Qwen/Qwen3-8B", "Qwen3ForCausalLM", chat, "chat"],
  ["meta-llama/Llama-3.3-70B-Instruct", "LlamaForCausalLM", chat, "chat"],
  ["openai/gpt-oss-120b", "GptOssForCausalLM", chat, "chat"],
  ["Qwen/Qwen3-VL-8B-Instruct", "Qwen3VLForConditionalGeneration", vision, "chat"],
  ["google/gemma-3-27b-it", "Gemma3ForConditionalGeneration", vision, "chat"],
  ["zai-org/chatglm3-6b", "ChatGLMModel", chat, "chat"],
  ["openai-community/gpt2", "GPT2LMHeadModel", chat, "chat"],
  ["OpenGVLab/InternVL3-8B", "InternVLChatModel", vision, "chat"],
  ["Qwen/Qwen3-Embedding-8B", "Qwen3ForCausalLM", { pipelineTag: "feature-extraction", modules, poolingConfig: lastToken }, "embed"],
  ["Qwen/Qwen3-Embedding-0.6B without a kind on the Hub", "Qwen3ForCausalLM", { modules }, "embed"],
  ["Alibaba-NLP/gte-Qwen2-7B-instruct", "Qwen2ForCausalLM", { pipelineTag: "sentence-similarity", modules }, "embed"],
  ["a repository with 1_Pooling/config.json only", "Qwen2ForCausalLM", { poolingConfig: lastToken }, "embed"],
  ["intfloat/e5-mistral-7b-instruct", "MistralModel", { pipelineTag: "feature-extraction", modules }, "embed"],
  ["Linq-AI-Research/Linq-Embed-Mistral", "MistralModel", { pipelineTag: "feature-extraction" }, "embed"],
  ["BAAI/bge-m3", "XLMRobertaModel", { pipelineTag: "sentence-similarity", modules }, "embed"],
  ["BAAI/bge-large-en-v1.5", "BertModel", {}, "embed"],
  ["intfloat/multilingual-e5-large", "XLMRobertaModel", { pipelineTag: "feature-extraction" }, "embed"],
  ["nomic-ai/nomic-embed-text-v1.5", "NomicBertModel", { pipelineTag: "sentence-similarity" }, "embed"],
  ["Alibaba-NLP/gte-modernbert-base", "ModernBertModel", { pipelineTag: "sentence-similarity" }, "embed"],
  ["google/embeddinggemma-300m", "Gemma3TextModel", { pipelineTag: "sentence-similarity", modules }, "embed"],
  ["sentence-transformers/all-distilroberta-v1", "RobertaForMaskedLM", { pipelineTag: "sentence-similarity", modules }, "embed"],
  ["nvidia/llama-3.2-nv-embedqa-1b-v2", "LlamaBidirectionalModel", { pipelineTag: "feature-extraction" }, "embed"],
  ["BAAI/bge-reranker-v2-m3", "XLMRobertaForSequenceClassification", { pipelineTag: "text-classification", ...oneLabel }, "rerank"],
  ["cross-encoder/ms-marco-MiniLM-L6-v2", "BertForSequenceClassification", { pipelineTag: "text-ranking", ...oneLabel }, "rerank"],
  ["jinaai/jina-reranker-v2-base-multilingual", "XLMRobertaForSequenceClassification", { config: { num_labels: 1 } }, "rerank"],
  ["Alibaba-NLP/gte-reranker-modernbert-base", "ModernBertForSequenceClassification", { pipelineTag: "text-ranking" }, "rerank"],
  ["nvidia/llama-nemotron-rerank-1b-v2", "LlamaBidirectionalForSequenceClassification", oneLabel, "rerank"],
  ["jinaai/jina-reranker-v3", "JinaForRanking", {}, "rerank"],
  ["Qwen/Qwen3-Reranker-8B", "Qwen3ForCausalLM", { pipelineTag: "text-ranking" }, "rerank"],
  ["mixedbread-ai/mxbai-rerank-large-v2", "Qwen2ForCausalLM", { pipelineTag: "text-ranking" }, "rerank"],
  ["a cross-encoder of Sentence Transformers", "Qwen3ForCausalLM", { modules: crossEncoder }, "rerank"],
  ["ProsusAI/finbert", "BertForSequenceClassification", { pipelineTag: "text-classification", ...labels(3) }, undefined],
  ["a classifier without labels in its files", "BertForSequenceClassification", {}, undefined],
  ["Qwen/Qwen2.5-Math-PRM-7B", "Qwen2ForProcessRewardModel", { pipelineTag: "text-classification" }, undefined],
  ["colbert-ir/colbertv2.0", "HF_ColBERT", { pipelineTag: "sentence-similarity" }, undefined],
  ["openai/whisper-large-v3", "WhisperForConditionalGeneration", { pipelineTag: "automatic-speech-recognition" }, undefined],
  ["config.json alone of a language model", "Qwen3ForCausalLM", { config: {} }, undefined],
  ["modules.json that is no list", "Qwen3ForCausalLM", { modules: { type: "Pooling" } }, undefined],
  ["modules.json with other items", "Qwen3ForCausalLM", { modules: [null, 1, { type: 1 }] }, undefined],
])("%s (%s)", (_, architecture, record, task) => {
  expect(modelTaskOf(architecture, record)).toBe(task);
});

test("the task of a model is one that vLLM can do with its architecture", () => {
  for (const architecture of architectures) {
    const possible = possibleTasks(architecture);
    const found = modelTaskOf(architecture, { config: { num_labels: 1 } });
    if (found !== undefined) expect([architecture, possible]).toEqual([architecture, expect.arrayContaining([found])]);
    if (generatesText(architecture)) expect([0, tasks.length]).toContain(possible.length);
    else expect(possible).not.toContain("chat");
  }
});

test.each([
  ["Qwen3ForCausalLM", ["chat", "embed", "rerank"]],
  ["XLMRobertaModel", ["embed"]],
  ["BertForSequenceClassification", ["rerank"]],
  ["WhisperForConditionalGeneration", []],
  ["Qwen2ForRewardModel", []],
  ["BertForTokenClassification", []],
])("vLLM can use %s for %j", (architecture, possible) => {
  expect(possibleTasks(architecture)).toEqual(possible);
});

test("the models of the table are chat models, and a config.json of an encoder is enough to know its task", () => {
  expect(modelFromTable("Qwen/Qwen3-8B")!.task).toBe("chat");
  const dimensions = { hidden_size: 1024, num_attention_heads: 16, num_hidden_layers: 24, intermediate_size: 4096, vocab_size: 250_002 };
  const config = { ...dimensions, max_position_embeddings: 8194, model_type: "xlm-roberta" };
  expect(modelFromConfig("BAAI/bge-m3", { ...config, architectures: ["XLMRobertaModel"] })).toMatchObject({ task: "embed" });
  const classifier = (count: number) =>
    modelFromConfig("a/b", { ...config, ...labels(count).config, architectures: ["XLMRobertaForSequenceClassification"] });
  expect([classifier(1), classifier(3)].map(({ task, labels }) => [task, labels])).toEqual([
    ["rerank", 1],
    [undefined, 3],
  ]);
});
