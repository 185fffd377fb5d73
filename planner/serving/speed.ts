/**
 * How fast a server answers, from memory bandwidth and arithmetic. Low on purpose: the contract must hold on a bad day, and measured
 * servers reach 0.6 to 0.75 of the bandwidth and 0.5 to 0.75 of the arithmetic.
 */
import type { Gpu } from "../../facts/gpus";
import type { Estimate } from "../fit/estimate";
import { GiB, type Model } from "../fit/model";

const bandwidthShare = 0.6;
const arithmeticShare = 0.5;
/** Seconds that one all-reduce costs; two a layer. */
const allReduceSeconds = { nvlink: 15e-6, pcie: 75e-6 } as const;

/** Requests that run at once and how long they are, tokens. */
export interface RunningLoad {
  readonly concurrency: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

export interface Speed {
  /** Seconds until the last of `concurrency` prompts that arrive together has its first token. */
  readonly firstTokenSeconds: number;
  /** Seconds between tokens with all of them running. */
  readonly perTokenSeconds: number;
  /** Seconds until the slowest answer is complete. */
  readonly answerSeconds: number;
}

/** Speed of `concurrency` requests that arrive at once. */
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

/** Bytes of weights that a step reads: with more requests, more of the experts are touched. */
function bytesRead(model: Model, concurrency: number): number {
  if (!model.experts) return model.weightBytes;
  const idleShare = 1 - model.experts.perToken / model.experts.count;
  if (idleShare <= 0) return model.weightBytes;
  const experts = (model.weightBytes - model.activeBytes) / idleShare;
  return model.weightBytes - experts * idleShare ** concurrency;
}
