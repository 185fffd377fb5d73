/** The numbers of GPUs across which a model can be split. */
import type { Model } from "./model";

/** Width of the quantization blocks, which can't be divided between GPUs. */
const blockWidth: Partial<Record<NonNullable<Model["quantization"]>, number>> = { "fp8-block128": 128, awq: 128, gptq: 128, int4: 128 };

/** Why the model can't be split across `tp` GPUs, as one clause; undefined if it can. */
export function splitProblem(model: Model, tp: number): string | undefined {
  if (!Number.isInteger(tp) || tp < 1) return `the tensor parallel size ${tp} is not a whole number of 1 or more`;
  if (model.heads % tp !== 0) return `its ${model.heads} attention heads are not divisible by ${tp}`;
  const kv = model.kvHeads;
  if (kv !== undefined && kv % tp !== 0 && tp % kv !== 0) return `its ${kv} KV heads are neither a multiple nor a divisor of ${tp}`;
  for (const layer of model.cache) {
    const odd = layer.kind === "state" ? layer.state.heads.find((heads) => heads % tp !== 0) : undefined;
    if (odd !== undefined) return `the ${odd} heads of its recurrent layers are not divisible by ${tp}`;
  }
  const uneven = unevenBlocks(model, tp);
  return uneven && !needsExpertParallel(model, tp) ? uneven : undefined;
}

/** Whether the split requires `--enable-expert-parallel`, which assigns whole experts to each GPU because their blocks can't be divided. */
export function needsExpertParallel(model: Model, tp: number): boolean {
  return model.experts !== undefined && model.experts.count % tp === 0 && unevenBlocks(model, tp) !== undefined;
}

/**
 * Why the quantization blocks can't be split; undefined if they can. On one GPU, a partial block is padded; otherwise each GPU needs whole
 * blocks.
 */
function unevenBlocks(model: Model, tp: number): string | undefined {
  const width = model.quantization && blockWidth[model.quantization];
  const split = model.experts ? model.experts.intermediate : model.intermediate;
  if (!width || tp === 1 || (split / tp) % width === 0) return undefined;
  return `its width of ${split} on ${tp} GPUs (${split / tp} each) is not divisible into ${model.quantization} blocks of ${width}`;
}

/** Largest valid tensor parallel size up to `gpus`; 1 is always valid. */
export function largestSplit(model: Model, gpus: number): number {
  for (let tp = gpus; tp > 1; tp--) if (splitProblem(model, tp) === undefined) return tp;
  return 1;
}
