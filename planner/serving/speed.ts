/**
 * The speed of a server, derived from memory bandwidth and arithmetic throughput. The values are deliberately low so that timeouts hold
 * under unfavorable conditions: measured servers reach 0.6 to 0.75 of the bandwidth and 0.5 to 0.75 of the arithmetic throughput.
 */
import type { Gpu } from "../../facts/gpus";
import { type Estimate, isPooling } from "../fit/estimate";
import { GiB, type Model } from "../fit/model";
import { withQuantization } from "../fit/onlineQuantization";

const bandwidthShare = 0.6;
const arithmeticShare = 0.5;
/** Seconds of one all-reduce; there are two per layer. */
const allReduceSeconds = { nvlink: 15e-6, pcie: 75e-6 } as const;

/** Bandwidth of the bus over which a GPU reads offloaded weights, GB/s. The lowest of Azure's GPU sizes. */
const offloadGBps = 12;

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

/**
 * Speed of `concurrency` requests that arrive at the same time. The benefit of speculative decoding is not included, because it depends on
 * the texts. Pooling models only process prompts.
 */
export function speedOf(own: Model, gpu: Gpu, estimate: Estimate, load: RunningLoad): Speed {
  const { tensorParallelSize: tp, pipelineParallelSize: stages = 1, dataParallelSize: servers = 1, quantization } = estimate.settings;
  const model = withQuantization(own, quantization);
  const concurrency = load.concurrency / servers;
  const tokens = load.promptTokens + load.outputTokens;
  // A token passes all stages one after another, so it reads the cache of each.
  const cache = concurrency * stages * estimate.requestGiB * GiB * Math.min(1, tokens / estimate.settings.maxModelLen);
  const read = bytesRead(model, concurrency) / tp + cache;
  const links = tp > 1 ? 2 * model.layers * allReduceSeconds[gpu.link] : 0;
  const offloaded = ((estimate.settings.cpuOffloadGiB ?? 0) * stages * GiB) / (offloadGBps * 1e9);
  const perTokenSeconds = read / (gpu.bandwidthGBps * 1e9 * bandwidthShare) + links + offloaded;
  const flops = 2 * model.activeParameters * load.promptTokens;
  const firstTokenSeconds = (concurrency * flops) / (gpu.tflops * 1e12 * arithmeticShare * tp * stages) + perTokenSeconds;
  const generated = isPooling(own, estimate.settings) ? 0 : load.outputTokens;
  return { firstTokenSeconds, perTokenSeconds, answerSeconds: firstTokenSeconds + generated * perTokenSeconds };
}

/** Bytes of weights that a step reads. More requests use more of the experts. */
function bytesRead(model: Model, concurrency: number): number {
  if (!model.experts) return model.weightBytes;
  const idleShare = 1 - model.experts.perToken / model.experts.count;
  if (idleShare <= 0) return model.weightBytes;
  const experts = (model.weightBytes - model.activeBytes) / idleShare;
  return model.weightBytes - experts * idleShare ** concurrency;
}
