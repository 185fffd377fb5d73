/**
 * Formulas for the memory of a server in addition to weights and KV cache, fitted to vLLM's start-up logs. The values are medians: half of
 * the logs are above, half below. The safety margin is separate.
 */

import { GiB, type Model } from "../model";
import { atLeast } from "../version";
import type { Batch } from "./batch";
import { compilationBytes } from "./compilation";
import { expertWorkspace, gatheredRows, nvfp4Rows, workspaceStays } from "./experts";
import { onNewRunner } from "./runner";
import { profilesSampler, samplerOf } from "./sampler";
import { profilesVision, withVision } from "./vision";

/**
 * Number of contexts whose keys fit into the reserved prefill buffer of the sparse indexer (`get_max_prefill_buffer_size` in vLLM's
 * source).
 */
const indexedContexts = 40;

/** The older runner's estimate for one CUDA graph of one layer, GiB. */
const graphs = { dense: 0.00023, experts: 0.0003 } as const;

const hasState = (model: Model) => model.cache.some((layer) => layer.kind === "state");

/** Peak activation while vLLM profiles itself, GiB: `likely` is the median, `most` the highest observed value. */
export function activationGiB(model: Model, batch: Batch, computeCapability: number): { readonly likely: number; readonly most: number } {
  const sampler = samplerOf(batch.vllmVersion, onNewRunner(model, batch.vllmVersion));
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
  const compiled = compilationBytes(model, batch);
  const likelySampled = profilesSampler(tokens, batch.maxModelLen, batch.vllmVersion) ? sampled(sampler.likely) : 0;
  const stacked = sampler.addsToCompilation && compiled > 0 ? compiled + likelySampled : 0;
  const peak = (sampledBytes: number, rows: number) => Math.max(compiled, indexer + Math.max(sampledBytes, forward(rows), stacked)) / GiB;
  const likely = peak(likelySampled, nvfp4Rows.likely);
  const most = peak(sampled(sampler.most), nvfp4Rows.most) + sampler.fixedGiB;
  return withVision(model, batch, { likely, most });
}

/** Bytes that the sparse indexer reserves for prefill on each GPU, once for all layers. */
function indexerWorkspace(model: Model, batch: Batch): number {
  const indexer = model.cache.find((layer) => layer.kind === "indexer");
  return indexer ? indexedContexts * batch.maxModelLen * indexer.width : 0;
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
  const wide = model.experts !== undefined || hasState(model) || profilesVision(model, batch);
  if (batch.tensorParallelSize > 2) return wide ? 2 : 1.5;
  if (batch.tensorParallelSize > 1) return wide ? Math.max(1.5, 0.02 * visibleGiB) : 1;
  return wide ? Math.max(1.2, 0.02 * visibleGiB) : 0.45;
}
