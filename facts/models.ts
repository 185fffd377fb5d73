/**
 * Known models, with the numbers that determine memory, speed and valid tensor parallel sizes. Other models are read from their
 * `config.json`.
 */

/** How a checkpoint stores its weights. Determines the bytes per parameter, the required compute capability and the possible splits. */
export type Quantization = "fp8" | "fp8-block128" | "modelopt-fp8" | "mxfp4" | "nvfp4" | "awq" | "gptq" | "int4" | "int8" | "nf4";

/** A recurrent state that a layer keeps for each request instead of keys and values. */
export type StateFacts = { readonly layers: number; readonly kernel: number } & (
  | {
      readonly kind: "gatedDeltaNet";
      readonly keyHeads: number;
      readonly valueHeads: number;
      readonly keyDim: number;
      readonly valueDim: number;
    }
  | { readonly kind: "mamba2"; readonly heads: number; readonly headDim: number; readonly groups: number; readonly stateSize: number }
);

/** One model. Counts are per model, sizes in elements unless the name says otherwise. */
export interface ModelFacts {
  /** Class name in `config.json`; vLLM must support it. */
  readonly architecture: string;
  /** Layers of any kind. */
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Multi-head latent attention: one latent vector per token and layer, regardless of the number of heads. */
  readonly mla?: { readonly kvLoraRank: number; readonly ropeHeadDim: number };
  /** Head dimension of the sparse attention indexer in addition to MLA; it determines the indexer's bytes per token. */
  readonly indexer?: number;
  /** Layers that attend only to the last `window` tokens. */
  readonly sliding?: { readonly layers: number; readonly window: number };
  /** Layers that attend only to the current chunk of `window` tokens. */
  readonly chunked?: { readonly layers: number; readonly window: number };
  /** KV heads and head dimension of the full-attention layers, if they differ from those of the sliding layers. */
  readonly global?: { readonly kvHeads: number; readonly headDim: number };
  readonly state?: StateFacts;
  /** Full-attention layers, if `layers` includes layers without a cache (experts only). @default all layers that no other kind includes */
  readonly attentionLayers?: number;
  /** Width of the dense MLP. @default 4 × hidden */
  readonly intermediate?: number;
  readonly experts?: { readonly count: number; readonly perToken: number; readonly intermediate: number };
  /** @default 131072 */
  readonly vocab?: number;
  /** Maximum context, tokens. */
  readonly maxModelLen: number;
  readonly tied?: boolean;
  /** @default 16-bit weights */
  readonly quantization?: Quantization;
  /** Whether the model has a vision tower, which vLLM profiles with the largest image. */
  readonly vision?: boolean;
  /** Parameters in billions, rounded as published. */
  readonly paramsB: number;
  /** Parameters that one token uses, billions. @default paramsB */
  readonly activeB?: number;
  /** Sum of the weight files that vLLM reads, GiB. */
  readonly checkpointGiB?: number;
  /** Part of the checkpoint that vLLM doesn't load (multi-token prediction layers), GiB. */
  readonly unloadedGiB?: number;
  /** Loaded weights according to vLLM's log, GiB over all GPUs; overrides `checkpointGiB`. */
  readonly loadedGiB?: number;
  /** Kind of the Hub's pipeline. @default text-generation */
  readonly pipelineTag?: string;
  readonly license: string;
  /** Whether the files require an accepted license and a token. */
  readonly gated?: boolean;
  /** Why the KV cache of this model can't be computed. */
  readonly unmodelled?: string;
}

export const modelsSource = {
  source:
    "config.json files of the models in ai-dynamo/aiconfigurator@095f58a5 and kaito-project/kaito@056b8280; loadedGiB from vLLM start-up logs; vocabularies and MLP widths of KAITO's models and recurrent state shapes: values published by the models' authors",
  asOf: "2026-10-15",
} as const;

// biome-ignore format: a table is read by rows.
export const models = {
  "meta-llama/Llama-3.1-8B-Instruct": { architecture: "LlamaForCausalLM", layers: 32, hidden: 4096, heads: 32, kvHeads: 8, headDim: 128, intermediate: 14336, vocab: 128256, maxModelLen: 131072, paramsB: 8.03, checkpointGiB: 14.96, license: "llama3.1", gated: true },
  "meta-llama/Llama-3.3-70B-Instruct": { architecture: "LlamaForCausalLM", layers: 80, hidden: 8192, heads: 64, kvHeads: 8, headDim: 128, intermediate: 28672, vocab: 128256, maxModelLen: 131072, paramsB: 70.55, checkpointGiB: 131.42, license: "llama3.3", gated: true },
  "meta-llama/Llama-3.1-405B": { architecture: "LlamaForCausalLM", layers: 126, hidden: 16384, heads: 128, kvHeads: 8, headDim: 128, intermediate: 53248, vocab: 128256, maxModelLen: 131072, paramsB: 405.85, license: "llama3.1", gated: true },
  "nvidia/Llama-3.1-70B-Instruct-FP8": { architecture: "LlamaForCausalLM", layers: 80, hidden: 8192, heads: 64, kvHeads: 8, headDim: 128, intermediate: 28672, vocab: 128256, maxModelLen: 131072, quantization: "modelopt-fp8", paramsB: 70.55, license: "llama3.1" },
  "meta-llama/Llama-4-Scout-17B-16E-Instruct": { architecture: "Llama4ForConditionalGeneration", layers: 48, hidden: 5120, heads: 40, kvHeads: 8, headDim: 128, chunked: { layers: 36, window: 8192 }, intermediate: 8192, experts: { count: 16, perToken: 1, intermediate: 8192 }, vocab: 202048, maxModelLen: 10485760, vision: true, paramsB: 109, activeB: 17, license: "llama4" },
  "meta-llama/Llama-4-Maverick-17B-128E-Instruct": { architecture: "Llama4ForConditionalGeneration", layers: 48, hidden: 5120, heads: 40, kvHeads: 8, headDim: 128, chunked: { layers: 36, window: 8192 }, intermediate: 8192, experts: { count: 128, perToken: 1, intermediate: 8192 }, vocab: 202048, maxModelLen: 1048576, vision: true, paramsB: 400, activeB: 17, license: "llama4" },
  "Qwen/Qwen3-0.6B": { architecture: "Qwen3ForCausalLM", layers: 28, hidden: 1024, heads: 16, kvHeads: 8, headDim: 128, intermediate: 3072, vocab: 151936, maxModelLen: 40960, tied: true, paramsB: 0.6, license: "apache-2.0" },
  "Qwen/Qwen3-1.7B": { architecture: "Qwen3ForCausalLM", layers: 28, hidden: 2048, heads: 16, kvHeads: 8, headDim: 128, intermediate: 6144, vocab: 151936, maxModelLen: 40960, tied: true, paramsB: 1.7, license: "apache-2.0" },
  "Qwen/Qwen3-8B": { architecture: "Qwen3ForCausalLM", layers: 36, hidden: 4096, heads: 32, kvHeads: 8, headDim: 128, intermediate: 12288, vocab: 151936, maxModelLen: 40960, paramsB: 8.19, loadedGiB: 15.27, license: "apache-2.0" },
  "Qwen/Qwen3-32B": { architecture: "Qwen3ForCausalLM", layers: 64, hidden: 5120, heads: 64, kvHeads: 8, headDim: 128, intermediate: 25600, vocab: 151936, maxModelLen: 40960, paramsB: 32.76, loadedGiB: 61.03, license: "apache-2.0" },
  "Qwen/Qwen3-32B-FP8": { architecture: "Qwen3ForCausalLM", layers: 64, hidden: 5120, heads: 64, kvHeads: 8, headDim: 128, intermediate: 25600, vocab: 151936, maxModelLen: 40960, quantization: "fp8-block128", paramsB: 32.76, license: "apache-2.0" },
  "Qwen/Qwen3-30B-A3B": { architecture: "Qwen3MoeForCausalLM", layers: 48, hidden: 2048, heads: 32, kvHeads: 4, headDim: 128, intermediate: 6144, experts: { count: 128, perToken: 8, intermediate: 768 }, vocab: 151936, maxModelLen: 40960, paramsB: 30.53, activeB: 3.3, loadedGiB: 56.88, license: "apache-2.0" },
  "Qwen/Qwen3-235B-A22B-FP8": { architecture: "Qwen3MoeForCausalLM", layers: 94, hidden: 4096, heads: 64, kvHeads: 4, headDim: 128, intermediate: 12288, experts: { count: 128, perToken: 8, intermediate: 1536 }, vocab: 151936, maxModelLen: 40960, quantization: "fp8-block128", paramsB: 235, activeB: 22, license: "apache-2.0" },
  "Qwen/Qwen3-Coder-480B-A35B-Instruct": { architecture: "Qwen3MoeForCausalLM", layers: 62, hidden: 6144, heads: 96, kvHeads: 8, headDim: 128, intermediate: 8192, experts: { count: 160, perToken: 8, intermediate: 2560 }, vocab: 151936, maxModelLen: 262144, paramsB: 480, activeB: 35, license: "apache-2.0" },
  "Qwen/Qwen3-VL-8B-Instruct": { architecture: "Qwen3VLForConditionalGeneration", layers: 36, hidden: 4096, heads: 32, kvHeads: 8, headDim: 128, intermediate: 12288, vocab: 151936, maxModelLen: 262144, vision: true, paramsB: 8.8, license: "apache-2.0" },
  "Qwen/Qwen3.5-27B": { architecture: "Qwen3_5ForConditionalGeneration", layers: 64, hidden: 5120, heads: 24, kvHeads: 4, headDim: 256, state: { layers: 48, kind: "gatedDeltaNet", keyHeads: 16, valueHeads: 48, keyDim: 128, valueDim: 128, kernel: 4 }, intermediate: 17408, vocab: 248320, maxModelLen: 262144, vision: true, paramsB: 27.8, license: "apache-2.0" },
  "Qwen/Qwen3.8-27B": { architecture: "Qwen3_5ForConditionalGeneration", layers: 64, hidden: 5120, heads: 24, kvHeads: 4, headDim: 256, state: { layers: 48, kind: "gatedDeltaNet", keyHeads: 16, valueHeads: 48, keyDim: 128, valueDim: 128, kernel: 4 }, intermediate: 17408, vocab: 248320, maxModelLen: 262144, vision: true, paramsB: 27.8, checkpointGiB: 51.75, loadedGiB: 51.1, license: "apache-2.0" },
  "Qwen/Qwen3.6-35B-A3B": { architecture: "Qwen3_5MoeForConditionalGeneration", layers: 40, hidden: 2048, heads: 16, kvHeads: 2, headDim: 256, state: { layers: 30, kind: "gatedDeltaNet", keyHeads: 16, valueHeads: 32, keyDim: 128, valueDim: 128, kernel: 4 }, experts: { count: 256, perToken: 8, intermediate: 512 }, vocab: 248320, maxModelLen: 262144, vision: true, paramsB: 35.9, activeB: 3, checkpointGiB: 66.97, license: "apache-2.0" },
  "Qwen/Qwen3.5-122B-A10B": { architecture: "Qwen3_5MoeForConditionalGeneration", layers: 48, hidden: 3072, heads: 32, kvHeads: 2, headDim: 256, state: { layers: 36, kind: "gatedDeltaNet", keyHeads: 16, valueHeads: 64, keyDim: 128, valueDim: 128, kernel: 4 }, experts: { count: 256, perToken: 8, intermediate: 1024 }, vocab: 248320, maxModelLen: 262144, vision: true, paramsB: 125, activeB: 10, checkpointGiB: 232.99, license: "apache-2.0" },
  "Qwen/Qwen3.5-397B-A17B": { architecture: "Qwen3_5MoeForConditionalGeneration", layers: 60, hidden: 4096, heads: 32, kvHeads: 2, headDim: 256, state: { layers: 45, kind: "gatedDeltaNet", keyHeads: 16, valueHeads: 64, keyDim: 128, valueDim: 128, kernel: 4 }, experts: { count: 512, perToken: 10, intermediate: 1024 }, vocab: 248320, maxModelLen: 262144, vision: true, paramsB: 397, activeB: 17, license: "apache-2.0" },
  "Qwen/Qwen2.5-Coder-7B-Instruct": { architecture: "Qwen2ForCausalLM", layers: 28, hidden: 3584, heads: 28, kvHeads: 4, headDim: 128, intermediate: 18944, vocab: 152064, maxModelLen: 32768, paramsB: 7.62, checkpointGiB: 14.19, license: "apache-2.0" },
  "Qwen/Qwen2.5-Coder-32B-Instruct": { architecture: "Qwen2ForCausalLM", layers: 64, hidden: 5120, heads: 40, kvHeads: 8, headDim: 128, intermediate: 27648, vocab: 152064, maxModelLen: 32768, paramsB: 32.76, checkpointGiB: 61.03, license: "apache-2.0" },
  "mistralai/Mistral-7B-Instruct-v0.3": { architecture: "MistralForCausalLM", layers: 32, hidden: 4096, heads: 32, kvHeads: 8, headDim: 128, intermediate: 14336, vocab: 32768, maxModelLen: 32768, paramsB: 7.25, checkpointGiB: 13.5, license: "apache-2.0" },
  "mistralai/Mixtral-8x7B-v0.1": { architecture: "MixtralForCausalLM", layers: 32, hidden: 4096, heads: 32, kvHeads: 8, headDim: 128, intermediate: 14336, experts: { count: 8, perToken: 2, intermediate: 14336 }, vocab: 32000, maxModelLen: 32768, paramsB: 46.7, activeB: 12.9, license: "apache-2.0" },
  "mistralai/Mixtral-8x22B-v0.1": { architecture: "MixtralForCausalLM", layers: 56, hidden: 6144, heads: 48, kvHeads: 8, headDim: 128, intermediate: 16384, experts: { count: 8, perToken: 2, intermediate: 16384 }, vocab: 32000, maxModelLen: 65536, paramsB: 140.6, activeB: 39, license: "apache-2.0" },
  "mistralai/Ministral-3-8B-Instruct-2512": { architecture: "Mistral3ForConditionalGeneration", layers: 34, hidden: 4096, heads: 32, kvHeads: 8, headDim: 128, intermediate: 14336, vocab: 131072, maxModelLen: 262144, quantization: "fp8", vision: true, paramsB: 8.9, checkpointGiB: 9.7, license: "apache-2.0" },
  "mistralai/Mistral-Medium-3.5-128B": { architecture: "Mistral3ForConditionalGeneration", layers: 88, hidden: 12288, heads: 96, kvHeads: 8, headDim: 128, maxModelLen: 262144, quantization: "fp8", vision: true, paramsB: 128, checkpointGiB: 124.43, license: "other" },
  "mistralai/Mistral-Small-4-119B-2603": { architecture: "Mistral3ForConditionalGeneration", layers: 36, hidden: 4096, heads: 32, mla: { kvLoraRank: 256, ropeHeadDim: 64 }, kvHeads: 32, headDim: 128, maxModelLen: 1048576, quantization: "fp8", vision: true, paramsB: 119, checkpointGiB: 112.63, license: "apache-2.0" },
  "mistralai/Mistral-Large-3-675B-Instruct-2512": { architecture: "MistralLarge3ForCausalLM", layers: 61, hidden: 7168, heads: 128, mla: { kvLoraRank: 512, ropeHeadDim: 64 }, kvHeads: 128, headDim: 192, maxModelLen: 294912, quantization: "fp8", paramsB: 675, activeB: 41, checkpointGiB: 634.7, license: "apache-2.0" },
  "openai/gpt-oss-20b": { architecture: "GptOssForCausalLM", layers: 24, hidden: 2880, heads: 64, kvHeads: 8, headDim: 64, sliding: { layers: 12, window: 128 }, intermediate: 2880, experts: { count: 32, perToken: 4, intermediate: 2880 }, vocab: 201088, maxModelLen: 131072, quantization: "mxfp4", paramsB: 20.9, activeB: 3.6, loadedGiB: 13.47, license: "apache-2.0" },
  "openai/gpt-oss-120b": { architecture: "GptOssForCausalLM", layers: 36, hidden: 2880, heads: 64, kvHeads: 8, headDim: 64, sliding: { layers: 18, window: 128 }, intermediate: 2880, experts: { count: 128, perToken: 4, intermediate: 2880 }, vocab: 201088, maxModelLen: 131072, quantization: "mxfp4", paramsB: 116.8, activeB: 5.1, loadedGiB: 64.4, license: "apache-2.0" },
  "google/gemma-3-4b-it": { architecture: "Gemma3ForConditionalGeneration", layers: 34, hidden: 2560, heads: 8, kvHeads: 4, headDim: 256, intermediate: 10240, sliding: { layers: 29, window: 1024 }, vocab: 262208, maxModelLen: 131072, vision: true, paramsB: 4.3, checkpointGiB: 8.01, loadedGiB: 8.58, license: "gemma", gated: true },
  "google/gemma-3-27b-it": { architecture: "Gemma3ForConditionalGeneration", layers: 62, hidden: 5376, heads: 32, kvHeads: 16, headDim: 128, intermediate: 21504, sliding: { layers: 52, window: 1024 }, vocab: 262208, maxModelLen: 131072, vision: true, paramsB: 27.4, checkpointGiB: 51.1, loadedGiB: 51.45, license: "gemma", gated: true },
  "google/gemma-4-31B-it": { architecture: "Gemma4ForConditionalGeneration", layers: 60, hidden: 5376, heads: 32, kvHeads: 16, headDim: 256, sliding: { layers: 50, window: 1024 }, global: { kvHeads: 4, headDim: 512 }, intermediate: 21504, vocab: 262144, maxModelLen: 262144, tied: true, vision: true, paramsB: 31.3, checkpointGiB: 58.25, license: "apache-2.0" },
  "google/gemma-4-26B-A4B-it": { architecture: "Gemma4ForConditionalGeneration", layers: 30, hidden: 2816, heads: 16, kvHeads: 8, headDim: 256, sliding: { layers: 25, window: 1024 }, global: { kvHeads: 2, headDim: 512 }, intermediate: 2112, experts: { count: 128, perToken: 8, intermediate: 704 }, vocab: 262144, maxModelLen: 262144, tied: true, vision: true, paramsB: 25.8, activeB: 4, checkpointGiB: 48.07, license: "apache-2.0" },
  "google/gemma-4-E2B-it": { architecture: "Gemma4ForConditionalGeneration", layers: 35, hidden: 1536, heads: 8, kvHeads: 1, headDim: 256, unmodelled: "its layers share KV cache in a pattern that the published data does not specify", vocab: 262144, maxModelLen: 131072, vision: true, paramsB: 5.1, activeB: 2.3, checkpointGiB: 9.54, license: "apache-2.0" },
  "microsoft/phi-4": { architecture: "Phi3ForCausalLM", layers: 40, hidden: 5120, heads: 40, kvHeads: 10, headDim: 128, intermediate: 17920, vocab: 100352, maxModelLen: 16384, paramsB: 14.66, checkpointGiB: 27.31, loadedGiB: 27.39, license: "mit" },
  "microsoft/Phi-4-mini-instruct": { architecture: "Phi3ForCausalLM", layers: 32, hidden: 3072, heads: 24, kvHeads: 8, headDim: 128, intermediate: 8192, vocab: 200064, maxModelLen: 131072, paramsB: 3.84, checkpointGiB: 7.15, license: "mit" },
  "microsoft/Phi-3.5-mini-instruct": { architecture: "Phi3ForCausalLM", layers: 32, hidden: 3072, heads: 32, kvHeads: 32, headDim: 96, intermediate: 8192, vocab: 32064, maxModelLen: 131072, paramsB: 3.82, checkpointGiB: 7.12, license: "mit" },
  "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B": { architecture: "Qwen2ForCausalLM", layers: 48, hidden: 5120, heads: 40, kvHeads: 8, headDim: 128, intermediate: 13824, vocab: 152064, maxModelLen: 131072, paramsB: 14.77, checkpointGiB: 27.51, license: "mit" },
  "deepseek-ai/DeepSeek-R1-0528": { architecture: "DeepseekV3ForCausalLM", layers: 61, hidden: 7168, heads: 128, mla: { kvLoraRank: 512, ropeHeadDim: 64 }, kvHeads: 128, headDim: 56, intermediate: 18432, experts: { count: 256, perToken: 8, intermediate: 2048 }, vocab: 129280, maxModelLen: 163840, quantization: "fp8-block128", paramsB: 684.5, activeB: 37, checkpointGiB: 641.3, unloadedGiB: 12.6, license: "mit" },
  "deepseek-ai/DeepSeek-V3.2": { architecture: "DeepseekV32ForCausalLM", layers: 61, hidden: 7168, heads: 128, mla: { kvLoraRank: 512, ropeHeadDim: 64 }, kvHeads: 128, headDim: 56, indexer: 128, intermediate: 18432, experts: { count: 256, perToken: 8, intermediate: 2048 }, vocab: 129280, maxModelLen: 163840, quantization: "fp8-block128", paramsB: 685, activeB: 37, checkpointGiB: 642.14, unloadedGiB: 12.6, license: "mit" },
  "deepseek-ai/DeepSeek-V4-Flash": { architecture: "DeepseekV4ForCausalLM", layers: 43, hidden: 4096, heads: 64, kvHeads: 1, headDim: 512, unmodelled: "its KV cache is compressed (ratios 4 and 128) in a layout that the planner does not support", experts: { count: 256, perToken: 6, intermediate: 2048 }, vocab: 129280, maxModelLen: 1048576, quantization: "fp8-block128", paramsB: 284, activeB: 13, checkpointGiB: 155.43, license: "mit" },
  "moonshotai/Kimi-K2.5": { architecture: "KimiK25ForConditionalGeneration", layers: 61, hidden: 7168, heads: 64, mla: { kvLoraRank: 512, ropeHeadDim: 64 }, kvHeads: 64, headDim: 112, intermediate: 18432, experts: { count: 384, perToken: 8, intermediate: 2048 }, vocab: 163840, maxModelLen: 262144, quantization: "int4", vision: true, paramsB: 1040, activeB: 32, checkpointGiB: 554.32, license: "modified-mit" },
  "zai-org/GLM-5.2-FP8": { architecture: "GlmMoeDsaForCausalLM", layers: 78, hidden: 6144, heads: 64, mla: { kvLoraRank: 512, ropeHeadDim: 64 }, kvHeads: 64, headDim: 192, indexer: 128, intermediate: 12288, experts: { count: 256, perToken: 8, intermediate: 2048 }, vocab: 154880, maxModelLen: 1048576, quantization: "fp8-block128", paramsB: 744, activeB: 40, checkpointGiB: 703.75, license: "mit" },
  "MiniMaxAI/MiniMax-M2.7": { architecture: "MiniMaxM2ForCausalLM", layers: 62, hidden: 3072, heads: 48, kvHeads: 8, headDim: 128, intermediate: 1536, experts: { count: 256, perToken: 8, intermediate: 1536 }, vocab: 200064, maxModelLen: 204800, quantization: "fp8-block128", paramsB: 229, activeB: 10, checkpointGiB: 214.34, license: "other" },
  "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16": { architecture: "NemotronHForCausalLM", layers: 52, hidden: 2688, heads: 32, kvHeads: 2, headDim: 128, state: { layers: 23, kind: "mamba2", heads: 64, headDim: 64, groups: 8, stateSize: 128, kernel: 4 }, attentionLayers: 6, intermediate: 1856, experts: { count: 128, perToken: 6, intermediate: 1856 }, vocab: 131072, maxModelLen: 262144, paramsB: 31.6, activeB: 3.5, checkpointGiB: 58.82, license: "nvidia-nemotron-open-model-license" },
  "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8": { architecture: "NemotronHForCausalLM", layers: 88, hidden: 4096, heads: 32, kvHeads: 2, headDim: 128, state: { layers: 40, kind: "mamba2", heads: 128, headDim: 64, groups: 8, stateSize: 128, kernel: 4 }, attentionLayers: 8, intermediate: 2688, experts: { count: 512, perToken: 22, intermediate: 2688 }, vocab: 131072, maxModelLen: 262144, quantization: "modelopt-fp8", paramsB: 123.6, activeB: 12, license: "nvidia-nemotron-open-model-license" },
  "ibm-granite/granite-4.1-8b": { architecture: "GraniteForCausalLM", layers: 40, hidden: 4096, heads: 32, kvHeads: 8, headDim: 128, maxModelLen: 131072, paramsB: 8.8, checkpointGiB: 16.38, license: "apache-2.0" },
  "Qwen/Qwen2.5-0.5B-Instruct": { architecture: "Qwen2ForCausalLM", layers: 24, hidden: 896, heads: 14, kvHeads: 2, headDim: 64, intermediate: 4864, vocab: 151936, maxModelLen: 32768, tied: true, paramsB: 0.494, checkpointGiB: 0.92, license: "apache-2.0" },
  "Qwen/Qwen2.5-7B-Instruct": { architecture: "Qwen2ForCausalLM", layers: 28, hidden: 3584, heads: 28, kvHeads: 4, headDim: 128, intermediate: 18944, vocab: 152064, maxModelLen: 32768, paramsB: 7.62, checkpointGiB: 14.19, license: "apache-2.0" },
  "Qwen/Qwen3-14B": { architecture: "Qwen3ForCausalLM", layers: 40, hidden: 5120, heads: 40, kvHeads: 8, headDim: 128, intermediate: 17408, vocab: 151936, maxModelLen: 40960, paramsB: 14.77, loadedGiB: 27.52, license: "apache-2.0" },
  "Qwen/Qwen3-14B-AWQ": { architecture: "Qwen3ForCausalLM", layers: 40, hidden: 5120, heads: 40, kvHeads: 8, headDim: 128, intermediate: 17408, vocab: 151936, maxModelLen: 40960, quantization: "awq", paramsB: 14.77, loadedGiB: 9.44, license: "apache-2.0" },
  "RedHatAI/Llama-3.3-70B-Instruct-FP8": { architecture: "LlamaForCausalLM", layers: 80, hidden: 8192, heads: 64, kvHeads: 8, headDim: 128, intermediate: 28672, vocab: 128256, maxModelLen: 131072, quantization: "fp8", paramsB: 70.55, loadedGiB: 67.72, license: "llama3.3" },
} as const satisfies Record<string, ModelFacts>;

/** The row of a model by its Hugging Face ID; undefined if the table doesn't contain it. */
export function modelFacts(id: string): ModelFacts | undefined {
  return Object.hasOwn(models, id) ? models[id as keyof typeof models] : undefined;
}

/** The ID of a model of the table, in its spelling. IDs are case-insensitive on Hugging Face. Undefined for other models. */
export function modelIdInTable(id: string): keyof typeof models | undefined {
  const lower = id.toLowerCase();
  return (Object.keys(models) as (keyof typeof models)[]).find((known) => known.toLowerCase() === lower);
}
