/** Creates the planner's model from the record of a model. */
import { type Checkpoint, modelFromConfig } from "./configJson";
import { object } from "./configRead";
import { GiB, type Model } from "./model";
import type { ModelRecord, TensorGroup } from "./record";

/**
 * The model of a record. The size of its weights is that of its tensors, otherwise that of its files.
 * @throws PlanError MOOR120 if a required number is missing or out of bounds
 */
export function modelFromRecord(record: ModelRecord): Model {
  const { id, config, hfQuantConfig, tensors, fileBytes } = record;
  const size: Checkpoint = tensors === undefined ? { fileBytes } : { loadedBytes: loadedBytes(tensors, record) };
  return modelFromConfig(id, config, { ...size, hfQuantConfig });
}

/** Bytes of the tensors that vLLM loads: without multi-token prediction and a tied output head. */
function loadedBytes(tensors: readonly TensorGroup[], { config }: ModelRecord): number {
  const text = object(config, "text_config") ?? config;
  const isTied = (text.tie_word_embeddings ?? config.tie_word_embeddings) === true;
  return tensors.reduce((sum, { name, bytes }) => {
    const isUnloaded = /(^|\.)mtp\./.test(name) || /(^|\.)layers\.\d+\./.test(name) || (isTied && /(^|\.)lm_head\.weight$/.test(name));
    return isUnloaded ? sum : sum + bytes;
  }, 0);
}

/** The model with another size of its weights, GiB. The part that one token reads stays the same. */
export function withCheckpoint(model: Model, checkpointGiB: number | undefined): Model {
  if (checkpointGiB === undefined) return model;
  const weightBytes = checkpointGiB * GiB;
  return { ...model, weightBytes, weightsFrom: "checkpoint", activeBytes: weightBytes * (model.activeBytes / model.weightBytes) };
}
