/**
 * The planner's description of a model: the cache of each layer per request, and the size of the weights. It is created from a row of the
 * table or from a `config.json`.
 */
import { type ModelFacts, modelFacts, type Quantization, type StateFacts } from "../../facts/models";
import type { Task } from "../task";
import { modelTaskOf } from "./modelTask";
import { mxfp4Rounding, type PaddedExperts, paddingBytes } from "./paddedExperts";

export const GiB = 2 ** 30;

/** Layers of one kind, and what each stores per request. */
export type CacheLayers =
  | { readonly kind: "full"; readonly layers: number; readonly kvHeads: number; readonly headDim: number }
  /** Stores the last `window` tokens (sliding) or the tokens of the current chunk (chunked). */
  | {
      readonly kind: "sliding" | "chunked";
      readonly layers: number;
      readonly kvHeads: number;
      readonly headDim: number;
      readonly window: number;
    }
  /** One latent vector of `width` elements per token, replicated on every GPU. */
  | { readonly kind: "mla"; readonly layers: number; readonly width: number }
  /** The sparse indexer's keys: `width` bytes per token, replicated on every GPU. */
  | { readonly kind: "indexer"; readonly layers: number; readonly width: number }
  | { readonly kind: "state"; readonly layers: number; readonly state: StateDimensions };

/** Elements of one layer's recurrent state before tensor parallelism splits it, and bytes per element. */
export interface StateDimensions {
  readonly convElements: number;
  readonly convBytes: number;
  readonly ssmElements: number;
  readonly ssmBytes: number;
  /** Head counts that tensor parallelism must divide. */
  readonly heads: readonly number[];
}

/** Dimensions of a vision tower that determine the memory of its profile. */
export interface TowerDimensions {
  readonly hidden: number;
  readonly intermediate: number;
  /** Matrices of the MLP: 3 with a gate, otherwise 2. */
  readonly matrices: number;
  /** Values of one patch: its pixels in all colors and frames. */
  readonly patchInputs: number;
  /** Patches that are merged into one token of the text model. */
  readonly patchesPerToken: number;
}

/** Source of the size of the weights, most reliable first. */
export type WeightsFrom = "log" | "checkpoint" | "parameters";

export interface Model {
  readonly id: string;
  readonly architecture: string;
  readonly hidden: number;
  readonly heads: number;
  /** KV heads that tensor parallelism splits or replicates; undefined with latent attention. */
  readonly kvHeads?: number;
  readonly headDim: number;
  readonly layers: number;
  readonly cache: readonly CacheLayers[];
  readonly intermediate: number;
  readonly experts?: { readonly count: number; readonly perToken: number; readonly intermediate: number };
  readonly vocab: number;
  /** Maximum context, tokens. */
  readonly maxModelLen: number;
  readonly quantization?: Quantization;
  readonly vision: boolean;
  /** Dimensions of the vision tower. @default - the source doesn't specify them */
  readonly tower?: TowerDimensions;
  /** Whether it is an encoder, which processes a whole text in one step and has no KV cache. @default false */
  readonly encoder?: boolean;
  /** The task that the model is made for. @default - its files don't make it clear */
  readonly task?: Task;
  /** Labels of a classifier. @default - it isn't a classifier, or its files don't specify them */
  readonly labels?: number;
  /** Whether embeddings and output head are the same tensor. @default false */
  readonly tied?: boolean;
  /** Value of `--kv-cache-dtype` that the checkpoint specifies. @default the model's 16-bit format */
  readonly kvCacheDtype?: string;
  /** Layers for multi-token prediction in the checkpoint, which vLLM loads only for speculative decoding. @default - none, or not known */
  readonly predictionLayers?: { readonly layers: number; readonly bytes: number };
  /** Bytes that are split across the GPUs. */
  readonly weightBytes: number;
  /** Bytes that are replicated on each GPU: the table of rotary angles. */
  readonly replicatedBytes: number;
  /** Bytes of `weightBytes` that each GPU has, regardless of the tensor parallel size: routers, low-rank projections. @default 0 */
  readonly unsplitBytes?: number;
  /** Experts whose kernel rounds their dimensions up. @default - none */
  readonly paddedExperts?: PaddedExperts;
  readonly weightsFrom: WeightsFrom;
  /** Bytes of weights that one token reads; with experts, fewer than all. */
  readonly activeBytes: number;
  /** Parameters that one token uses. */
  readonly activeParameters: number;
  /** Values that the source omits and that are assumed, one sentence each. */
  readonly assumptions: readonly string[];
  /** Why the KV cache can't be computed. */
  readonly unmodelled?: string;
}

/** Vocabulary if the source specifies none. Large, because the sampler's memory grows with it. */
const assumedVocab = 131_072;

/** Bytes per parameter of the quantized layers, including scales and zero points. */
const bytesPerParameter: Record<Quantization, number> = {
  fp8: 1,
  "fp8-block128": 1,
  "modelopt-fp8": 1,
  mxfp4: 0.53,
  nvfp4: 0.56,
  awq: 0.53,
  gptq: 0.53,
  int4: 0.53,
  int8: 1,
  nf4: 0.55,
};

/** Bytes of a checkpoint, from its number of parameters. Embeddings and output head have 16 bits; the other layers are quantized. */
export function bytesFromParameters(parameters: number, vocab: number, hidden: number, tied: boolean, quantization?: Quantization): number {
  if (quantization === undefined) return 2 * parameters;
  const embeddings = Math.min(parameters, vocab * hidden * (tied ? 1 : 2));
  return 2 * embeddings + bytesPerParameter[quantization] * (parameters - embeddings);
}

/** Elements of a layer's state. The recurrent part has 32 bits. */
export function stateDimensions(state: StateFacts): StateDimensions {
  if (state.kind === "gatedDeltaNet") {
    const width = 2 * state.keyHeads * state.keyDim + state.valueHeads * state.valueDim;
    const ssmElements = state.valueHeads * state.valueDim * state.keyDim;
    return { convElements: width * (state.kernel - 1), convBytes: 2, ssmElements, ssmBytes: 4, heads: [state.keyHeads, state.valueHeads] };
  }
  const width = state.heads * state.headDim + 2 * state.groups * state.stateSize;
  const ssmElements = state.heads * state.headDim * state.stateSize;
  return { convElements: width * (state.kernel - 1), convBytes: 2, ssmElements, ssmBytes: 4, heads: [state.heads] };
}

/**
 * Creates the model from a row of the table.
 * @param checkpointGiB Size of the weights that vLLM loads, GiB over all GPUs; overrides the table.
 */
export function modelFromFacts(id: string, facts: ModelFacts, checkpointGiB?: number): Model {
  const assumptions: string[] = [];
  const vocab = facts.vocab ?? assumedVocab;
  if (facts.vocab === undefined)
    assumptions.push(`a vocabulary of ${assumedVocab} tokens is assumed, because the table specifies none for ${id}`);
  const intermediate = facts.intermediate ?? 4 * facts.hidden;
  const parameters = facts.paramsB * 1e9;
  const replicatedBytes = rotaryBytes(facts.maxModelLen, facts.mla?.ropeHeadDim ?? facts.headDim);
  // A given size includes what the kernels add.
  const paddedExperts = checkpointGiB === undefined ? paddedExpertsOf(facts) : undefined;
  const weights = weightsOf(facts, checkpointGiB, vocab, replicatedBytes + paddingBytes({ paddedExperts }, 1));
  if (weights.from === "parameters")
    assumptions.push(`the size of the weights is computed from ${facts.paramsB} billion parameters, because no file size is known`);
  const activeShare = (facts.activeB ?? facts.paramsB) / facts.paramsB;
  return {
    id,
    architecture: facts.architecture,
    hidden: facts.hidden,
    heads: facts.heads,
    kvHeads: facts.mla ? undefined : facts.kvHeads,
    headDim: facts.headDim,
    layers: facts.layers,
    cache: cacheLayers(facts),
    intermediate,
    experts: facts.experts,
    vocab,
    maxModelLen: facts.maxModelLen,
    quantization: facts.quantization,
    vision: facts.vision ?? false,
    tied: facts.tied,
    predictionLayers: facts.unloadedGiB === undefined ? undefined : { layers: 1, bytes: facts.unloadedGiB * GiB },
    task: modelTaskOf(facts.architecture, { pipelineTag: facts.pipelineTag ?? "text-generation" }),
    weightBytes: weights.bytes,
    replicatedBytes,
    paddedExperts,
    weightsFrom: weights.from,
    activeBytes: weights.bytes * activeShare,
    activeParameters: parameters * activeShare,
    assumptions,
    unmodelled: facts.unmodelled,
  };
}

/** The model with this Hugging Face ID; undefined if the table doesn't contain it. */
export function modelFromTable(id: string, checkpointGiB?: number): Model | undefined {
  const facts = modelFacts(id);
  return facts && modelFromFacts(id, facts, checkpointGiB);
}

/** Bytes of the rotary cosine and sine table: for each position, one 16-bit row of the head's width. */
export function rotaryBytes(positions: number, headDim: number): number {
  return 2 * positions * headDim;
}

/** The experts of a row in MXFP4, each with three matrices. */
function paddedExpertsOf({ experts, quantization, hidden, layers }: ModelFacts): PaddedExperts | undefined {
  if (experts === undefined || quantization !== "mxfp4") return undefined;
  return { matrices: 3 * experts.count * layers, hidden, intermediate: experts.intermediate, ...mxfp4Rounding };
}

/** @param added Bytes on each GPU that a log includes and that are not split. */
function weightsOf(facts: ModelFacts, given: number | undefined, vocab: number, added: number): { bytes: number; from: WeightsFrom } {
  const unloaded = (facts.unloadedGiB ?? 0) * GiB;
  if (given !== undefined) return { bytes: given * GiB, from: "checkpoint" };
  if (facts.loadedGiB !== undefined) return { bytes: facts.loadedGiB * GiB - added, from: "log" };
  if (facts.checkpointGiB !== undefined) return { bytes: facts.checkpointGiB * GiB - unloaded, from: "checkpoint" };
  return {
    bytes: bytesFromParameters(facts.paramsB * 1e9, vocab, facts.hidden, facts.tied ?? false, facts.quantization),
    from: "parameters",
  };
}

function cacheLayers(facts: ModelFacts): CacheLayers[] {
  const { sliding, chunked, state, mla } = facts;
  const full = facts.attentionLayers ?? facts.layers - (sliding?.layers ?? 0) - (chunked?.layers ?? 0) - (state?.layers ?? 0);
  const heads = { kvHeads: facts.kvHeads, headDim: facts.headDim };
  const layers: CacheLayers[] = [];
  if (mla) layers.push({ kind: "mla", layers: full, width: mla.kvLoraRank + mla.ropeHeadDim });
  else if (full > 0) layers.push({ kind: "full", layers: full, ...heads, ...facts.global });
  if (facts.indexer) layers.push({ kind: "indexer", layers: full, width: indexerBytes(facts.indexer) });
  if (sliding) layers.push({ kind: "sliding", ...sliding, ...heads });
  if (chunked) layers.push({ kind: "chunked", ...chunked, ...heads });
  if (state) layers.push({ kind: "state", layers: state.layers, state: stateDimensions(state) });
  return layers;
}

/** Bytes of the indexer's keys per token: 8 bits each, with one 32-bit scale per 128 keys. */
export function indexerBytes(headDim: number): number {
  return headDim + 4 * Math.ceil(headDim / 128);
}
