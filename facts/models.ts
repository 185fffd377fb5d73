/**
 * Known models, with the numbers that determine memory, speed and valid tensor parallel sizes. Other models are read from their
 * `config.json`. `npm run renew -- models` generates model-table.json from the records in modelRecords.
 */
import table from "./model-table.json";

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

export const modelsSource = { source: table.source, asOf: table.asOf } as const;

export const models = table.models as unknown as { readonly [Id in keyof typeof table.models]: ModelFacts };

/** The row of a model by its Hugging Face ID; undefined if the table doesn't contain it. */
export function modelFacts(id: string): ModelFacts | undefined {
  return Object.hasOwn(models, id) ? models[id as keyof typeof models] : undefined;
}

/** The ID of a model of the table, in its spelling. IDs are case-insensitive on Hugging Face. Undefined for other models. */
export function modelIdInTable(id: string): keyof typeof models | undefined {
  const lower = id.toLowerCase();
  return (Object.keys(models) as (keyof typeof models)[]).find((known) => known.toLowerCase() === lower);
}
