/** What vLLM decides by itself when a flag is left out, by version and GPU. */
import { atLeast } from "./version";

/** The GPU as far as the memory of a server depends on it. */
export interface GpuNumbers {
  /** Memory that PyTorch reports as total, GiB. */
  readonly visibleGiB: number;
  readonly computeCapability: number;
  /** Whether the device's name contains "a100": it gets the smaller batch in spite of its memory. */
  readonly a100: boolean;
}

export interface EngineDefaults {
  readonly gpuMemoryUtilization: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
}

/** Before 0.8 a step held the longest prompt whole, up to so many tokens; beyond, it was cut. */
const wholePrompts = 32_768;

/** Defaults of `vllm serve` on this GPU for a context of `maxModelLen` tokens. */
export function engineDefaults(gpu: GpuNumbers, vllmVersion: string, maxModelLen: number): EngineDefaults {
  const gpuMemoryUtilization = atLeast(vllmVersion, "0.20.0") ? 0.92 : 0.9;
  const small = { gpuMemoryUtilization, maxNumSeqs: 256, maxNumBatchedTokens: 2048 };
  if (!atLeast(vllmVersion, "0.8.0")) {
    return maxModelLen > wholePrompts ? small : { ...small, maxNumBatchedTokens: Math.max(2048, maxModelLen) };
  }
  // 0.28 brought a larger batch for the largest GPUs.
  if (gpu.visibleGiB >= 160 && atLeast(vllmVersion, "0.28.0"))
    return { gpuMemoryUtilization, maxNumSeqs: 1024, maxNumBatchedTokens: 16_384 };
  if (gpu.visibleGiB >= 70 && !gpu.a100) return { gpuMemoryUtilization, maxNumSeqs: 1024, maxNumBatchedTokens: 8192 };
  return small;
}
