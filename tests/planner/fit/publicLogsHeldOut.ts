/**
 * Logs that were found after the formulas had been fitted to the others, and evaluated with the unchanged formulas first (results at the top
 * of `publicLogs.test.ts`). They add starts with an empty and with a filled compilation cache, NCCL over PCIe, and a video that fills the
 * context. If a source doesn't name the GPU, it is derived from the two utilizations that vLLM prints with its estimate of CUDA graphs.
 */
import { type PublicLog, row } from "./publicLog";
import { publicModels as shape } from "./publicModels";

const a100 = { visibleGiB: 79.25, computeCapability: 8 };
const l4 = { visibleGiB: 22.04, computeCapability: 8.9 };
const l40s = { visibleGiB: 44.42, computeCapability: 8.9 };
const h100 = { visibleGiB: 79.19, computeCapability: 9 };
const rtx4090 = { visibleGiB: 23.52, computeCapability: 8.9 };
const rtxPro6000 = { visibleGiB: 94.97, computeCapability: 12 };
const rtx5090 = { visibleGiB: 31.36, computeCapability: 12 };
const v100 = { visibleGiB: 31.74, computeCapability: 7 };

const sweep = "jgchn/llm-d-planner@30ec05f7, accuracy/results/v0.19.0/results_raw.csv";
const sweepLoad = { maxNumSeqs: 1024, maxNumBatchedTokens: 8192 };
const recon = "a project's reconnaissance captures of 2026-08-28 on RunPod";

export const heldOutLogs: readonly PublicLog[] = [
  row(
    "Qwen2.5-7B in fp16 on a V100 of 32 GB, eager",
    "a profiler's log of 2026-03-27, offline: 8192 tokens to a step",
    "0.18.0",
    ["Qwen/Qwen2.5-7B-Instruct", v100],
    [0.9, 32768, { enforceEager: true, maxNumSeqs: 256, maxNumBatchedTokens: 8192 }],
    [14.25, 13.1, true],
  ),
  row(
    "Qwen3-0.6B w4a16 on an RTX 5090",
    "an agent's session log of 2026-04-24, offline: 8192 tokens to a step",
    "0.19.1",
    [shape.qwen306bW4a16, rtx5090],
    [0.9, 8192, { maxNumSeqs: 256, maxNumBatchedTokens: 8192 }],
    [0.53, 26.87, true],
  ),
  row(
    "Qwen2.5-Omni-7B w4a16 on a GPU of 24 GB",
    "an agent's session log of 2026-05-21, offline: 8192 tokens to a step; profiled with a video",
    "0.21.0",
    [shape.qwen25OmniW4a16, { visibleGiB: 23.52, computeCapability: 8.6 }],
    [0.9, 8192, { maxNumSeqs: 256, maxNumBatchedTokens: 8192 }],
    [7.75, 11.6, true],
  ),
  row("Qwen3-8B on an RTX 4090", recon, "0.27.1", ["Qwen/Qwen3-8B", rtx4090], [0.92, 8192], [15.27, 4.92, true]),
  // The second start on the same machine: 43,040 tokens of 144 KiB, and a peak of 0.19 GiB.
  row("Qwen3-8B on an RTX 4090, filled compilation cache", recon, "0.27.1", ["Qwen/Qwen3-8B", rtx4090], [0.92, 8192], [15.27, 5.91, true]),
  row(
    "Qwen2.5-0.5B on a GPU of 24 GB under WSL at 0.85",
    "study notes of 2026-08-22, offline: 8192 tokens to a step",
    "0.27.1",
    ["Qwen/Qwen2.5-0.5B-Instruct", { visibleGiB: 23.99, computeCapability: 8.9 }],
    [0.85, 2048, { maxNumSeqs: 256, maxNumBatchedTokens: 8192 }],
    [0.93, 18.65, true],
  ),
  row(
    "Qwen3.8-27B on an RTX PRO 6000",
    "a performance report on an RTX PRO 6000 workstation, without FlashInfer's sampler",
    "0.27.1",
    ["Qwen/Qwen3.8-27B", rtxPro6000],
    [0.9, 16384, { maxNumSeqs: 8, maxNumBatchedTokens: 8192 }],
    [51.1, 31.8, true],
  ),
  row(
    // The source doesn't state the weights: the size of the loaded checkpoint in other logs.
    "Qwen2.5-VL-3B on an A100 at 0.3",
    "vllm-project/vllm issue 18124 (2025-05-14)",
    "0.8.5",
    [shape.qwen25Vl3b, a100],
    [0.3, 128000],
    [7.16, undefined, false],
  ),
  row(
    "Qwen2.5-VL-7B on an A100 at 0.22",
    "a log of 2026-07-01, profiled with a video of 114,688 tokens",
    "0.23.0",
    [shape.qwen25Vl7b, a100],
    [0.22, 128000],
    [15.67, -14.28, false],
  ),
  row(
    "Qwen3.8-27B NVFP4 on an RTX 5090, eager",
    "a log of vLLM 0.31.0; its config.json excludes many layers from quantization",
    "0.31.0",
    [shape.qwen3827bNvfp4, rtx5090],
    [0.9, 32768, { maxNumSeqs: 2, kvCacheDtype: "fp8", enforceEager: true }],
    [24.18, 2.29, true],
  ),
  row(
    "gpt-oss-120b on an H100 at 0.96, 6 sequences",
    "a project's notes on vLLM's start-up log",
    "0.11.2",
    ["openai/gpt-oss-120b", h100],
    [0.96, 98304, { maxNumSeqs: 6, maxNumBatchedTokens: 2048 }],
    [65.97, 8.99, true],
  ),
  row(
    // The weights are those of the same checkpoint on four H100.
    "Qwen2.5-72B on four L40S over PCIe",
    "a cluster's manual of 2026-04-16 on g6e.12xlarge",
    "0.19.0",
    [shape.qwen2572b, l40s],
    [0.9, 8192, { tensorParallelSize: 4 }],
    [34.0, 5.11, true],
  ),
  row("Qwen3-8B on an L4", "a log of vLLM 0.26.0", "0.26.0", ["Qwen/Qwen3-8B", l4], [0.9, 8192], [15.27, 3.14, true]),
  row(
    "gemma-4-31B on an RTX PRO 6000",
    "a log of 2026-08-04 on Kaggle, without FlashInfer's sampler",
    "0.23.0",
    ["google/gemma-4-31B-it", rtxPro6000],
    [0.94, 32768, { maxNumSeqs: 20, maxNumBatchedTokens: 8192 }],
    [58.99, 28.41, true],
  ),
  row(
    "Qwen2.5-7B-AWQ on a GPU of 8 GB",
    "vllm-project/vllm issue 13882 (2025-02-26)",
    "0.7.2",
    [shape.qwen25Awq, { visibleGiB: 8, computeCapability: 8.9 }],
    [0.7, 4096],
    [5.2, -1.05, false],
  ),
  row(
    "Llama-3.1-8B with an 8-bit cache on an H100, 0.19",
    sweep,
    "0.19.0",
    [shape.llama31, h100],
    [0.95, 8192, { ...sweepLoad, kvCacheDtype: "fp8" }],
    [14.99, 58.11, true],
  ),
  row(
    "Llama-3.1-8B on an H100, 32,768 tokens, 0.19",
    sweep,
    "0.19.0",
    [shape.llama31, h100],
    [0.95, 32768, sweepLoad],
    [14.99, 58.11, true],
  ),
  row(
    "Qwen2.5-7B on an H100, 2048 tokens, 0.19",
    sweep,
    "0.19.0",
    ["Qwen/Qwen2.5-7B-Instruct", h100],
    [0.95, 2048, sweepLoad],
    [14.25, 58.53, true],
  ),
  row("granite-3.3-8b on an H100, 0.19", sweep, "0.19.0", [shape.granite8b, h100], [0.95, 8192, sweepLoad], [15.25, 58.66, true]),
];
