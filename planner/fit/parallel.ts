/** Over how many GPUs a model can be split, and why not over others. */
import type { Model } from "./model";

/** Columns of a quantised matrix that one GPU must get as a whole. */
const blockWidth: Partial<Record<NonNullable<Model["quantization"]>, number>> = { "fp8-block128": 128, awq: 128, gptq: 128, int4: 128 };

/** Why the model can't be split over `tp` GPUs, as one clause; undefined if it can. */
export function splitProblem(model: Model, tp: number): string | undefined {
  if (!Number.isInteger(tp) || tp < 1) return `tensor parallel size ${tp} is no positive whole number`;
  if (model.heads % tp !== 0) return `its ${model.heads} attention heads can't be divided by ${tp}`;
  const kv = model.kvHeads;
  if (kv !== undefined && kv % tp !== 0 && tp % kv !== 0) return `its ${kv} KV heads neither divide nor are divided by ${tp}`;
  for (const layer of model.cache) {
    const odd = layer.kind === "state" ? layer.state.heads.find((heads) => heads % tp !== 0) : undefined;
    if (odd !== undefined) return `the ${odd} heads of its recurrent layers can't be divided by ${tp}`;
  }
  const uneven = unevenBlocks(model, tp);
  return uneven && !needsExpertParallel(model, tp) ? uneven : undefined;
}

/** Whether the split is valid only with `--enable-expert-parallel`: whole experts go to each GPU where their blocks can't be cut. */
export function needsExpertParallel(model: Model, tp: number): boolean {
  return model.experts !== undefined && model.experts.count % tp === 0 && unevenBlocks(model, tp) !== undefined;
}

/** Unsplit, a partial block at the edge is padded; split, each GPU needs whole blocks. */
function unevenBlocks(model: Model, tp: number): string | undefined {
  const width = model.quantization && blockWidth[model.quantization];
  const split = model.experts ? model.experts.intermediate : model.intermediate;
  if (!width || tp === 1 || (split / tp) % width === 0) return undefined;
  return `its ${model.quantization} blocks of ${width} don't divide a width of ${split} over ${tp} GPUs (${split / tp} each)`;
}

/** Largest valid split over at most `gpus` GPUs; 1 is always valid. */
export function largestSplit(model: Model, gpus: number): number {
  for (let tp = gpus; tp > 1; tp--) if (splitProblem(model, tp) === undefined) return tp;
  return 1;
}
