/**
 * Memory of one vLLM server on one type of GPU, calculated as in vLLM: the KV cache is the requested memory minus weights, memory outside
 * PyTorch, peak activations and CUDA graphs.
 */
import { vllmVersion as plannedVersion } from "../../facts/vllm";
import { isPoolingTask, type Task } from "../task";
import { engineDefaults, type GpuNumbers } from "./engine";
import { cacheCapacity, cacheLayout, longestRequest } from "./kvCache";
import { activationGiB, cudaGraphGiB, marginGiB, nonTorchGiB } from "./memoryFormulas";
import { GiB, type Model } from "./model";

/** Explicit settings; otherwise vLLM's defaults apply. */
export interface EngineSettings {
  readonly tensorParallelSize?: number;
  /** Fraction of the GPU's visible memory that the server can use. @default 0.92; 0.90 before version 0.20 */
  readonly gpuMemoryUtilization?: number;
  /** Maximum tokens of a request, prompt and answer together. @default the model's maximum */
  readonly maxModelLen?: number;
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
  /** @default auto: the model's 16-bit format */
  readonly kvCacheDtype?: string;
  readonly enforceEager?: boolean;
  /** @default the version of the flag table */
  readonly vllmVersion?: string;
  /** Groups of GPUs that each have a part of the layers. @default 1 */
  readonly pipelineParallelSize?: number;
  /** Whether each GPU has whole experts instead of a part of every expert. @default false */
  readonly expertParallel?: boolean;
  /** Value of `--quantization`: the format to which vLLM converts 16-bit weights when it loads them. @default the format of the checkpoint */
  readonly quantization?: string;
  /** Tokens per block of the KV cache. @default the choice of vLLM */
  readonly blockSize?: number;
  /** @default no speculative decoding */
  readonly speculative?: Speculation;
  /** @default no LoRA adapters */
  readonly lora?: LoraSettings;
  /** Value of `--limit-mm-per-prompt`: the most items of each kind (`image`, `video`, `audio`) in a request. @default the choice of vLLM */
  readonly limitMmPerPrompt?: Readonly<Record<string, number>>;
  /** @default the task that the model is made for, or chat */
  readonly task?: Task;
}

/** Speculative decoding: a method proposes `tokens` tokens per step, which the model verifies together. */
export interface Speculation {
  /** `draft`: a smaller model of its own. `mtp`: layers for multi-token prediction in the checkpoint. `eagle`: a head of its own. `ngram`: no weights. */
  readonly method: "draft" | "mtp" | "eagle" | "ngram";
  readonly tokens: number;
  /** With `draft` and `eagle`: the model that proposes. */
  readonly model?: Model;
}

/** LoRA adapters that can be active in one step. */
export interface LoraSettings {
  /** Adapters that are loaded on the GPU. */
  readonly maxLoras: number;
  /** Largest rank of the adapters. */
  readonly maxRank: number;
}

/** The settings of an estimate, including defaults. */
export type ResolvedSettings = EngineSettings &
  Required<
    Pick<
      EngineSettings,
      | "tensorParallelSize"
      | "gpuMemoryUtilization"
      | "maxModelLen"
      | "maxNumSeqs"
      | "maxNumBatchedTokens"
      | "kvCacheDtype"
      | "enforceEager"
      | "vllmVersion"
    >
  >;

export interface Estimate {
  readonly settings: ResolvedSettings;
  readonly weightsGiBPerGpu: number;
  readonly activationGiB: number;
  readonly nonTorchGiB: number;
  readonly cudaGraphGiB: number;
  /** Median estimate; negative if the server could not start. */
  readonly kvGiBPerGpu: number;
  /** The estimate minus the safety margin; this value decides whether a load fits. */
  readonly safeKvGiBPerGpu: number;
  readonly kvTokens: number;
  /** Concurrent requests of `maxModelLen` tokens that fit into the estimated cache. */
  readonly maxConcurrency: number;
  /** The same for `safeKvGiBPerGpu`. */
  readonly safeConcurrency: number;
  /** GiB on each GPU that one request of `maxModelLen` tokens takes. */
  readonly requestGiB: number;
  /** Longest request that fits into `safeKvGiBPerGpu`, tokens; at most the model's maximum. */
  readonly longestRequest: number;
}

/** Estimates the memory of a server for `model` on GPUs of type `gpu`. It doesn't check whether the model can be split that way. */
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
  // A model without a cache is limited only by the batch size.
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
  // vLLM splits a text only for some pooling models, so a step must have space for the longest text.
  const leastTokens = model.encoder || isPoolingTask(wanted.task ?? model.task ?? "chat") ? maxModelLen : 0;
  return {
    ...wanted,
    tensorParallelSize: wanted.tensorParallelSize ?? 1,
    gpuMemoryUtilization: wanted.gpuMemoryUtilization ?? defaults.gpuMemoryUtilization,
    maxModelLen,
    maxNumSeqs: wanted.maxNumSeqs ?? defaults.maxNumSeqs,
    maxNumBatchedTokens: wanted.maxNumBatchedTokens ?? Math.max(leastTokens, defaults.maxNumBatchedTokens),
    kvCacheDtype: wanted.kvCacheDtype ?? "auto",
    enforceEager: wanted.enforceEager ?? false,
    vllmVersion,
  };
}
