/** The numbers of GPUs across which a model can be split. */

import type { Model } from "./model";
import type { EngineSettings } from "./settings";
import { draftSplit } from "./speculation";

/** Width of the quantization blocks, which can't be divided between GPUs. */
const blockWidth: Partial<Record<NonNullable<Model["quantization"]>, number>> = { "fp8-block128": 128, awq: 128, gptq: 128, int4: 128 };

/** The settings that a split depends on, in addition to the number of GPUs. */
export type SplitSettings = Pick<EngineSettings, "pipelineParallelSize" | "dataParallelSize" | "expertParallel" | "speculative">;

/** Why the model can't be split across `tp` GPUs in each stage, as one clause; undefined if it can. */
export function splitProblem(model: Model, tp: number, settings: SplitSettings = {}): string | undefined {
  if (!Number.isInteger(tp) || tp < 1) return `the tensor parallel size ${tp} is not a whole number of 1 or more`;
  return (
    headsProblem(model, tp) ??
    blocksProblem(model, tp, settings) ??
    stagesProblem(model, settings) ??
    draftProblem(tp, settings.speculative)
  );
}

/** Whether the split requires `--enable-expert-parallel`, which assigns whole experts to each GPU because their blocks can't be divided. */
export function needsExpertParallel(model: Model, tp: number): boolean {
  return model.experts !== undefined && model.experts.count % tp === 0 && unevenBlocks(model, tp) !== undefined;
}

/** Largest valid tensor parallel size up to `gpus`; 1 is always valid for a model without a draft model. */
export function largestSplit(model: Model, gpus: number, settings: SplitSettings = {}): number {
  for (let tp = gpus; tp > 1; tp--) if (splitProblem(model, tp, settings) === undefined) return tp;
  return 1;
}

function headsProblem(model: Model, tp: number): string | undefined {
  if (model.heads % tp !== 0) return `its ${model.heads} attention heads are not divisible by ${tp}`;
  const kv = model.kvHeads;
  if (kv !== undefined && kv % tp !== 0 && tp % kv !== 0) return `its ${kv} KV heads are neither a multiple nor a divisor of ${tp}`;
  for (const layer of model.cache) {
    const odd = layer.kind === "state" ? layer.state.heads.find((heads) => heads % tp !== 0) : undefined;
    if (odd !== undefined) return `the ${odd} heads of its recurrent layers are not divisible by ${tp}`;
  }
  return undefined;
}

function blocksProblem(model: Model, tp: number, { expertParallel, dataParallelSize = 1 }: SplitSettings): string | undefined {
  const group = tp * dataParallelSize;
  if (model.experts && expertParallel) {
    const { count } = model.experts;
    return group <= count ? undefined : `${group} GPUs with whole experts are more than its ${count} experts`;
  }
  const uneven = unevenBlocks(model, tp);
  return uneven && !needsExpertParallel(model, tp) ? uneven : undefined;
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

function stagesProblem(model: Model, { pipelineParallelSize: stages = 1, speculative }: SplitSettings): string | undefined {
  if (!Number.isInteger(stages) || stages < 1) return `the pipeline parallel size ${stages} is not a whole number of 1 or more`;
  if (stages === 1) return undefined;
  if (stages > model.layers) return `its ${model.layers} layers are fewer than the ${stages} stages of the pipeline`;
  if (model.encoder) return "vLLM doesn't support pipeline parallelism for encoders";
  if (speculative && speculative.method !== "ngram") return "the planner doesn't support pipeline parallelism with a draft model";
  return undefined;
}

function draftProblem(tp: number, speculative: EngineSettings["speculative"]): string | undefined {
  if (speculative?.model === undefined) return undefined;
  const split = draftSplit(speculative, tp);
  if (split !== 1 && split !== tp) return `the draft model can be split across 1 or ${tp} GPUs, not ${split}`;
  const problem = splitProblem(speculative.model, split);
  return problem === undefined ? undefined : `its draft model ${speculative.model.id} can't be split across ${split} GPUs: ${problem}`;
}
