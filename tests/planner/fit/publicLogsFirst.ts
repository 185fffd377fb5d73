/**
 * The first thirteen logs that were found after the eleven logs of `calibration.ts`, with the values of their sources. If a source doesn't
 * name the GPU, it is derived from the two utilizations that vLLM prints with its estimate of CUDA graphs.
 */
import type { PublicLog } from "./publicLog";
import { gated, publicModels } from "./publicModels";

const license = "apache-2.0";
const qwen35 = { architecture: "Qwen3_5ForConditionalGeneration", vocab: 248320, maxModelLen: 262144, vision: true, license };

const a100 = { visibleGiB: 79.25, computeCapability: 8 };
const l40s = { visibleGiB: 44.42, computeCapability: 8.9 };
const h100 = { visibleGiB: 79.18, computeCapability: 9 };
const one = { tensorParallelSize: 1 };

export const firstLogs: readonly PublicLog[] = [
  {
    id: "gpt-oss-20b on an A100",
    source: "myoceane.fr, ai-vllm-a100-gemma-4",
    model: "openai/gpt-oss-20b",
    gpu: a100,
    settings: { ...one, gpuMemoryUtilization: 0.65, maxModelLen: 131072, vllmVersion: "0.19.0" },
    weightsGiB: 13.72,
    kvGiB: 36.56,
    fits: true,
  },
  {
    id: "gemma-4-26B-A4B on an A100, eager",
    source: "myoceane.fr, ai-vllm-a100-gemma-4",
    model: "google/gemma-4-26B-A4B-it",
    gpu: a100,
    settings: { ...one, gpuMemoryUtilization: 0.9, maxModelLen: 131072, enforceEager: true, vllmVersion: "0.19.0" },
    weightsGiB: 48.5,
    kvGiB: 21.5,
    fits: true,
  },
  {
    id: "Qwen3.5-9B on an L40S",
    source: "a notebook log of 2026-04-07, vLLM 0.19.0",
    model: {
      ...{ ...qwen35, layers: 32, hidden: 4096, heads: 16, kvHeads: 4, headDim: 256, state: gated(24), intermediate: 12288, paramsB: 9.4 },
    },
    gpu: l40s,
    settings: { ...one, gpuMemoryUtilization: 0.9, maxModelLen: 262144, maxNumSeqs: 256, maxNumBatchedTokens: 8192, vllmVersion: "0.19.0" },
    weightsGiB: 17.66,
    kvGiB: 20.27,
    fits: true,
  },
  {
    id: "Qwen3.5-4B on a GPU of 44 GiB",
    source: "a log of 2026-06-04, vLLM 0.22.0",
    model: publicModels.qwen354b,
    gpu: l40s,
    settings: { ...one, gpuMemoryUtilization: 0.5, maxModelLen: 1024, maxNumSeqs: 256, maxNumBatchedTokens: 8192, vllmVersion: "0.22.0" },
    weightsGiB: 8.61,
    kvGiB: 11.11,
    fits: true,
  },
  {
    id: "Qwen2.5-7B on a GPU of 44 GiB",
    source: "a log of 2026-09-03, vLLM 0.22.0",
    model: "Qwen/Qwen2.5-7B-Instruct",
    gpu: l40s,
    settings: { ...one, gpuMemoryUtilization: 0.95, maxModelLen: 4096, maxNumSeqs: 128, maxNumBatchedTokens: 8192, vllmVersion: "0.22.0" },
    weightsGiB: 14.29,
    kvGiB: 26.32,
    fits: true,
  },
  {
    id: "Qwen3-Next-80B on two H200",
    source: "a log of 2025-10-23, vLLM 0.10.2 without FlashInfer",
    model: {
      ...{ architecture: "Qwen3NextForCausalLM", layers: 48, hidden: 2048, heads: 16, kvHeads: 2, headDim: 256, state: gated(36) },
      ...{
        intermediate: 5120,
        experts: { count: 512, perToken: 10, intermediate: 512 },
        vocab: 151936,
        maxModelLen: 262144,
        paramsB: 80,
        license,
      },
    },
    gpu: { visibleGiB: 139.81, computeCapability: 9 },
    settings: { tensorParallelSize: 2, gpuMemoryUtilization: 0.9, maxModelLen: 262144, vllmVersion: "0.10.2" },
    weightsGiB: 74.28,
    kvGiB: 44.59,
    fits: true,
  },
  {
    id: "Qwen3-235B-FP8 on four RTX PRO 6000",
    source: "a published runbook of 2026-08-21, vLLM 0.27.1",
    model: "Qwen/Qwen3-235B-A22B-FP8",
    gpu: { visibleGiB: 95.01, computeCapability: 12 },
    settings: { tensorParallelSize: 4, gpuMemoryUtilization: 0.9, maxModelLen: 32768, maxNumSeqs: 32, vllmVersion: "0.27.1" },
    weightsGiB: 55.19,
    kvGiB: 27.85,
    fits: true,
  },
  {
    id: "Qwen3-235B-FP8 on four H100",
    source: "vllm-project/vllm issue 21348 (2025-07-22)",
    model: "Qwen/Qwen3-235B-A22B-FP8",
    gpu: h100,
    settings: { tensorParallelSize: 4, gpuMemoryUtilization: 0.9, maxModelLen: 40960, vllmVersion: "0.9.2" },
    weightsGiB: 55.2,
    kvGiB: 8.11,
    fits: true,
  },
  {
    id: "Mistral-Small-3.2-24B on an H100",
    source: "llm-d-incubation/llm-d-planner, docs/empirical-vllm-memory-results.md, vLLM 0.11.0",
    model: {
      ...{ architecture: "Mistral3ForConditionalGeneration", layers: 40, hidden: 5120, heads: 32, kvHeads: 8, headDim: 128 },
      ...{ intermediate: 32768, vocab: 131072, maxModelLen: 131072, vision: true, paramsB: 24, license },
    },
    gpu: h100,
    settings: { ...one, gpuMemoryUtilization: 0.95, maxModelLen: 16000, vllmVersion: "0.11.0" },
    weightsGiB: 44.76,
    kvGiB: 28.2,
    fits: true,
  },
  {
    id: "Llama-3.3-70B-FP8 on one H100",
    source: "llm-d-incubation/llm-d-planner, docs/empirical-vllm-memory-results.md, vLLM 0.11.0",
    model: "RedHatAI/Llama-3.3-70B-Instruct-FP8",
    gpu: h100,
    settings: { ...one, gpuMemoryUtilization: 0.9, maxModelLen: 16000, vllmVersion: "0.11.0" },
    weightsGiB: 67.72,
    kvGiB: -1.44,
    fits: false,
  },
  {
    id: "Qwen3-32B on one H100 at a context of 32,000",
    source: "llm-d-incubation/llm-d-planner, docs/empirical-vllm-memory-results.md, vLLM 0.11.0",
    model: "Qwen/Qwen3-32B",
    gpu: h100,
    settings: { ...one, gpuMemoryUtilization: 0.9, maxModelLen: 32000, vllmVersion: "0.11.0" },
    weightsGiB: 61.03,
    fits: false,
  },
  {
    id: "gpt-oss-120b on one H100",
    source: "vllm-project/vllm issue 27508 (2025-10-25)",
    model: "openai/gpt-oss-120b",
    gpu: h100,
    settings: { ...one, gpuMemoryUtilization: 0.9, vllmVersion: "0.11.0" },
    weightsGiB: 64.38,
    fits: false,
  },
  {
    id: "Qwen3.6-35B-A3B-NVFP4 on an RTX 5090 under WSL",
    // -0.12 GiB were available. The driver under WSL uses memory that Linux drivers don't use, so only the result is compared.
    source: "a log of 2026-04-19, vLLM 0.19.2",
    model: "Qwen/Qwen3.6-35B-A3B",
    gpu: { visibleGiB: 31.84, computeCapability: 12 },
    settings: {
      ...{ ...one, gpuMemoryUtilization: 0.8, maxModelLen: 8192, maxNumSeqs: 32, maxNumBatchedTokens: 8192 },
      ...{ kvCacheDtype: "fp8", vllmVersion: "0.19.2" },
    },
    weightsGiB: 21.88,
    fits: false,
  },
];
