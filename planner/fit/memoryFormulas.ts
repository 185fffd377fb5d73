/**
 * Formulas for the memory of a server in addition to weights and KV cache, fitted to vLLM's start-up logs. The values are medians: half of
 * the logs are above, half below. The safety margin is separate.
 */
import { GiB, type Model } from "./model";
import { onNewRunner } from "./runner";
import { atLeast } from "./version";

/**
 * The sampler's warm-up masks the logits of `max_num_seqs` rows and samples from them. The numbers are 32-bit copies of these logits that
 * exist at the same time. Until 0.16, vLLM sorted them; 0.17 replaced the sort with a kernel, and the peak activation of one model
 * decreased from 5.64 to 2.23 GiB. Since 0.28, the newer runner also profiles FlashInfer's sampler, of which `fixedGiB` don't depend on the
 * rows. All logs of 0.10.1 use FlashInfer's sampler. Those of 0.11.0 are with it (at the peaks of 0.17) and without it, so the less
 * favorable value is used. `most` is the highest number of copies that explains a log of the version and runner.
 */
const samplerCopies = [
  { since: "0.28.0", runner: "newer", likely: 7.1, most: 12, fixedGiB: 0.15 },
  { since: "0.26.0", runner: "newer", likely: 3.69, most: 6.7, fixedGiB: 0 },
  { since: "0.17.0", runner: "either", likely: 3.69, most: 4.2, fixedGiB: 0 },
  { since: "0.10.2", runner: "either", likely: 9.59, most: 9.7, fixedGiB: 0 },
  { since: "0.10.1", runner: "either", likely: 2.5, most: 9.7, fixedGiB: 0 },
  { since: "0.0.0", runner: "either", likely: 9.59, most: 9.7, fixedGiB: 0 },
] as const;

/** Before 0.8, the sampler was not profiled if steps are shorter than the context: two logs show only the forward pass. */
const samplesCutStepsSince = "0.8.0";

/**
 * Additional rows of the hidden width in the kernels of NVFP4 experts, per token and expert. All kernels gather the rows of an expert
 * first; vLLM's own kernel copies the results two more times and sums them in 32 bits.
 */
const nvfp4Rows = { likely: 1, most: 4 } as const;

/**
 * Kernels for 16-bit and FP8 experts write two complete rows per token and expert into one workspace for all layers. Since these versions,
 * the workspace is retained while the sampler is profiled. The logs of 0.13 and 0.16 don't show it for FP8, but the less favorable value is
 * used for these versions too.
 */
const workspaceStaysSince = { sixteenBit: "0.14.0", fp8: "0.11.1" } as const;

/** From this compute capability on, FP8 experts use kernels with their own memory, which is smaller than a workspace. */
const blackwell = 10;

/**
 * GPU memory outside PyTorch, GiB on each GPU: CUDA's memory and, with two or more GPUs, communication buffers, which are larger with
 * NVLink on Hopper and later. Since 0.17.1, the initial memory of the collective communication library is included.
 */
const nonTorch = [
  { upTo: 1, since: "0.17.1", hopper: 0.25, other: 0.25 },
  { upTo: 1, since: "0.6.0", hopper: 0.13, other: 0.1 },
  { upTo: 1, since: "0.0.0", hopper: 1.8, other: 1.8 },
  { upTo: 2, since: "0.17.1", hopper: 2.07, other: 1.7 },
  { upTo: 2, since: "0.10.0", hopper: 0.55, other: 0.3 },
  { upTo: 2, since: "0.6.0", hopper: 0.55, other: 0.3 },
  { upTo: 2, since: "0.0.0", hopper: 3.6, other: 3.6 },
  { upTo: Number.POSITIVE_INFINITY, since: "0.17.1", hopper: 2.17, other: 1.7 },
  { upTo: Number.POSITIVE_INFINITY, since: "0.10.0", hopper: 0.65, other: 0.3 },
  { upTo: Number.POSITIVE_INFINITY, since: "0.0.0", hopper: 2.1, other: 1.7 },
] as const;

/**
 * Memory for profiling the vision tower with the largest image, GiB: its peak (higher if images keep their resolution), and what is
 * retained.
 */
const vision = { ownResolution: 1.5, fixed: 0.5, stays: 0.1, most: 0.5 } as const;

/** Families whose images keep their resolution, and families that also pass outputs of three levels of the tower to the text model. */
const keepsResolution = /^Qwen/;
const deepStack = /^Qwen3VL/;

/** Tokens of the largest image that keeps its resolution, and of the largest video, which vLLM used until it limited Qwen3-VL's videos. */
const largest = { image: 16_384, video: 153_600, videoBoundedSince: "0.12.0" } as const;

/**
 * Number of contexts whose keys fit into the reserved prefill buffer of the sparse indexer (`get_max_prefill_buffer_size` in vLLM's
 * source).
 */
const indexedContexts = 40;

/** The older runner's estimate for one CUDA graph of one layer, GiB. */
const graphs = { dense: 0.00023, experts: 0.0003 } as const;

const hasState = (model: Model) => model.cache.some((layer) => layer.kind === "state");

export interface Batch {
  readonly tensorParallelSize: number;
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly vllmVersion: string;
}

/** Peak activation while vLLM profiles itself, GiB: `likely` is the median, `most` the highest observed value. */
export function activationGiB(model: Model, batch: Batch, computeCapability: number): { readonly likely: number; readonly most: number } {
  const newer = onNewRunner(model, batch.vllmVersion);
  const entry = samplerCopies.find((row) => atLeast(batch.vllmVersion, row.since) && (newer || row.runner === "either"))!;
  const tokens = batch.maxNumBatchedTokens;
  const logits = Math.min(batch.maxNumSeqs, tokens) * model.vocab * 4;
  const hiddenStates = 2 * tokens * model.hidden;
  const expertElements = expertWorkspace(model, batch.tensorParallelSize, computeCapability);
  const dense = (3 * model.intermediate) / batch.tensorParallelSize;
  const forward = (rows: number) => 2 * tokens * (Math.max(dense, expertElements + gatheredRows(model, rows)) + 4 * model.hidden);
  const stays = workspaceStays(model, batch.vllmVersion, computeCapability) ? 2 * tokens * expertElements : 0;
  // The indexer uses the retained workspace, so only the part that exceeds it is additional.
  const indexer = Math.max(0, indexerWorkspace(model, batch) - stays);
  const sampled = (copies: number) => copies * logits + hiddenStates + stays;
  const text = (sampler: number, rows: number) => (Math.max(sampler, forward(rows)) + indexer) / GiB + entry.fixedGiB;
  const cut = tokens < batch.maxModelLen && !atLeast(batch.vllmVersion, samplesCutStepsSince);
  const likely = text(cut ? 0 : sampled(entry.likely), nvfp4Rows.likely);
  const most = text(sampled(entry.most), nvfp4Rows.most);
  if (!model.vision) return { likely, most };
  const tower = keepsResolution.test(model.architecture) ? vision.ownResolution : vision.fixed;
  const seen = (peak: number) => Math.max(peak, tower) + encoderCache(model, batch) / GiB + vision.stays;
  return { likely: seen(likely), most: seen(most) + vision.most };
}

/** Bytes of the encoder's outputs, which are retained while the text model is profiled: one step of tokens, or one item if it is larger. */
function encoderCache(model: Model, batch: Batch): number {
  const item = !keepsResolution.test(model.architecture)
    ? 0
    : deepStack.test(model.architecture) && !atLeast(batch.vllmVersion, largest.videoBoundedSince)
      ? largest.video
      : largest.image;
  const levels = deepStack.test(model.architecture) ? 4 : 1;
  return 2 * Math.max(batch.maxNumBatchedTokens, item) * levels * model.hidden;
}

/** Bytes that the sparse indexer reserves for prefill on each GPU, once for all layers. */
function indexerWorkspace(model: Model, batch: Batch): number {
  const indexer = model.cache.find((layer) => layer.kind === "indexer");
  return indexer ? indexedContexts * batch.maxModelLen * indexer.width : 0;
}

/** Elements per token that the experts store between their two matrix products, on one GPU. */
function expertWorkspace(model: Model, tp: number, computeCapability: number): number {
  if (!model.experts) return 0;
  const width = model.experts.intermediate / tp;
  const second = writesWholeRows(model, computeCapability) ? model.hidden : 0;
  return model.experts.perToken * (Math.max(2 * width, model.hidden) + Math.max(width, second));
}

const inFp8 = (model: Model) => model.quantization === "fp8" || model.quantization === "fp8-block128";

const writesWholeRows = (model: Model, computeCapability: number) =>
  model.quantization === undefined || (inFp8(model) && computeCapability < blackwell);

const workspaceStays = (model: Model, vllmVersion: string, computeCapability: number) =>
  writesWholeRows(model, computeCapability) && atLeast(vllmVersion, workspaceStaysSince[inFp8(model) ? "fp8" : "sixteenBit"]);

/** Elements per token of the additional rows in NVFP4's kernels. */
function gatheredRows(model: Model, rows: number): number {
  return model.experts && model.quantization === "nvfp4" ? rows * model.experts.perToken * model.hidden : 0;
}

/** Memory outside PyTorch on each GPU, GiB. */
export function nonTorchGiB(batch: Batch, computeCapability: number): number {
  const tp = batch.tensorParallelSize;
  const entry = nonTorch.find((row) => tp <= row.upTo && atLeast(batch.vllmVersion, row.since))!;
  return computeCapability >= 9 && computeCapability < 12 ? entry.hopper : entry.other;
}

/** GiB that vLLM subtracts for CUDA graphs before it sizes the KV cache. 0 before 0.20, on the newer runner and in eager mode. */
export function cudaGraphGiB(model: Model, batch: Batch, enforceEager: boolean): number {
  if (enforceEager || !atLeast(batch.vllmVersion, "0.20.0") || onNewRunner(model, batch.vllmVersion)) return 0;
  return model.layers * capturedGraphs(batch.maxNumSeqs) * (model.experts ? graphs.experts : graphs.dense);
}

/** Number of captured graphs: piecewise graphs for up to twice the sequences, full graphs for up to the sequences, at most 512. */
function capturedGraphs(maxNumSeqs: number): number {
  const upTo = (largest: number) =>
    [1, 2, 4].filter((size) => size <= largest).length +
    Math.floor(Math.min(largest, 256) / 8) +
    Math.max(0, Math.floor((largest - 256) / 16));
  return upTo(Math.min(2 * maxNumSeqs, 512)) + upTo(Math.min(maxNumSeqs, 512));
}

/**
 * The safety margin, GiB on each GPU: the deviation of the logs from the formulas. It is at most 0.3 GiB for dense text models on one GPU,
 * and larger for mixtures of experts, recurrent states, vision towers and more GPUs.
 */
export function marginGiB(model: Model, batch: Batch, visibleGiB: number): number {
  const wide = model.experts !== undefined || hasState(model) || model.vision;
  if (batch.tensorParallelSize > 2) return wide ? 2 : 1.5;
  if (batch.tensorParallelSize > 1) return wide ? Math.max(1.5, 0.02 * visibleGiB) : 1;
  return wide ? Math.max(1.2, 0.02 * visibleGiB) : 0.45;
}
