// Proves that the parameters counted from the dimensions are within 1% of the published number for more than 95 models of most families that
// vLLM serves. Does not prove families without a row, nor bytes of quantized weights: see loaded.test.ts.
import { modelFromConfig } from "../../../../planner/fit/config/json";
import type { Config } from "../../../../planner/fit/config/read";
import { recordedModels } from "../recordedModels";
import { published } from "./dimensions";

/** Parameters in billions that the Hub states for the records, without prediction layers and poolers, which vLLM doesn't load. */
const recorded: Readonly<Record<string, number>> = {
  ...{ "BAAI/bge-large-en-v1.5": 0.335, "BAAI/bge-m3": 0.568, "BAAI/bge-reranker-v2-m3": 0.568, "BAAI/bge-reranker-base": 0.278 },
  ...{ "HuggingFaceTB/SmolLM3-3B": 3.075, "MiniMaxAI/MiniMax-M2.5": 228.7, "OpenGVLab/InternVL3-8B": 7.944 },
  ...{ "Qwen/Qwen2.5-0.5B-Instruct": 0.494, "Qwen/Qwen2.5-1.5B-Instruct": 1.544, "Qwen/Qwen2.5-3B-Instruct": 3.086 },
  ...{ "Qwen/Qwen2.5-7B": 7.616, "Qwen/Qwen2.5-14B": 14.77, "Qwen/Qwen2.5-32B": 32.764, "Qwen/Qwen2.5-VL-3B-Instruct": 3.755 },
  ...{ "Qwen/Qwen2.5-VL-7B-Instruct": 8.292, "Qwen/Qwen3-0.6B": 0.596, "Qwen/Qwen3-1.7B": 1.721, "Qwen/Qwen3-4B": 4.022 },
  ...{ "Qwen/Qwen3-8B": 8.191, "Qwen/Qwen3-14B": 14.768, "Qwen/Qwen3-32B": 32.762, "Qwen/Qwen3-Embedding-0.6B": 0.596 },
  ...{ "Qwen/Qwen3-30B-A3B": 30.532, "Qwen/Qwen3-235B-A22B": 235.094, "Qwen/Qwen3-Coder-480B-A35B-Instruct": 480.155 },
  ...{ "Qwen/Qwen3-VL-2B-Instruct": 2.127, "Qwen/Qwen3-VL-4B-Instruct": 4.438, "Qwen/Qwen3-VL-8B-Instruct": 8.767 },
  ...{ "Qwen/Qwen3-VL-30B-A3B-Instruct": 31.071, "Qwen/Qwen3-VL-32B-Instruct": 33.357, "Qwen/Qwen3-VL-235B-A22B-Instruct": 235.7 },
  ...{ "allenai/Olmo-3-7B-Instruct": 7.298, "answerdotai/ModernBERT-large": 0.395, "deepcogito/cogito-v1-preview-qwen-14B": 14.77 },
  ...{ "deepseek-ai/DeepSeek-R1-Distill-Llama-8B": 8.03, "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B": 1.777 },
  ...{ "deepseek-ai/DeepSeek-V2-Lite": 15.706, "deepseek-ai/DeepSeek-R1": 671.03, "google/embeddinggemma-300m": 0.303 },
  ...{ "google/gemma-2-2b-it": 2.614, "google/gemma-2-9b-it": 9.242, "google/gemma-2-27b-it": 27.227, "google/gemma-3-1b-it": 1 },
  ...{ "google/gemma-4-26B-A4B-it": 25.806, "google/gemma-4-31B-it": 31.273, "google/medgemma-27b-it": 27.432 },
  ...{ "ibm-granite/granite-3.1-1b-a400m-instruct": 1.335, "intfloat/multilingual-e5-base": 0.278 },
  ...{ "jinaai/jina-reranker-v2-base-multilingual": 0.278, "meta-llama/Llama-3.2-1B-Instruct": 1.236 },
  ...{ "meta-llama/Llama-3.2-3B-Instruct": 3.213, "meta-llama/Meta-Llama-3.1-8B": 8.03, "meta-llama/Meta-Llama-3.1-70B": 70.554 },
  ...{ "meta-llama/Meta-Llama-3.1-405B": 405.853, "microsoft/Phi-3-mini-4k-instruct": 3.821, "microsoft/Phi-3.5-mini-instruct": 3.821 },
  ...{ "microsoft/Phi-4-mini-instruct": 3.836, "microsoft/phi-4": 14.66, "mistralai/Mistral-7B-Instruct-v0.3": 7.248 },
  ...{ "mistralai/Mistral-Small-3.2-24B-Instruct-2506": 24.011, "mistralai/Mixtral-8x7B-v0.1": 46.703 },
  ...{ "mistralai/Mixtral-8x22B-v0.1": 140.621, "moonshotai/Kimi-K2-Instruct": 1026.408, "nvidia/Nemotron-H-56B-Base-8K": 56.3 },
  ...{ "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16": 31.578, "openai/gpt-oss-20b": 20.915, "openai/gpt-oss-120b": 116.829 },
  ...{ "zai-org/GLM-4.5": 352.8, "Alibaba-NLP/gte-multilingual-base": 0.305, "XiaomiMiMo/MiMo-7B-Base": 7.6 },
};

/** The configuration without its quantization, in which each parameter has two bytes. */
function unquantized({ quantization_config: _, ...config }: Config): Config {
  const text = config.text_config as Config | undefined;
  return text ? { ...config, text_config: unquantized(text) } : config;
}

const counted = (id: string, config: Config) => modelFromConfig(id, unquantized(config)).weightBytes / 2e9;
const records = recordedModels();

test.each(Object.entries(recorded))("%s has %f billion parameters", (id, billions) => {
  const { config } = records.find((record) => record.id === id)!;
  expect(Math.abs(counted(id, config) / billions - 1)).toBeLessThan(0.01);
});

test.each(published)("%s has the published number of parameters", (name, config, billions) => {
  expect(Math.abs(counted(name, config) / billions - 1)).toBeLessThan(0.01);
});

test("of all these models, more than 95, the median deviation is below 0.1%", () => {
  const deviations = [
    ...Object.entries(recorded).map(([id, billions]) =>
      Math.abs(counted(id, records.find((record) => record.id === id)!.config) / billions - 1),
    ),
    ...published.map(([name, config, billions]) => Math.abs(counted(name, config) / billions - 1)),
  ].sort((a, b) => a - b);
  expect(deviations.length).toBeGreaterThan(95);
  expect(deviations[Math.floor(deviations.length / 2)]).toBeLessThan(0.001);
});
