/**
 * Laws measured on vLLM start-up logs: what the server takes besides weights and KV cache. The numbers are centred, half of the logs above
 * and half below; what a verdict adds to be on the safe side is a margin of its own.
 */
import { GiB, type Model } from "./model";
import { atLeast } from "./version";

/**
 * The sampler's warm-up sorts and masks the logits of `max_num_seqs` rows: so many 32-bit copies of them live at once. The image of 0.10.1
 * sampled with FlashInfer alone; until 0.18 the PyTorch sampler was warmed up too; since then FlashInfer does most of the work where it is
 * installed; the model runner of 0.31 costs more again. `most` is what the same version took without FlashInfer.
 */
const samplerCopies = [
  { since: "0.31.0", dense: 11.65, other: 8, most: 12 },
  { since: "0.19.0", dense: 7, other: 8, most: 9.7 },
  { since: "0.10.2", dense: 9.59, other: 9.59, most: 9.7 },
  { since: "0.10.1", dense: 2.5, other: 2.5, most: 9.7 },
  { since: "0.0.0", dense: 9.59, other: 9.59, most: 9.7 },
] as const;

/** GPU memory outside PyTorch: CUDA context parts and communication buffers, GiB on each GPU. */
const nonTorch = [
  { upTo: 1, since: "0.21.0", gib: 0.25 },
  { upTo: 1, since: "0.7.0", gib: 0.13 },
  { upTo: 1, since: "0.0.0", gib: 1.8 },
  { upTo: 2, since: "0.7.0", gib: 0.55 },
  { upTo: 2, since: "0.0.0", gib: 3.6 },
  { upTo: Number.POSITIVE_INFINITY, since: "0.0.0", gib: 1.7 },
] as const;

/** What experts add on four GPUs and more, GiB on each: logs of large mixtures lie above the dense ones by so much. */
const expertsBeyondTwoGpus = 0.4;

/** Profiling the vision tower with the largest image: its own peak, and what of it stays while the text model is profiled, GiB. */
const vision = { peak: 1.5, stays: 0.15, most: 1.5 } as const;

/** CUDA graphs as estimated before the KV cache is sized, GiB. */
const graphs = { dense: 0.45, experts: 0.8, state: 0.55 } as const;

const hasState = (model: Model) => model.cache.some((layer) => layer.kind === "state");

/** Whether the model runs on the newer model runner, which profiles differently: dense, without recurrent state, from 0.31. */
function onNewRunner(model: Model, vllmVersion: string): boolean {
  return atLeast(vllmVersion, "0.31.0") && !model.experts && !hasState(model);
}

export interface Batch {
  readonly tensorParallelSize: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly vllmVersion: string;
}

/** Peak activation while vLLM profiles itself, GiB: `likely` is centred, `most` the highest seen. */
export function activationGiB(model: Model, batch: Batch): { readonly likely: number; readonly most: number } {
  const law = samplerCopies.find((row) => atLeast(batch.vllmVersion, row.since))!;
  const copies = onNewRunner(model, batch.vllmVersion) ? law.dense : law.other;
  const tokens = batch.maxNumBatchedTokens;
  const logits = Math.min(batch.maxNumSeqs, tokens) * model.vocab * 4;
  const hiddenStates = 2 * tokens * model.hidden;
  const forward = 2 * tokens * (mlpElements(model, batch.tensorParallelSize) + 4 * model.hidden);
  const text = (n: number) => Math.max(n * logits + hiddenStates, forward) / GiB;
  if (!model.vision) return { likely: text(copies), most: text(law.most) };
  const seen = (n: number) => Math.max(text(n), vision.peak) + vision.stays;
  return { likely: seen(copies), most: seen(law.most) + vision.most };
}

/** Elements a token that the widest MLP keeps at once on one GPU. */
function mlpElements(model: Model, tp: number): number {
  const dense = (3 * model.intermediate) / tp;
  if (!model.experts) return dense;
  const width = model.experts.intermediate / tp;
  return Math.max(dense, model.experts.perToken * (Math.max(2 * width, model.hidden) + width));
}

/** Memory outside PyTorch on each GPU, GiB. */
export function nonTorchGiB(model: Model, batch: Batch): number {
  const tp = batch.tensorParallelSize;
  const base = nonTorch.find((row) => tp <= row.upTo && atLeast(batch.vllmVersion, row.since))!.gib;
  return base + (model.experts && tp > 2 ? expertsBeyondTwoGpus : 0);
}

/** What vLLM takes off for CUDA graphs before it sizes the KV cache, GiB. Nothing before 0.21, nothing on the newer model runner. */
export function cudaGraphGiB(model: Model, batch: Batch, enforceEager: boolean): number {
  if (enforceEager || !atLeast(batch.vllmVersion, "0.21.0") || onNewRunner(model, batch.vllmVersion)) return 0;
  if (hasState(model)) return graphs.state;
  return model.experts ? graphs.experts : graphs.dense;
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
