/** Memory of the kernels of mixtures of experts, elements per token on one GPU. */
import type { Model } from "../model";
import { atLeast } from "../version";

/**
 * Additional rows of the hidden width in the kernels of NVFP4 experts, per token and expert. All kernels gather the rows of an expert
 * first; vLLM's own kernel copies the results two more times and sums them in 32 bits.
 */
export const nvfp4Rows = { likely: 1, most: 4 } as const;

/**
 * Kernels for 16-bit and FP8 experts write two complete rows per token and expert into one workspace for all layers. Since these versions,
 * the workspace is retained while the sampler is profiled. The logs of 0.13 and 0.16 don't show it for FP8, but the less favorable value is
 * used for these versions too.
 */
const workspaceStaysSince = { sixteenBit: "0.14.0", fp8: "0.11.1" } as const;

/** From this compute capability on, FP8 experts use kernels with their own memory, which is smaller than a workspace. */
const blackwell = 10;

const inFp8 = (model: Model) => model.quantization === "fp8" || model.quantization === "fp8-block128";

const writesWholeRows = (model: Model, computeCapability: number) =>
  model.quantization === undefined || (inFp8(model) && computeCapability < blackwell);

/** Elements per token that the experts store between their two matrix products. */
export function expertWorkspace(model: Model, tp: number, computeCapability: number): number {
  if (!model.experts) return 0;
  const width = model.experts.intermediate / tp;
  const second = writesWholeRows(model, computeCapability) ? model.hidden : 0;
  return model.experts.perToken * (Math.max(2 * width, model.hidden) + Math.max(width, second));
}

/** Whether the workspace is retained while the sampler is profiled. */
export const workspaceStays = (model: Model, vllmVersion: string, computeCapability: number): boolean =>
  writesWholeRows(model, computeCapability) && atLeast(vllmVersion, workspaceStaysSince[inFp8(model) ? "fp8" : "sixteenBit"]);

/** Elements per token of the additional rows in NVFP4's kernels. */
export function gatheredRows(model: Model, rows: number): number {
  return model.experts && model.quantization === "nvfp4" ? rows * model.experts.perToken * model.hidden : 0;
}
