/** vLLM's defaults for omitted flags, by version and GPU. */
import type { Link } from "./memory/communication";
import { atLeast } from "./version";

/** The properties of a GPU that affect the memory of a server. */
export interface GpuNumbers {
  /** Total memory that PyTorch reports, GiB. */
  readonly visibleGiB: number;
  readonly computeCapability: number;
  /** Whether the device's name contains "a100". vLLM then uses the smaller batch despite the large memory. */
  readonly a100: boolean;
  /** Connection to the other GPUs of the machine. @default the usual one of the compute capability */
  readonly link?: Link;
}

export interface EngineDefaults {
  readonly gpuMemoryUtilization: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
}

/** The second engine, of 0.8, supported earlier GPUs than Ampere only since 0.10; until then, vLLM used the first engine on them. */
const ampere = 8;

/** On the first engine, a step processed the longest prompt as a whole, up to this number of tokens. Longer prompts were split. */
const wholePrompts = 32_768;

/** Defaults of `vllm serve` on this GPU for a context of `maxModelLen` tokens. */
export function engineDefaults(gpu: GpuNumbers, vllmVersion: string, maxModelLen: number): EngineDefaults {
  const gpuMemoryUtilization = atLeast(vllmVersion, "0.20.0") ? 0.92 : 0.9;
  const small = { gpuMemoryUtilization, maxNumSeqs: 256, maxNumBatchedTokens: 2048 };
  const firstEngine = !atLeast(vllmVersion, gpu.computeCapability < ampere ? "0.10.0" : "0.8.0");
  if (firstEngine) {
    return maxModelLen > wholePrompts ? small : { ...small, maxNumBatchedTokens: Math.max(2048, maxModelLen) };
  }
  // Version 0.28 introduced a larger batch for the largest GPUs.
  if (gpu.visibleGiB >= 160 && atLeast(vllmVersion, "0.28.0"))
    return { gpuMemoryUtilization, maxNumSeqs: 1024, maxNumBatchedTokens: 16_384 };
  if (gpu.visibleGiB >= 70 && !gpu.a100) return { gpuMemoryUtilization, maxNumSeqs: 1024, maxNumBatchedTokens: 8192 };
  return small;
}
