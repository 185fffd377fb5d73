/** Memory of speculative decoding: the weights and the cache layers of what proposes tokens. */

import type { CacheLayers, Model } from "./model";
import type { Speculation } from "./settings";

/** What speculative decoding adds to each GPU. */
export interface Drafter {
  readonly weightBytes: number;
  readonly cache: readonly CacheLayers[];
}

const nothing: Drafter = { weightBytes: 0, cache: [] };

/** Why the planner doesn't know the memory of this speculative decoding, as one clause; undefined if it does. */
export function unknownDrafter(model: Model, { method, model: draft, modelId }: Speculation): string | undefined {
  if (method === "draft" && draft === undefined)
    return `the dimensions of the draft model ${modelId ?? ""} are not known`.replace("  ", " ");
  if (draft?.unmodelled) return `the KV cache of the draft model ${draft.id} can't be computed: ${draft.unmodelled}`;
  if (method === "mtp" && model.predictionLayers === undefined) {
    return `the size of the multi-token prediction layers of ${model.id} is not known`;
  }
  return undefined;
}

/** Number of GPUs across which the draft model is split. vLLM allows 1 and the tensor parallel size of the model. */
export function draftSplit({ draftTensorParallelSize }: Speculation, tp: number): number {
  return draftTensorParallelSize ?? tp;
}

/**
 * What `speculation` adds to each GPU of a model that is split across `tp` GPUs. The tokens that are proposed but not yet verified need no
 * additional blocks: a request never has more blocks than its maximum length needs.
 */
export function drafterOf(model: Model, speculation: Speculation, tp: number): Drafter {
  const { method, model: draft } = speculation;
  switch (method) {
    case "ngram":
      return nothing;
    case "mtp": {
      const { layers, bytes } = model.predictionLayers ?? { layers: 0, bytes: 0 };
      return { weightBytes: bytes / tp, cache: layers > 0 ? attentionLike(model, layers) : [] };
    }
    case "draft":
      return draft === undefined ? nothing : ownModel(draft, draftSplit(speculation, tp), tp);
    case "eagle":
      return draft === undefined
        ? { weightBytes: headBytes(model) / tp, cache: attentionLike(model, 1) }
        : ownModel(draft, draftSplit(speculation, tp), tp);
    default:
      return method satisfies never;
  }
}

/** A model of its own. A draft model that is not split has all its KV heads on each GPU. */
function ownModel(draft: Model, split: number, tp: number): Drafter {
  const copies = tp / split;
  const whole = (layer: CacheLayers): CacheLayers => ("kvHeads" in layer ? { ...layer, kvHeads: layer.kvHeads * copies } : layer);
  return { weightBytes: draft.weightBytes / split + draft.replicatedBytes, cache: draft.cache.map(whole) };
}

/** Cache layers with the shape of the model's full attention, which prediction layers and EAGLE heads have too. */
function attentionLike(model: Model, layers: number): CacheLayers[] {
  const like =
    model.cache.find((layer) => layer.kind === "full" || layer.kind === "mla") ?? model.cache.find((layer) => layer.kind !== "state");
  const indexer = model.cache.find((layer) => layer.kind === "indexer");
  return [...(like ? [{ ...like, layers }] : []), ...(indexer ? [{ ...indexer, layers }] : [])];
}

/** Bytes of an EAGLE head without known dimensions: one dense 16-bit layer, the layer that joins its inputs, and an output head. */
function headBytes(model: Model): number {
  const attention = model.hidden * model.headDim * (2 * model.heads + 2 * (model.kvHeads ?? model.heads));
  const join = 3 * model.hidden * model.hidden;
  return 2 * (attention + 3 * model.hidden * model.intermediate + join + model.vocab * model.hidden);
}

/** Cache layers of the model and of its drafter. Layers of the same shape form one kind. */
export function withDraftLayers(cache: readonly CacheLayers[], draft: readonly CacheLayers[]): readonly CacheLayers[] {
  const all = [...cache];
  for (const layer of draft) {
    const same = all.findIndex((other) => sameShape(other, layer));
    if (same < 0) all.push(layer);
    else all[same] = { ...layer, layers: all[same]!.layers + layer.layers };
  }
  return all;
}

function sameShape(a: CacheLayers, b: CacheLayers): boolean {
  return JSON.stringify({ ...a, layers: 0 }) === JSON.stringify({ ...b, layers: 0 });
}

/** Points to review, for reasons. */
export function speculationCautions({ method, model, modelId }: Speculation): string[] {
  const assumed =
    method === "eagle" && model === undefined
      ? [`the dimensions of the head ${modelId} are not known; one layer and an output head of the model's own dimensions are assumed`]
      : [];
  return [...assumed, "the planned speed doesn't include the benefit of speculative decoding, because it depends on the texts"];
}
