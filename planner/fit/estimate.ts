/**
 * Memory of one vLLM server on one kind of GPU, by vLLM's own order of subtraction: what is requested, less weights, less what is outside
 * PyTorch, less peak activation, less CUDA graphs, is KV cache.
 */
import { vllmVersion as plannedVersion } from "../../facts/vllm";
import { engineDefaults, type GpuNumbers } from "./engine";
import { cacheCapacity, cacheLayout, longestRequest } from "./kvCache";
import { activationGiB, cudaGraphGiB, marginGiB, nonTorchGiB } from "./laws";
import { GiB, type Model } from "./model";

/** What may be set by hand; vLLM's own defaults otherwise. */
export interface EngineSettings {
  readonly tensorParallelSize?: number;
  /** Part of the GPU's visible memory that the server may take. @default 0.92, before 0.20 0.90 */
  readonly gpuMemoryUtilization?: number;
  /** Tokens of the longest request, question and answer. @default the model's own maximum */
  readonly maxModelLen?: number;
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
  /** @default auto: the model's 16-bit format */
  readonly kvCacheDtype?: string;
  readonly enforceEager?: boolean;
  /** @default the version of the flag table */
  readonly vllmVersion?: string;
}

/** The settings that the estimate holds for. */
export type ResolvedSettings = Required<EngineSettings>;

export interface Estimate {
  readonly settings: ResolvedSettings;
  readonly weightsGiBPerGpu: number;
  readonly activationGiB: number;
  readonly nonTorchGiB: number;
  readonly cudaGraphGiB: number;
  /** Centred estimate; negative when the server could not start. */
  readonly kvGiBPerGpu: number;
  /** KV cache that the verdict counts on: the estimate less the margin. */
  readonly safeKvGiBPerGpu: number;
  readonly kvTokens: number;
  /** Requests of `maxModelLen` tokens that the estimated cache holds at once. */
  readonly maxConcurrency: number;
  /** The same for the cache that the verdict counts on. */
  readonly safeConcurrency: number;
  /** GiB on each GPU that one request of `maxModelLen` tokens takes. */
  readonly requestGiB: number;
  /** Longest request that the safe cache holds, tokens; at most the model's maximum. */
  readonly longestRequest: number;
}

/** The memory of a server of `model` on GPUs like `gpu`. Whether the model can be split that way is not asked here. */
export function estimate(model: Model, gpu: GpuNumbers, wanted: EngineSettings = {}): Estimate {
  const settings = resolve(model, gpu, wanted);
  const weights = (model.weightBytes / settings.tensorParallelSize + model.replicatedBytes) / GiB;
  const activation = activationGiB(model, settings, gpu.computeCapability);
  const nonTorch = nonTorchGiB(settings, gpu.computeCapability);
  const graphs = cudaGraphGiB(model, settings, settings.enforceEager);
  const free = gpu.visibleGiB * settings.gpuMemoryUtilization - weights - nonTorch - graphs;
  const kv = free - activation.likely;
  const safeFor = (maxModelLen: number) =>
    free - activationGiB(model, { ...settings, maxModelLen }, gpu.computeCapability).most - marginGiB(model, settings, gpu.visibleGiB);
  const safe = safeFor(settings.maxModelLen);
  const layout = cacheLayout(model, settings);
  const capacity = layout && cacheCapacity(layout, kv * GiB, settings.maxModelLen, settings.vllmVersion);
  const safely = layout && cacheCapacity(layout, safe * GiB, settings.maxModelLen, settings.vllmVersion);
  // A model that keeps nothing per request is limited by the batch alone.
  const unlimited = (room: number) => (room > 0 ? settings.maxNumSeqs : 0);
  return {
    settings,
    weightsGiBPerGpu: weights,
    activationGiB: activation.likely,
    nonTorchGiB: nonTorch,
    cudaGraphGiB: graphs,
    kvGiBPerGpu: kv,
    safeKvGiBPerGpu: safe,
    kvTokens: capacity?.kvTokens ?? 0,
    maxConcurrency: capacity?.maxConcurrency ?? unlimited(kv),
    safeConcurrency: safely?.maxConcurrency ?? unlimited(safe),
    requestGiB: capacity?.requestGiB ?? 0,
    longestRequest: layout
      ? longestRequest(layout, (length) => safeFor(length) * GiB, 1, model.maxModelLen)
      : safe > 0
        ? model.maxModelLen
        : 0,
  };
}

function resolve(model: Model, gpu: GpuNumbers, wanted: EngineSettings): ResolvedSettings {
  const vllmVersion = wanted.vllmVersion ?? plannedVersion;
  const maxModelLen = wanted.maxModelLen ?? model.maxModelLen;
  const defaults = engineDefaults(gpu, vllmVersion, maxModelLen);
  return {
    tensorParallelSize: wanted.tensorParallelSize ?? 1,
    gpuMemoryUtilization: wanted.gpuMemoryUtilization ?? defaults.gpuMemoryUtilization,
    maxModelLen,
    maxNumSeqs: wanted.maxNumSeqs ?? defaults.maxNumSeqs,
    maxNumBatchedTokens: wanted.maxNumBatchedTokens ?? defaults.maxNumBatchedTokens,
    kvCacheDtype: wanted.kvCacheDtype ?? "auto",
    enforceEager: wanted.enforceEager ?? false,
    vllmVersion,
  };
}
