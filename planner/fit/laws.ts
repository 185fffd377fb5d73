/**
 * What a server takes besides weights and KV cache, as vLLM's start-up logs show it. The numbers are centred, half of the logs above and
 * half below; what a verdict adds to be on the safe side is a margin of its own.
 */
import { GiB, type Model } from "./model";
import { onNewRunner } from "./runner";
import { atLeast } from "./version";

/**
 * The sampler's warm-up masks and draws from the logits of `max_num_seqs` rows: so many 32-bit copies of them live at once. Until 0.16 it
 * sorted them; 0.17 replaced the sort by a kernel, and peak activation of one model fell from 5.64 to 2.23 GiB. The newer runner profiles
 * FlashInfer's sampler as well since 0.28, `besides` GiB of which don't depend on the rows. 0.10.1 was seen with FlashInfer's sampler
 * alone; 0.11.0 both with it, at the peaks of 0.17, and without: what promises less holds. `most` is the highest number of copies that
 * would explain a log of the version and runner.
 */
const samplerCopies = [
  { since: "0.28.0", runner: "newer", likely: 7.1, most: 12, besides: 0.15 },
  { since: "0.26.0", runner: "newer", likely: 3.69, most: 6.7, besides: 0 },
  { since: "0.17.0", runner: "either", likely: 3.69, most: 4.2, besides: 0 },
  { since: "0.10.2", runner: "either", likely: 9.59, most: 9.7, besides: 0 },
  { since: "0.10.1", runner: "either", likely: 2.5, most: 9.7, besides: 0 },
  { since: "0.0.0", runner: "either", likely: 9.59, most: 9.7, besides: 0 },
] as const;

/** Before 0.8, where steps are cut short of the context, the sampler was not profiled: two logs show the forward pass alone. */
const samplesCutStepsSince = "0.8.0";

/**
 * Rows of the hidden width that the kernels of NVFP4 experts hold besides, for each token and its experts: all gather the rows of an
 * expert first; vLLM's own kernel copies the results twice more and sums them in 32 bit.
 */
const nvfp4Rows = { likely: 1, most: 4 } as const;

/**
 * Kernels for experts in 16 bit and in FP8 write two whole rows for each token and its experts, into one workspace for all layers. Since
 * these versions it stays while the sampler is profiled. The logs of 0.13 and 0.16 are without FP8's: what promises less holds for them too.
 */
const workspaceStaysSince = { sixteenBit: "0.14.0", fp8: "0.11.1" } as const;

/** From this compute capability on, FP8 experts run in kernels that bring their own memory, smaller than a workspace. */
const blackwell = 10;

/**
 * GPU memory outside PyTorch, GiB on each GPU: CUDA's own, and from two GPUs on the communication buffers, which are larger over NVLink of
 * Hopper and later. Since 0.17.1 what the collective library takes when it starts is counted too.
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

/** Profiling the vision tower with the largest image, GiB: its own peak, higher where an image keeps its resolution, and what stays. */
const vision = { ownResolution: 1.5, fixed: 0.5, stays: 0.1, most: 0.5 } as const;

/** Families whose images keep their resolution, and those that hand outputs of three levels of the tower to the text model besides. */
const keepsResolution = /^Qwen/;
const deepStack = /^Qwen3VL/;

/** Tokens of the largest image that keeps its resolution, and of the largest video, which stood in for it until Qwen3-VL's was bounded. */
const largest = { image: 16_384, video: 153_600, videoBoundedSince: "0.12.0" } as const;

/** Contexts for whose keys the sparse indexer's prefill reserves room (`get_max_prefill_buffer_size` in vLLM's source). */
const indexedContexts = 40;

/** What the older runner estimates for one CUDA graph of one layer, GiB. */
const graphs = { dense: 0.00023, experts: 0.0003 } as const;

const hasState = (model: Model) => model.cache.some((layer) => layer.kind === "state");

export interface Batch {
  readonly tensorParallelSize: number;
  readonly maxModelLen: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly vllmVersion: string;
}

/** Peak activation while vLLM profiles itself, GiB: `likely` is centred, `most` the highest seen. */
export function activationGiB(model: Model, batch: Batch, computeCapability: number): { readonly likely: number; readonly most: number } {
  const newer = onNewRunner(model, batch.vllmVersion);
  const law = samplerCopies.find((row) => atLeast(batch.vllmVersion, row.since) && (newer || row.runner === "either"))!;
  const tokens = batch.maxNumBatchedTokens;
  const logits = Math.min(batch.maxNumSeqs, tokens) * model.vocab * 4;
  const hiddenStates = 2 * tokens * model.hidden;
  const expertElements = expertWorkspace(model, batch.tensorParallelSize, computeCapability);
  const dense = (3 * model.intermediate) / batch.tensorParallelSize;
  const forward = (rows: number) => 2 * tokens * (Math.max(dense, expertElements + gatheredRows(model, rows)) + 4 * model.hidden);
  const stays = workspaceStays(model, batch.vllmVersion, computeCapability) ? 2 * tokens * expertElements : 0;
  // The indexer asks for its room in the workspace that stays, so only what is larger is taken besides.
  const indexer = Math.max(0, indexerWorkspace(model, batch) - stays);
  const sampled = (copies: number) => copies * logits + hiddenStates + stays;
  const text = (sampler: number, rows: number) => (Math.max(sampler, forward(rows)) + indexer) / GiB + law.besides;
  const cut = tokens < batch.maxModelLen && !atLeast(batch.vllmVersion, samplesCutStepsSince);
  const likely = text(cut ? 0 : sampled(law.likely), nvfp4Rows.likely);
  const most = text(sampled(law.most), nvfp4Rows.most);
  if (!model.vision) return { likely, most };
  const tower = keepsResolution.test(model.architecture) ? vision.ownResolution : vision.fixed;
  const seen = (peak: number) => Math.max(peak, tower) + encoderCache(model, batch) / GiB + vision.stays;
  return { likely: seen(likely), most: seen(most) + vision.most };
}

/** Bytes of the encoder's outputs, which stay while the text model is profiled: a step of tokens, or one item that is larger. */
function encoderCache(model: Model, batch: Batch): number {
  const item = !keepsResolution.test(model.architecture)
    ? 0
    : deepStack.test(model.architecture) && !atLeast(batch.vllmVersion, largest.videoBoundedSince)
      ? largest.video
      : largest.image;
  const levels = deepStack.test(model.architecture) ? 4 : 1;
  return 2 * Math.max(batch.maxNumBatchedTokens, item) * levels * model.hidden;
}

/** Bytes that the sparse indexer's prefill reserves on each GPU, once for all layers. */
function indexerWorkspace(model: Model, batch: Batch): number {
  const indexer = model.cache.find((layer) => layer.kind === "indexer");
  return indexer ? indexedContexts * batch.maxModelLen * indexer.width : 0;
}

/** Elements a token of what the experts keep between their two products, on one GPU. */
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

/** Elements a token of the rows that NVFP4's kernels hold besides. */
function gatheredRows(model: Model, rows: number): number {
  return model.experts && model.quantization === "nvfp4" ? rows * model.experts.perToken * model.hidden : 0;
}

/** Memory outside PyTorch on each GPU, GiB. */
export function nonTorchGiB(batch: Batch, computeCapability: number): number {
  const tp = batch.tensorParallelSize;
  const found = nonTorch.find((row) => tp <= row.upTo && atLeast(batch.vllmVersion, row.since))!;
  return computeCapability >= 9 && computeCapability < 12 ? found.hopper : found.other;
}

/** What vLLM takes off for CUDA graphs before it sizes the KV cache, GiB. Nothing before 0.20, on the newer runner and in eager mode. */
export function cudaGraphGiB(model: Model, batch: Batch, enforceEager: boolean): number {
  if (enforceEager || !atLeast(batch.vllmVersion, "0.20.0") || onNewRunner(model, batch.vllmVersion)) return 0;
  return model.layers * capturedGraphs(batch.maxNumSeqs) * (model.experts ? graphs.experts : graphs.dense);
}

/** Graphs that are captured: piecewise ones up to twice the sequences, full ones up to the sequences, at most 512. */
function capturedGraphs(maxNumSeqs: number): number {
  const upTo = (largest: number) =>
    [1, 2, 4].filter((size) => size <= largest).length +
    Math.floor(Math.min(largest, 256) / 8) +
    Math.max(0, Math.floor((largest - 256) / 16));
  return upTo(Math.min(2 * maxNumSeqs, 512)) + upTo(Math.min(maxNumSeqs, 512));
}

/**
 * What a verdict keeps free beyond the estimate, GiB on each GPU: the spread of the logs about the laws. Dense text models on one GPU lie
 * within 0.3; mixtures, recurrent states, vision towers and every further GPU spread wider.
 */
export function marginGiB(model: Model, batch: Batch, visibleGiB: number): number {
  const wide = model.experts !== undefined || hasState(model) || model.vision;
  if (batch.tensorParallelSize > 2) return wide ? 2 : 1.5;
  if (batch.tensorParallelSize > 1) return wide ? Math.max(1.5, 0.02 * visibleGiB) : 1;
  return wide ? Math.max(1.2, 0.02 * visibleGiB) : 0.45;
}
