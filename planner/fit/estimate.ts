/**
 * Memory of one vLLM server on one type of GPU, calculated as in vLLM: the KV cache is the requested memory minus weights, memory outside
 * PyTorch, peak activations and CUDA graphs.
 */
import { vllmVersion as plannedVersion } from "../../facts/vllm";
import { isPoolingTask } from "../task";
import { engineDefaults, type GpuNumbers } from "./engine";
import { type CacheLayout, cacheCapacity, cacheLayout, longestRequest } from "./kvCache";
import { loraBytes, loraWorkspaceBytes } from "./lora";
import { nonTorchGiB } from "./memory/communication";
import { activationGiB, cudaGraphGiB, marginGiB } from "./memory/formulas";
import { GiB, type Model } from "./model";
import { expertBytes, withQuantization } from "./onlineQuantization";
import { paddingBytes, withKernelOf } from "./paddedExperts";
import type { EngineSettings, ResolvedSettings } from "./settings";
import { drafterOf, withDraftLayers } from "./speculation";
import { stageModels } from "./stages";

export type { EngineSettings, LoraSettings, ResolvedSettings, Speculation } from "./settings";

export interface Estimate {
  readonly settings: ResolvedSettings;
  /** Weights on each GPU, including draft models and the buffers of adapters. */
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

/**
 * Estimates the memory of a server for `model` on GPUs of type `gpu`. It doesn't check whether the model can be split that way. With
 * pipeline parallelism, all stages have the same number of blocks, so the stage with the least room decides.
 */
export function estimate(model: Model, gpu: GpuNumbers, wanted: EngineSettings = {}): Estimate {
  const served = withKernelOf(withQuantization(model, wanted.quantization), gpu, wanted.vllmVersion ?? plannedVersion);
  const settings = resolve(served, gpu, wanted);
  const stages = stageModels(served, pipelineSize(settings)).map((stage, i, all) =>
    estimateStage(stage, gpu, settings, i === all.length - 1),
  );
  const fullest = stages.reduce((worst, stage) => (stage.kvGiBPerGpu < worst.kvGiBPerGpu ? stage : worst));
  const least = (value: (stage: Estimate) => number) => Math.min(...stages.map(value));
  return {
    ...fullest,
    safeKvGiBPerGpu: least((stage) => stage.safeKvGiBPerGpu),
    kvTokens: least((stage) => stage.kvTokens),
    maxConcurrency: least((stage) => stage.maxConcurrency),
    safeConcurrency: least((stage) => stage.safeConcurrency),
    requestGiB: Math.max(...stages.map((stage) => stage.requestGiB)),
    longestRequest: least((stage) => stage.longestRequest),
  };
}

/** Number of GPUs of one server with all its parallelism. */
export function gpusOf(settings: EngineSettings): number {
  return (settings.tensorParallelSize ?? 1) * pipelineSize(settings) * (settings.dataParallelSize ?? 1);
}

/** Whether the server generates no tokens, and so has no sampler. */
export function isPooling(model: Model, settings: Pick<EngineSettings, "task">): boolean {
  return model.encoder === true || isPoolingTask(settings.task ?? model.task ?? "chat");
}

const pipelineSize = (settings: EngineSettings) => settings.pipelineParallelSize ?? 1;

/** The estimate for the GPUs of one stage. The drafter is on the last stage. */
function estimateStage(stage: Model, gpu: GpuNumbers, settings: ResolvedSettings, isLast: boolean): Estimate {
  const { tensorParallelSize: tp, speculative, lora } = settings;
  const drafter = speculative && isLast ? drafterOf(stage, speculative, tp) : undefined;
  const cached: Model = { ...stage, cache: stage.encoder ? [] : withDraftLayers(stage.cache, drafter?.cache ?? []) };
  // Pooling models don't sample, so the vocabulary takes no memory while vLLM profiles itself.
  const profiled = isPooling(stage, settings) ? { ...cached, vocab: 1 } : cached;
  const adapters = lora ? loraBytes(stage, lora, tp, expertGroup(settings)) : 0;
  const resident = splitBytes(stage, settings) + stage.replicatedBytes + (drafter?.weightBytes ?? 0) + adapters;
  const weights = Math.max(0, resident / GiB - (settings.cpuOffloadGiB ?? 0));
  const workspace = lora ? loraWorkspaceBytes(lora, settings.maxNumBatchedTokens) / GiB : 0;
  const all = { ...settings, tensorParallelSize: tp * pipelineSize(settings) };
  const nonTorch = nonTorchGiB(all, gpu.computeCapability, gpu.link);
  const graphs = cudaGraphGiB(profiled, settings, settings.enforceEager);
  const activationFor = (maxModelLen: number) => activationGiB(profiled, { ...settings, maxModelLen }, gpu.computeCapability);
  const activation = activationFor(settings.maxModelLen).likely + workspace;
  const layout = cacheLayout(cached, { ...settings, kvCacheDtype: cacheDtype(stage, gpu, settings.kvCacheDtype) });
  const room = (utilization: number) => gpu.visibleGiB * utilization - weights - nonTorch - graphs - workspace;
  const cautious = (utilization: number, maxModelLen: number) =>
    room(utilization) - activationFor(maxModelLen).most - marginGiB(stage, all, gpu.visibleGiB);
  const given = givenCacheGiB(settings, layout);
  const safeFor = (maxModelLen: number) =>
    given === undefined ? cautious(settings.gpuMemoryUtilization, maxModelLen) : within(given, cautious(1, maxModelLen));
  const kv = given ?? room(settings.gpuMemoryUtilization) + workspace - activation;
  const safe = safeFor(settings.maxModelLen);
  const capacityOf = (gib: number) => layout && cacheCapacity(layout, gib * GiB, settings.maxModelLen, settings.vllmVersion);
  const [capacity, safely] = [capacityOf(kv), capacityOf(safe)];
  const servers = settings.dataParallelSize ?? 1;
  // A model without a cache is limited only by the batch size.
  const unlimited = (gib: number) => (gib > 0 ? settings.maxNumSeqs : 0);
  return {
    settings,
    weightsGiBPerGpu: weights,
    activationGiB: activation,
    nonTorchGiB: nonTorch,
    cudaGraphGiB: graphs,
    kvGiBPerGpu: kv,
    safeKvGiBPerGpu: safe,
    kvTokens: (capacity?.kvTokens ?? 0) * servers,
    maxConcurrency: (capacity?.maxConcurrency ?? unlimited(kv)) * servers,
    safeConcurrency: (safely?.maxConcurrency ?? unlimited(safe)) * servers,
    requestGiB: capacity?.requestGiB ?? 0,
    longestRequest: layout
      ? longestRequest(layout, (length) => safeFor(length) * GiB, 1, stage.maxModelLen)
      : safe > 0
        ? stage.maxModelLen
        : 0,
  };
}

/** GPUs across which the experts are divided. */
const expertGroup = (settings: ResolvedSettings) =>
  settings.expertParallel === true ? settings.tensorParallelSize * (settings.dataParallelSize ?? 1) : 1;

/** Bytes of the weights on one GPU. Data parallelism divides the experts, but not the other weights. */
function splitBytes(stage: Model, settings: ResolvedSettings): number {
  const { tensorParallelSize: tp, dataParallelSize = 1 } = settings;
  const experts = expertBytes(stage);
  const group = tp * dataParallelSize;
  const share = stage.experts && settings.expertParallel ? Math.ceil(stage.experts.count / group) / stage.experts.count : 1 / group;
  const { unsplitBytes = 0 } = stage;
  return (stage.weightBytes - experts - unsplitBytes) / tp + unsplitBytes + experts * share + paddingBytes(stage, tp);
}

/** The size of the cache if the settings specify it, GiB. vLLM then doesn't measure how much fits. */
function givenCacheGiB({ kvCacheBytes, gpuBlocks }: ResolvedSettings, layout: CacheLayout | undefined): number | undefined {
  if (layout === undefined) return undefined;
  if (gpuBlocks !== undefined) return (gpuBlocks * layout.blockBytes) / GiB;
  return kvCacheBytes === undefined ? undefined : kvCacheBytes / GiB;
}

/** A given size if there is room for it; otherwise, the room that is missing as a negative number. */
const within = (given: number, room: number) => (given <= room ? given : room - given);

function resolve(model: Model, gpu: GpuNumbers, wanted: EngineSettings): ResolvedSettings {
  const vllmVersion = wanted.vllmVersion ?? plannedVersion;
  const maxModelLen = wanted.maxModelLen ?? model.maxModelLen;
  const defaults = engineDefaults(gpu, vllmVersion, maxModelLen);
  // vLLM splits a text only for some pooling models, so a step must have space for the longest text.
  const leastTokens = isPooling(model, wanted) ? maxModelLen : 0;
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

/** Lowest compute capability for which the planner uses an 8-bit cache that the checkpoint specifies. With less, 16 bits are the safe value. */
const narrowCacheNeeds = 8.9;

/** The format of the cache if the settings leave it to the checkpoint. */
function cacheDtype(model: Model, gpu: GpuNumbers, wanted: string): string {
  if (wanted !== "auto" || model.kvCacheDtype === undefined || gpu.computeCapability < narrowCacheNeeds) return wanted;
  return model.kvCacheDtype;
}
