/** Logs of single servers: other GPUs, versions from 0.6 to 0.28, and failed starts. */
import { type Load, type PublicLog, row } from "./publicLog";
import { publicModels as shape } from "./publicModels";

const a100 = { visibleGiB: 79.14, computeCapability: 8 };
const a10040 = { visibleGiB: 39.39, computeCapability: 8 };
const h100 = { visibleGiB: 79.18, computeCapability: 9 };
const h200 = { visibleGiB: 139.81, computeCapability: 9 };
const l4 = { visibleGiB: 22.04, computeCapability: 8.9 };
const rtx3090 = { visibleGiB: 23.58, computeCapability: 8.6 };
const rtx4090 = { visibleGiB: 23.52, computeCapability: 8.9 };
const rtxPro6000 = { visibleGiB: 94.97, computeCapability: 12 };
const t4 = { visibleGiB: 14.56, computeCapability: 7.5 };

const dl22 = "dennislee22/vLLM-benchmarking@b474d1e, log/ (FlashInfer installed in addition to vLLM)";
const noSampler = "dennislee22/vLLM-benchmarking@b474d1e, log/ (two nodes, without FlashInfer)";
const bench = "a bench of 2026-09-14 on an L4 shared with another service";
const g4 = "a baseline report of 2026-06-28, quantised to FP8 on loading; sequences not named";
const two = { tensorParallelSize: 2 };

export const otherLogs: readonly PublicLog[] = [
  row("Qwen2-7B on an A100 at 0.25", dl22, "0.10.1", [shape.qwen2, a100], [0.25, 16384], [14.25, 5.01, true]),
  row("Qwen2-7B on an A100 at 0.5", dl22, "0.10.1", [shape.qwen2, a100], [0.5, 16384], [14.25, 24.83, true]),
  row("Qwen2-7B on two A100 at 0.25", dl22, "0.10.1", [shape.qwen2, a100], [0.25, 16384, two], [7.12, 12.02, true]),
  row("Qwen2-7B on two A100 at 0.5", dl22, "0.10.1", [shape.qwen2, a100], [0.5, 16384, two], [7.12, 31.83, true]),
  row("Qwen2-7B on two A100-40", noSampler, "0.10.1", [shape.qwen2, a10040], [0.5, 16384, two], [7.12, 11.03, true]),
  row(
    "gpt-oss-120b on four A100",
    ...([dl22, "0.10.1", ["openai/gpt-oss-120b", a100] as const, [0.8, 16384, { tensorParallelSize: 4 }] as Load] as const),
    [17.22, 45.32, true],
  ),
  row(
    "gpt-oss-120b on one H100, 0.10.1",
    ...(["vllm-project/vllm issue 23278 (2025-08-20)", "0.10.1", ["openai/gpt-oss-120b", h100] as const] as const),
    [0.9, 131072],
    [65.97, undefined, false],
  ),
  // Found after the formulas were fitted. The source doesn't state the utilization, so the default is used.
  row("Qwen3-8B on an H100, 0.19.1", "a log of 2026-09-30", "0.19.1", ["Qwen/Qwen3-8B", h100], [0.9, 40960], [15.27, 53.54, true]),
  row(
    // The cache had 58.47 GiB. Then the sampler's warm-up ran out of memory, because graphs are not included in the budget before 0.20.
    "gpt-oss-20b on one H100 at 0.95, 0.19",
    ...([
      "jgchn/llm-d-planner@30ec05f7, accuracy/results/v0.19.0/results_raw.csv",
      "0.19.0",
      ["openai/gpt-oss-20b", h100] as const,
    ] as const),
    [0.95, 8192],
    [13.64, 58.47, false],
  ),
  row(
    "GLM-5-FP8 on eight H200",
    // The source doesn't state the utilization, so the default is used.
    ...(["a bisection log of 2026-05-19 between 0.18 and 0.20", "0.19.0", ["zai-org/GLM-5.2-FP8", h200] as const] as const),
    [0.9, 202752, { tensorParallelSize: 8 }],
    [89.34, 32.11, true],
  ),
  row(
    "Qwen2.5-7B on an RTX 4090",
    "a course log, vLLM 0.24.0",
    "0.24.0",
    ["Qwen/Qwen2.5-7B-Instruct", rtx4090],
    [0.85, 2048],
    [14.29, 4.45, true],
  ),
  row(
    "Qwen3-8B-FP8 on an RTX 3090",
    "a notes file of 2025-09-28",
    "0.10.2",
    [shape.qwen3Fp8, { ...rtx3090, visibleGiB: 23.53 }],
    [0.8, 1024],
    [8.8, 8.6, true],
  ),
  row(
    "OPT-2.7B on four GPUs of 24 GB",
    "an issue of 2025-11-19",
    "0.11.0",
    [shape.opt27b, { visibleGiB: 23.5, computeCapability: 8.6 }],
    [0.8, 2048, { tensorParallelSize: 4 }],
    [1.24, 17.24, true],
  ),
  row("Qwen2.5-7B-AWQ on an L4 at 0.45", bench, "0.28.0", [shape.qwen25Awq, l4], [0.45, 32768], [5.38, 3.3, true]),
  row("Qwen2.5-7B-AWQ on an L4 at 0.6", bench, "0.28.0", [shape.qwen25Awq, l4], [0.6, 32768], [5.38, 6.6, true]),
  row("Qwen2.5-7B-AWQ on an L4 at 0.35", bench, "0.28.0", [shape.qwen25Awq, l4], [0.35, 32768], [5.38, 1.1, false]),
  row(
    "Llama-3.1-70B in FP8 on an RTX PRO 6000 at 0.9",
    g4,
    "0.23.0",
    ["RedHatAI/Llama-3.3-70B-Instruct-FP8", rtxPro6000],
    [0.9, 16384],
    [67.7, 14.54, true],
  ),
  row(
    "Llama-3.1-70B in FP8 on an RTX PRO 6000 at 0.875",
    g4,
    "0.23.0",
    ["RedHatAI/Llama-3.3-70B-Instruct-FP8", rtxPro6000],
    [0.875, 16384],
    [67.7, 12.17, true],
  ),
  row(
    "Llama-3.1-70B in FP8 on an RTX PRO 6000 at 0.75",
    g4,
    "0.23.0",
    ["RedHatAI/Llama-3.3-70B-Instruct-FP8", rtxPro6000],
    [0.75, 16384],
    [67.7, 0.3, false],
  ),
  row(
    "Qwen3.5-4B on a GPU of 47 GiB",
    "a log of 2026-06-05, vLLM 0.22.0",
    "0.22.0",
    [shape.qwen354b, { visibleGiB: 47.4, computeCapability: 8.9 }],
    [0.5, 1024, { maxNumSeqs: 128, maxNumBatchedTokens: 2048 }],
    [8.61, 12.85, true],
  ),
  row(
    "Qwen2.5-Math-1.5B on an A10G",
    "a log of 2025-03-01",
    "0.7.3",
    [shape.qwen25Math1b, { visibleGiB: 22.06, computeCapability: 8.6 }],
    [0.9, 4096],
    [2.88, 15.52, true],
  ),
  row(
    "Qwen2.5-Math-1.5B on an L40S",
    "a log of 2025-03-01",
    "0.7.3",
    [shape.qwen25Math1b, { visibleGiB: 44.39, computeCapability: 8.9 }],
    [0.85, 4096],
    [2.88, 33.37, true],
  ),
  row(
    "Phi-4-mini on an A100-40",
    "a notebook of 2025-08-06",
    "0.7.3",
    [shape.phi4Mini, { visibleGiB: 39.56, computeCapability: 8 }],
    [0.9, 2048],
    [7.17, 26.6, true],
  ),
  row("Qwen2.5-0.5B on a T4", "a notebook of 2025-08-01", "0.6.6", ["Qwen/Qwen2.5-0.5B-Instruct", t4], [0.9, 32768], [0.93, 10.63, true]),
  row("Qwen2.5-1.5B on a T4", "a notebook of 2025-05-30", "0.7.3", [shape.qwen25Small, t4], [0.5, 32768], [2.89, 2.36, true]),
  row(
    "Llama-3.1-8B on an RTX 3090, 20,000 tokens",
    "vllm-project/vllm issue 10517",
    "0.6.4",
    [shape.llama31, rtx3090],
    [0.9, 20000],
    [14.99, 3.81, true],
  ),
  row(
    "Llama-3.1-8B on an RTX 3090, 29,000 tokens",
    "vllm-project/vllm issue 10517",
    "0.6.4",
    [shape.llama31, rtx3090],
    [0.9, 29000],
    [14.99, 2.89, false],
  ),
];
