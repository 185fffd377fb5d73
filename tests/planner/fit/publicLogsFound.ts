/**
 * Logs that were found after the formulas had been fitted to all the others. They were first evaluated with the unchanged formulas; the
 * results are at the top of `publicLogs.test.ts`. They add cases of which there were few: consumer GPUs, vision models that are profiled with
 * a video, 4-bit mixtures, splits across two to four GPUs, the first engine with split prompts, and the newer runner before 0.28.
 */
import { type PublicLog, row } from "./publicLog";
import { publicModels as shape } from "./publicModels";

const a10040 = { visibleGiB: 39.49, computeCapability: 8 };
const a10080 = { visibleGiB: 79.14, computeCapability: 8 };
const a40 = { visibleGiB: 44.43, computeCapability: 8.6 };
const l40s = { visibleGiB: 44.39, computeCapability: 8.9 };
const h100 = { visibleGiB: 79.19, computeCapability: 9 };
const h100Nvl = { visibleGiB: 93.1, computeCapability: 9 };
const rtx3090 = { visibleGiB: 23.56, computeCapability: 8.6 };
const rtx4090 = { visibleGiB: 23.55, computeCapability: 8.9 };
const rtxPro6000 = { visibleGiB: 95.01, computeCapability: 12 };
const rtx5090 = { visibleGiB: 31.84, computeCapability: 12 };
const a10g = { visibleGiB: 22.07, computeCapability: 8.6 };
const b300 = { visibleGiB: 184.31, computeCapability: 10 };

const modal = "a project's report of 2026-09-05 on Modal";

export const foundLogs: readonly PublicLog[] = [
  row(
    "EXAONE-4.0-32B-FP8 on an L40S, eager",
    "a project's manual of 2026-03-03",
    "0.11.0",
    [shape.exaone32bFp8, l40s],
    [0.95, 4096, { enforceEager: true }],
    [30.99, 10.31, true],
  ),
  row(
    "LLaVA-1.6-Mistral-7B on an H100",
    "a script's log of 2025-09-23, offline: 16384 tokens to a step",
    "0.10.2",
    [shape.llavaMistral, h100],
    [0.9, 4096, { maxNumBatchedTokens: 16384 }],
    [14.08, 55.15, true],
  ),
  row("Qwen3-VL-30B-A3B on an H100 NVL", "a log of 2025-12-25", "0.13.0", [shape.qwen3Vl30b, h100Nvl], [0.9, 8192], [58.23, 19.4, true]),
  row(
    "Qwen3-VL-30B-A3B on four RTX 3090",
    "sipeed wiki, NanoKVM-Pro, AI agent (2025-10-06); profiled with a video",
    "0.11.0",
    [shape.qwen3Vl30b, rtx3090],
    [0.9, 65536, { tensorParallelSize: 4 }],
    [14.77, 2.31, true],
  ),
  row(
    "Qwen3-Next-80B w4a16 on two L40S",
    "a container's log of 2026-02-12",
    "0.13.0",
    [shape.qwen3NextW4a16, l40s],
    [0.92, 32768, { tensorParallelSize: 2, kvCacheDtype: "fp8", maxNumSeqs: 8, maxNumBatchedTokens: 8192 }],
    [22.53, 17.58, true],
  ),
  row(
    "Llama-3.1-8B on an A100-40, eager",
    "ilseokoh/vllm-gce, README (2026-02-06), offline: 8192 tokens to a step",
    "0.15.1",
    [shape.llama31, a10040],
    [0.9, 131072, { enforceEager: true, maxNumBatchedTokens: 8192 }],
    [14.99, 19.28, true],
  ),
  row(
    // The log doesn't state the weights: half of the value in another log of the model on one GPU.
    "Qwen3-30B-A3B-FP8 on two L40S",
    "a bench of 2025-09-24 with expert parallelism",
    "0.10.2",
    [shape.qwen330bFp8, l40s],
    [0.95, 32768, { tensorParallelSize: 2 }],
    [14.55, 25.91, true],
  ),
  row(
    "Qwen2.5-72B-AWQ on two A40",
    "a blog of 2025-02-20",
    "0.7.2",
    [shape.qwen2572bAwq, a40],
    [0.9, 32768, { tensorParallelSize: 2 }],
    [19.4, 14.63, true],
  ),
  row(
    "DeepSeek-R1-Distill-Qwen-14B on two RTX 4090 at its full context",
    "vllm-project/vllm issue 13061 (2025-02-11)",
    "0.7.2",
    ["deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", rtx4090],
    [0.98, 131072, { tensorParallelSize: 2 }],
    [13.95, 8.69, false],
  ),
  row(
    // The sum in the log: 23.58 × 0.9 minus the peak of 15.05 and 0.35 outside PyTorch.
    "Llama-3.1-8B on an RTX 3090, 35,000 tokens",
    "vllm-project/vllm issue 10517",
    "0.6.4",
    [shape.llama31, { ...rtx3090, visibleGiB: 23.58 }],
    [0.9, 35000],
    [14.99, 5.82, true],
  ),
  row(
    "Qwen3-30B-A3B w4a16 on an RTX 3090, the first engine",
    "vllm-project/vllm issue 17327 (2025-05-07)",
    "0.8.5",
    [shape.qwen330bW4a16, rtx3090],
    [0.9, 40960, { maxNumSeqs: 8 }],
    [15.68, 5.34, true],
  ),
  row(
    "Llama-3.1-8B on an A40",
    "a bench's parser tests, log of 2026-08-10",
    "0.26.0",
    [shape.llama31, a40],
    [0.9, 4096, { maxNumSeqs: 256 }],
    [15.0, 23.9, true],
  ),
  row(
    "Qwen3-32B on two RTX PRO 6000 at 0.426",
    "an article on two A40 played by two larger GPUs, 2026-08",
    "0.27.1",
    ["Qwen/Qwen3-32B", rtxPro6000],
    [0.426, 32768, { tensorParallelSize: 2 }],
    [30.59, 8.22, true],
  ),
  row(
    "Qwen3-32B on one RTX PRO 6000 at 0.426",
    "an article on two A40 played by two larger GPUs, 2026-08",
    "0.27.1",
    ["Qwen/Qwen3-32B", rtxPro6000],
    [0.426, 32768],
    [61.03, -24.42, false],
  ),
  row(
    "Qwen2.5-0.5B on a GPU of 16 GB, 32768 tokens to a step",
    "study notes of 2026-08-02",
    "0.26.0",
    ["Qwen/Qwen2.5-0.5B-Instruct", { visibleGiB: 15.55, computeCapability: 8.9 }],
    [0.9, 32768, { maxNumSeqs: 256, maxNumBatchedTokens: 32768 }],
    [0.93, 11.94, true],
  ),
  row(
    "Qwen2.5-0.5B on a GPU of 24 GB under WSL",
    "study notes of 2026-08-22, offline: 8192 tokens to a step",
    "0.27.1",
    ["Qwen/Qwen2.5-0.5B-Instruct", { visibleGiB: 23.99, computeCapability: 8.9 }],
    [0.92, 32768, { maxNumBatchedTokens: 8192 }],
    [0.93, 20.52, true],
  ),
  row(
    "Qwen3.8-27B on an A100",
    "a study repository of 2026-09-08, offline: 8192 tokens to a step",
    "0.28.0",
    ["Qwen/Qwen3.8-27B", a10080],
    [0.92, 262144, { maxNumSeqs: 256, maxNumBatchedTokens: 8192 }],
    [51.1, 18.61, true],
  ),
  row(
    "Qwen3.5-0.8B on an A100",
    "a study repository of 2026-09-08, offline: 8192 tokens to a step",
    "0.28.0",
    [shape.qwen3508b, a10080],
    [0.92, 262144, { maxNumSeqs: 256, maxNumBatchedTokens: 8192 }],
    [1.72, 67.08, true],
  ),
  row(
    "Qwen3.5-0.8B on an A100 at 0.85",
    "a study repository of 2026-09-08",
    "0.28.0",
    [shape.qwen3508b, a10080],
    [0.85, 8192, { maxNumSeqs: 32, maxNumBatchedTokens: 2048 }],
    [1.72, 61.82, true],
  ),
  row(
    "gemma-4-E4B on a GPU of 24 GB",
    "notes on a virtual machine, 2026-06-07",
    "0.22.1",
    [shape.gemma4E4b, rtx3090],
    [0.9, 32768],
    [15.18, 4.1, true],
  ),
  row(
    "Qwen3.5-4B on an RTX 4090 D",
    "datawhalechina/self-llm, Qwen3.5-4B (0.23.0)",
    "0.23.0",
    [shape.qwen354b, { ...rtx4090, visibleGiB: 23.52 }],
    [0.9, 4096],
    [8.61, 10.21, true],
  ),
  row(
    "Llama-3.2-1B on a GPU of 44 GiB",
    "a log of 2025-08-06, FlashInfer's sampler",
    "0.10.0",
    [shape.llama321b, { ...l40s, visibleGiB: 44.31 }],
    [0.9, 131072],
    [2.32, 37.1, true],
  ),
  row(
    "GLM-5.2-NVFP4 on four GPUs of 184 GiB",
    "a log of 2026-08-20 with expert parallelism",
    "0.26.0",
    [shape.glm52Nvfp4, b300],
    [0.92, 819200, { tensorParallelSize: 4, kvCacheDtype: "fp8_e4m3", maxNumBatchedTokens: 8192 }],
    [106.69, 50.62, true],
  ),
  row(
    "Qwen2.5-Omni-7B on an A100-40, eager",
    "vllm-project/vllm issue 25970 (2025-09-30), offline: 8192 tokens to a step; profiled with a video",
    "0.10.2",
    [shape.qwen25Omni, a10040],
    [0.9, 32768, { enforceEager: true, maxNumBatchedTokens: 8192 }],
    [16.74, 17.33, true],
  ),
  row(
    "Nemotron-3-Nano-30B NVFP4 on two GPUs of 16 GB under WSL",
    "vllm-project/vllm issue 33333 (2026-02-02), NVIDIA's container 26.01",
    "0.13.0",
    ["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", { visibleGiB: 15.92, computeCapability: 12 }],
    [0.9, 131072, { tensorParallelSize: 2, kvCacheDtype: "fp8", maxNumSeqs: 8, maxNumBatchedTokens: 2048 }],
    [9.83, 4.02, true],
  ),
  row(
    "Qwen3-8B-FP8 on an RTX 4090 at 0.8",
    "study notes of 2025-09-28, in fp16",
    "0.10.2",
    [shape.qwen3Fp8, { ...rtx4090, visibleGiB: 23.53 }],
    [0.8, 1024],
    [8.8, 8.6, true],
  ),
  row(
    "Qwen3-235B-FP8 on eight L40S",
    "a bench of 2025-09-24 with expert parallelism",
    "0.10.2",
    ["Qwen/Qwen3-235B-A22B-FP8", { ...l40s, visibleGiB: 44.42 }],
    [0.9, 32768, { tensorParallelSize: 8 }],
    [27.72, 10.65, true],
  ),
  row(
    "Qwen3-8B on an A100-40",
    "a post of 2026-06-10 on start-up logs, without FlashInfer",
    "0.9.2",
    ["Qwen/Qwen3-8B", a10040],
    [0.9, 40960],
    [15.27, 18.69, true],
  ),
  row(
    "gemma-4-26B-A4B NVFP4 on an RTX 5090 under WSL",
    "notes of 2026-04-19",
    "0.19.2",
    [shape.gemma426bNvfp4, rtx5090],
    [0.8, 98304, { kvCacheDtype: "fp8_e4m3" }],
    [15.77, 8.29, true],
  ),
  row(
    "Qwen3.6-27B NVFP4 as text on an RTX 5090 under WSL, eager",
    "notes of 2026-05-01",
    "0.20.0",
    [shape.qwen3627bNvfp4, rtx5090],
    [0.8, 32768, { kvCacheDtype: "fp8", enforceEager: true }],
    [17.62, 6.67, true],
  ),
  row(
    "Nemotron-Cascade-2-30B NVFP4 on an RTX 5090 under WSL, 32768 tokens to a step",
    "notes of 2026-05-01",
    "0.20.1",
    [shape.nemotronCascadeNvfp4, rtx5090],
    [0.85, 256000, { kvCacheDtype: "fp8_e4m3", maxNumSeqs: 128, maxNumBatchedTokens: 32768 }],
    [18.54, 3.72, true],
  ),
  row("Qwen3.8-27B-FP8 on an L40S at 0.86", modal, "0.26.0", [shape.qwen3827bFp8, l40s], [0.86, 131072], [28.51, 7.04, false]),
  // There was memory for 184 recurrent states, and 256 sequences require one each.
  row("Qwen3.8-27B-FP8 on an L40S at 0.9", modal, "0.26.0", [shape.qwen3827bFp8, l40s], [0.9, 131072], [28.51, 8.82, false]),
  row(
    "Qwen3.8-27B-FP8 on an L40S at 0.9, 16 sequences",
    modal,
    "0.26.0",
    [shape.qwen3827bFp8, l40s],
    [0.9, 131072, { maxNumSeqs: 16 }],
    [28.51, 9.75, true],
  ),
  row(
    // The version is derived from the source lines in the log.
    "Llama-3.1-8B on an A10G at its full context",
    "a platform's manual, troubleshooting of model deployments (2025-03-25)",
    "0.7.1",
    [shape.llama31, a10g],
    [0.9, 131072],
    [14.99, 4.6, false],
  ),
];
