/**
 * A sweep of one release over many models on H100 GPUs with 79.19 GiB (one log line per model, from the authors' parser). It contains all
 * terms: weights, peak activation, memory outside PyTorch. 1024 sequences and 8192 tokens per step are vLLM's defaults on this GPU.
 */
import type { ModelFacts } from "../../../facts/models";
import type { PublicLog } from "./publicLog";
import { publicModels as shape } from "./publicModels";

const source = "jgchn/llm-d-planner@30ec05f7, accuracy/results/v0.19.0/results_raw.csv, vLLM 0.19.0";
const versionsSource = "llm-d-incubation/llm-d-planner, accuracy/accuracy_report.md, part 2";
const h100 = { visibleGiB: 79.19, computeCapability: 9 };
const load = { gpuMemoryUtilization: 0.95, maxModelLen: 8192, maxNumSeqs: 1024, maxNumBatchedTokens: 8192 };

/** Model, GPUs, "Model loading took", "Available KV cache memory". */
const row = (name: string, model: string | ModelFacts, tp: number, weightsGiB: number, kvGiB: number): PublicLog => ({
  id: `${name} on ${tp} H100, 0.19`,
  ...{ source, model, gpu: h100, weightsGiB, kvGiB, fits: true },
  settings: { ...load, tensorParallelSize: tp, vllmVersion: "0.19.0" },
});

const qwen14b = (vllmVersion: string, kvGiB: number): PublicLog => ({
  id: `Qwen3-14B on an H100, ${vllmVersion}`,
  ...{ source: versionsSource, model: "Qwen/Qwen3-14B", gpu: h100, weightsGiB: 27.52, kvGiB, fits: true },
  settings: { ...load, tensorParallelSize: 1, vllmVersion },
});

export const sweepLogs: readonly PublicLog[] = [
  row("CodeLlama-7B", shape.codeLlama7b, 1, 12.56, 61.66),
  row("DeepSeek-V2-Lite", shape.deepseekV2Lite, 1, 29.43, 43.61),
  row("Llama-3.3-70B-FP8", "RedHatAI/Llama-3.3-70B-Instruct-FP8", 2, 33.88, 37.28),
  row("Llama-3.3-70B-FP8", "RedHatAI/Llama-3.3-70B-Instruct-FP8", 4, 16.96, 54.09),
  row("Llama-3.3-70B w8a8", shape.llama70bW8a8, 2, 33.88, 37.28),
  row("Qwen2.5-7B-FP8", shape.qwen25Fp8, 1, 8.14, 64.64),
  row("gemma-2-27b", shape.gemma27b, 1, 50.72, 20.59),
  row("gemma-2-2b", shape.gemma2b, 1, 4.9, 66.47),
  row("gemma-2-9b", shape.gemma9b, 1, 17.22, 54.12),
  row("gemma-3-12b", shape.gemma312b, 1, 23.31, 47.72),
  row("gemma-3-27b", "google/gemma-3-27b-it", 1, 51.45, 19.53),
  row("gemma-3-4b", "google/gemma-3-4b-it", 1, 8.58, 62.51),
  row("granite-3.1-2b", shape.granite2b, 1, 4.74, 69.28),
  row("granite-3.1-8b", shape.granite8b, 1, 15.25, 58.66),
  row("granite-vision-3.3-2b", shape.graniteVision, 1, 5.54, 68.65),
  row("Llama-3.1-8B", shape.llama31, 1, 14.99, 58.11),
  row("Llama-3.1-8B", shape.llama31, 2, 7.51, 63.76),
  row("Llama-3.1-8B", shape.llama31, 4, 3.77, 67.44),
  row("Llama-3.1-8B quantised to FP8 on loading", shape.llama31Fp8, 1, 8.49, 64.61),
  row("Llama-3.1-8B w4a16", shape.llama31W4a16, 1, 5.38, 67.71),
  row("Llama-3.1-8B w8a8", shape.llama31W8a8, 1, 8.49, 64.6),
  row("phi-4", shape.phi4, 1, 27.39, 46.08),
  row("Mistral-Small-3.1-24B", shape.mistralSmall, 1, 44.76, 28.19),
  row("Mistral-Small-3.1-24B w8a8", shape.mistralSmallW8a8, 1, 24.07, 48.73),
  row("Mistral-Small-3.1-24B w8a8", shape.mistralSmallW8a8, 2, 12.11, 59.02),
  row("Mixtral-8x7B", shape.mixtral, 2, 43.51, 28.44),
  row("Kimi-Dev-72B", shape.qwen2572b, 2, 67.82, 3.02),
  row("Kimi-Dev-72B", shape.qwen2572b, 4, 34.01, 36.72),
  row("Qwen2.5-72B", shape.qwen2572b, 2, 67.8, 3.04),
  row("Kimi-VL-A3B", shape.kimiVl, 1, 30.74, 41.32),
  row("Kimi-VL-A3B", shape.kimiVl, 2, 15.53, 54.78),
  row("Qwen2.5-7B", "Qwen/Qwen2.5-7B-Instruct", 1, 14.25, 58.53),
  row("Qwen2.5-7B", "Qwen/Qwen2.5-7B-Instruct", 2, 7.12, 63.84),
  row("Qwen2.5-7B", "Qwen/Qwen2.5-7B-Instruct", 4, 3.55, 67.34),
  row("Qwen3-30B-A3B", "Qwen/Qwen3-30B-A3B", 1, 56.88, 15.41),
  row("Qwen3-8B", "Qwen/Qwen3-8B", 1, 15.27, 57.5),
  qwen14b("0.16.0", 41.94),
  qwen14b("0.17.0", 45.34),
  qwen14b("0.18.0", 45.23),
];
