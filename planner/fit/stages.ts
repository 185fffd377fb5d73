/** The stages of pipeline parallelism. Each stage has a part of the layers on its own GPUs; the stage with the least room decides. */
import type { Model } from "./model";
import { embeddingBytes } from "./onlineQuantization";

/**
 * Number of layers in each stage. Layers that remain are assigned to the stages before the last one. Source: vLLM, `get_pp_indices` in
 * `vllm/distributed/utils.py`.
 */
export function layersPerStage(layers: number, stages: number): readonly number[] {
  const each = Math.floor(layers / stages);
  const counts = Array.from({ length: stages }, () => each);
  const remaining = layers % stages;
  for (let i = 2; i < remaining + 2; i++) counts[stages - i]! += 1;
  return counts;
}

/**
 * The model as each stage keeps it in memory. The first stage has the embeddings and the vision tower. The last stage has the output head and
 * samples. Stages that are equal are included once.
 */
export function stageModels(model: Model, stages: number): readonly Model[] {
  if (stages === 1) return [model];
  const counts = layersPerStage(model.layers, stages);
  const most = Math.max(...counts.slice(1, -1), 0);
  const embedding = model.tied ? embeddingBytes(model) : embeddingBytes(model) / 2;
  const inLayers = model.weightBytes - embeddingBytes(model);
  const stage = (layers: number, more: { readonly embeddings: number; readonly vocab: number; readonly vision: boolean }): Model => {
    const share = layers / model.layers;
    const weightBytes = inLayers * share + more.embeddings;
    return {
      ...model,
      layers,
      cache: model.cache
        .map((one) => ({ ...one, layers: Math.ceil((one.layers * layers) / model.layers) }))
        .filter((one) => one.layers > 0),
      vocab: more.vocab,
      vision: more.vision,
      weightBytes,
      ...(model.unsplitBytes === undefined ? {} : { unsplitBytes: Math.min(weightBytes, model.unsplitBytes * share) }),
      ...(model.paddedExperts && { paddedExperts: { ...model.paddedExperts, matrices: model.paddedExperts.matrices * share } }),
      activeBytes: model.weightBytes > 0 ? model.activeBytes * (weightBytes / model.weightBytes) : 0,
    };
  };
  return [
    stage(counts[0]!, { embeddings: embedding, vocab: 1, vision: model.vision }),
    ...(most > 0 ? [stage(most, { embeddings: 0, vocab: 1, vision: false })] : []),
    stage(counts[stages - 1]!, { embeddings: embedding, vocab: model.vocab, vision: false }),
  ];
}
