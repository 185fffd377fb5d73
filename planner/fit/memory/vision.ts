/** Memory for the profile of image and video input: the vision tower with the largest item, and its outputs. */

import { GiB, type Model, type TowerDimensions } from "../model";
import { atLeast } from "../version";
import type { Batch } from "./batch";

/** Peak of towers whose dimensions don't determine it, GiB: with the images' resolution or a fixed one; what is retained; the highest excess. */
const peaks = { ownResolution: 1.5, fixed: 0.5, stays: 0.1, most: 0.5 } as const;

/** Families whose images keep their resolution, and families that also pass outputs of three levels of the tower to the text model. */
const keepsResolution = /^Qwen/;
const deepStack = /^Qwen3VL/;

/** Families whose video processor limits the pixels of a frame, so that the profile's tower is small: two logs have the peak of the text part. */
const limitsFrames = /^Qwen2_5Omni/;

/** Families that accept videos in addition to images. */
const acceptsVideo = /^(Qwen|Gemma4|InternVL|InternS1|LlavaOnevision|LlavaNextVideo|Glm4|MiniCPMV|Keye|NemotronH_Nano|KimiK25|Ovis)/;

/** Families whose videos have as many frames as the context has room for, up to 14, and whose tower rearranges patches into windows. */
const videoFillsContext = /^Qwen2(_5_)?VL/;

/** The tower of these families, if the configuration isn't known. */
const windowedTower: TowerDimensions = { hidden: 1280, intermediate: 3420, matrices: 3, patchInputs: 1176, patchesPerToken: 4 };

/** Copies of a patch's hidden values that exist while a windowed tower runs: residual, input of the block, rearranged values, output. */
const hiddenCopies = 4;

/** Tokens of the largest image that keeps its resolution, of two frames, and of the largest video until vLLM limited Qwen3-VL's videos. */
const largest = { image: 16_384, video: 153_600, framePairs: 7, videoBoundedSince: "0.12.0" } as const;

/** The largest number of items of a kind in one request; 0 turns the kind off. */
const allowed = (batch: Batch, kind: "image" | "video") => (batch.limitMmPerPrompt?.[kind] ?? 1) > 0;

/** Whether vLLM profiles the tower. With all limits at 0, it doesn't load the tower's input. */
export function profilesVision(model: Model, batch: Batch): boolean {
  if (!model.vision) return false;
  return allowed(batch, "image") || (acceptsVideo.test(model.architecture) && allowed(batch, "video"));
}

/** Tokens of the largest item. Without an own resolution, items are smaller than a step. */
function itemTokens(model: Model, batch: Batch): number {
  const { architecture } = model;
  if (!keepsResolution.test(architecture)) return 0;
  if (!allowed(batch, "video")) return largest.image;
  if (videoFillsContext.test(architecture)) {
    const pairs = Math.floor(batch.maxModelLen / largest.image);
    return largest.image * Math.min(largest.framePairs, Math.max(1, pairs));
  }
  return deepStack.test(architecture) && !atLeast(batch.vllmVersion, largest.videoBoundedSince) ? largest.video : largest.image;
}

/** Bytes of the encoder's outputs, which are retained while the text model is profiled: one step of tokens, or one item if it is larger. */
function encoderCache(model: Model, batch: Batch): number {
  const levels = deepStack.test(model.architecture) ? 4 : 1;
  return 2 * Math.max(batch.maxNumBatchedTokens, itemTokens(model, batch)) * levels * model.hidden;
}

/** Peak of the tower with the largest item, GiB. */
function towerGiB(model: Model, batch: Batch): number {
  if (!videoFillsContext.test(model.architecture)) {
    return keepsResolution.test(model.architecture) && !limitsFrames.test(model.architecture) ? peaks.ownResolution : peaks.fixed;
  }
  const tower = model.tower ?? windowedTower;
  const patches = itemTokens(model, batch) * tower.patchesPerToken;
  const mlp = (tower.matrices * tower.intermediate) / batch.tensorParallelSize;
  return (2 * patches * (mlp + hiddenCopies * tower.hidden + tower.patchInputs)) / GiB;
}

/** Peak activation, GiB, of a model whose text part has the given peaks. */
export function withVision(
  model: Model,
  batch: Batch,
  text: { readonly likely: number; readonly most: number },
): { readonly likely: number; readonly most: number } {
  if (!profilesVision(model, batch)) return text;
  const tower = towerGiB(model, batch);
  const seen = (peak: number) => Math.max(peak, tower) + encoderCache(model, batch) / GiB + peaks.stays;
  return { likely: seen(text.likely), most: seen(text.most) + peaks.most };
}
