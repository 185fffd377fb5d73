/** Creates the planner's model from the record of a model. */
import { modelFromConfig } from "./config/json";
import { GiB, type Model } from "./model";
import type { ModelRecord } from "./record";

/**
 * The model of a record. The size of its weights is that of its tensors, otherwise that of its files, otherwise that of its parameters by
 * type; if the record contains none of them, it is computed from the dimensions.
 * @throws PlanError MOOR120 if a required number is missing or out of bounds
 */
export function modelFromRecord({ id, config, ...checkpoint }: ModelRecord): Model {
  return modelFromConfig(id, config, checkpoint);
}

/** The model with another size of its weights, GiB. The part that one token reads stays the same. */
export function withCheckpoint(model: Model, checkpointGiB: number | undefined): Model {
  if (checkpointGiB === undefined) return model;
  const weightBytes = checkpointGiB * GiB;
  const share = weightBytes / model.weightBytes;
  const unsplit = model.unsplitBytes === undefined ? {} : { unsplitBytes: model.unsplitBytes * share };
  // The given size includes what the kernels add.
  const { paddedExperts: _included, ...rest } = model;
  return { ...rest, ...unsplit, weightBytes, weightsFrom: "checkpoint", activeBytes: model.activeBytes * share };
}
