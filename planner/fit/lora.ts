/**
 * Memory of LoRA adapters. vLLM reserves buffers for the largest rank and the largest number of active adapters when it loads the model,
 * for every layer that can have an adapter, whatever the adapters contain. Source: vLLM 0.31, `vllm/lora/layers`.
 */
import { vllmFlag } from "../../facts/vllm";

import type { Model } from "./model";
import type { LoraSettings } from "./settings";

/** Values of `--max-lora-rank`. */
export const loraRanks: readonly number[] = (vllmFlag("--max-lora-rank")?.choices ?? []).map(Number).sort((a, b) => a - b);

/** The value of `--max-lora-rank` for adapters of this rank; undefined if vLLM supports no rank that large. */
export function loraRankFor(rank: number): number | undefined {
  return loraRanks.find((choice) => choice >= rank);
}

/** Adapters have 16 bits. */
const bytesPerElement = 2;

/** Index tensors of the adapter kernels: bytes per token of a step. */
const indexBytes = 5 * 8 + 2 * 4;

/** Bytes of the buffers on one GPU. */
export function loraBytes(model: Model, { maxLoras, maxRank }: LoraSettings, tp: number, expertParallelSize: number): number {
  const rank = loraRankFor(maxRank) ?? maxRank;
  const perLayer = attentionElements(model, tp) + feedForwardElements(model, tp, expertParallelSize);
  const head = 2 * (model.hidden + model.vocab);
  return bytesPerElement * maxLoras * rank * (model.layers * perLayer + head);
}

/** Bytes that the kernels use in one step: the results of rank width for the three parts of a merged layer, in 32 bits, and indices. */
export function loraWorkspaceBytes({ maxRank }: LoraSettings, tokens: number): number {
  const rank = loraRankFor(maxRank) ?? maxRank;
  return tokens * (3 * rank * 4 + indexBytes);
}

/**
 * Elements per rank of the attention of one layer. The first matrix of a merged layer is complete on each GPU, and its second matrix is
 * split. The output layer is split the other way around.
 */
function attentionElements(model: Model, tp: number): number {
  const queries = (model.heads * model.headDim) / tp;
  const keys = Math.max(1, (model.kvHeads ?? model.heads) / tp) * model.headDim;
  return 3 * model.hidden + queries + 2 * keys + (queries + model.hidden);
}

/** Elements per rank of the feed-forward layer: gate, up and down, for each expert that the GPU has. */
function feedForwardElements(model: Model, tp: number, expertParallelSize: number): number {
  const each = (width: number) => 2 * model.hidden + 2 * width + (width + model.hidden);
  if (!model.experts) return each(model.intermediate / tp);
  const { count, intermediate } = model.experts;
  return expertParallelSize > 1 ? Math.ceil(count / expertParallelSize) * each(intermediate) : count * each(intermediate / tp);
}
