/**
 * The speed of a server, derived from memory bandwidth and arithmetic throughput. The values are deliberately low so that timeouts hold
 * under unfavorable conditions: measured servers reach 0.6 to 0.75 of the bandwidth and 0.5 to 0.75 of the arithmetic throughput.
 */
import type { Gpu } from "../../facts/gpus";
import type { Estimate } from "../fit/estimate";
import { GiB, type Model } from "../fit/model";

const bandwidthShare = 0.6;
const arithmeticShare = 0.5;
/** Seconds of one all-reduce; there are two per layer. */
const allReduceSeconds = { nvlink: 15e-6, pcie: 75e-6 } as const;

/** Concurrent requests and their length in tokens. */
export interface RunningLoad {
  readonly concurrency: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

export interface Speed {
  /** Seconds until each of `concurrency` prompts that arrive together has its first token. */
  readonly firstTokenSeconds: number;
  /** Seconds between tokens while all requests run. */
  readonly perTokenSeconds: number;
  /** Seconds until the slowest answer is complete. */
  readonly answerSeconds: number;
}

/** Speed of `concurrency` requests that arrive at the same time. */
export function speedOf(model: Model, gpu: Gpu, estimate: Estimate, load: RunningLoad): Speed {
  const tp = estimate.settings.tensorParallelSize;
  const tokens = load.promptTokens + load.outputTokens;
  const cache = load.concurrency * estimate.requestGiB * GiB * Math.min(1, tokens / estimate.settings.maxModelLen);
  const read = bytesRead(model, load.concurrency) / tp + cache;
  const links = tp > 1 ? 2 * model.layers * allReduceSeconds[gpu.link] : 0;
  const perTokenSeconds = read / (gpu.bandwidthGBps * 1e9 * bandwidthShare) + links;
  const flops = 2 * model.activeParameters * load.promptTokens;
  const firstTokenSeconds = (load.concurrency * flops) / (gpu.tflops * 1e12 * arithmeticShare * tp) + perTokenSeconds;
  return { firstTokenSeconds, perTokenSeconds, answerSeconds: firstTokenSeconds + load.outputTokens * perTokenSeconds };
}

/** Bytes of weights that a step reads. More requests use more of the experts. */
function bytesRead(model: Model, concurrency: number): number {
  if (!model.experts) return model.weightBytes;
  const idleShare = 1 - model.experts.perToken / model.experts.count;
  if (idleShare <= 0) return model.weightBytes;
  const experts = (model.weightBytes - model.activeBytes) / idleShare;
  return model.weightBytes - experts * idleShare ** concurrency;
}
