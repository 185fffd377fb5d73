/** The settings of a vLLM server that determine its memory. */
import type { Task } from "../task";
import type { Model } from "./model";

/** Explicit settings; otherwise vLLM's defaults apply. */
export interface EngineSettings {
  readonly tensorParallelSize?: number;
  /** Fraction of the GPU's visible memory that the server can use. @default 0.92; 0.90 before version 0.20 */
  readonly gpuMemoryUtilization?: number;
  /** Maximum tokens of a request, prompt and answer together. @default the model's maximum */
  readonly maxModelLen?: number;
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
  /** @default auto: the format that the checkpoint specifies, or the model's 16-bit format */
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
  /** Servers of the same model in one container, each with its own cache. They multiply the GPUs. @default 1 */
  readonly dataParallelSize?: number;
  /** GiB of weights of each GPU that stay in the memory of the machine. @default 0 */
  readonly cpuOffloadGiB?: number;
  /** Bytes of KV cache on each GPU, instead of what is left of `gpuMemoryUtilization`. @default - computed */
  readonly kvCacheBytes?: number;
  /** Blocks of the KV cache, instead of as many as fit. @default - computed */
  readonly gpuBlocks?: number;
}

/** Speculative decoding: a method proposes `tokens` tokens per step, which the model verifies together. */
export interface Speculation {
  /** `draft`: a smaller model of its own. `mtp`: layers for multi-token prediction in the checkpoint. `eagle`: a head of its own. `ngram`: no weights. */
  readonly method: "draft" | "mtp" | "eagle" | "ngram";
  readonly tokens: number;
  /** vLLM's name of the method, for flags. @default that of `method` */
  readonly name?: string;
  /** ID of the model that proposes, for messages. */
  readonly modelId?: string;
  /** With `draft` and `eagle`: the model that proposes. @default - with `eagle`, a head of one layer of the model's own dimensions */
  readonly model?: Model;
  /** GPUs across which that model is split: 1 or the tensor parallel size. @default the tensor parallel size */
  readonly draftTensorParallelSize?: number;
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
