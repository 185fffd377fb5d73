/** Converts options for the settings of vLLM that have no value by default. Each error is one sentence with the value and the allowed values. */
import { PlanError } from "../../planner/codes";
import { mediaLimits } from "../../planner/explicitFlags";
import type { EngineSettings } from "../../planner/fit/estimate";
import { loraRankFor, loraRanks } from "../../planner/fit/lora";
import type { Model } from "../../planner/fit/model";
import { readSpeculation } from "../../planner/fit/speculationText";
import { tasks } from "../../planner/task";
import { mostGpus, mostTokens, whole } from "./numbers";
import type { FitOptions } from "./options";

/** Most adapters that are active at the same time: far more than any useful number. */
const mostLoras = 10_000;

/**
 * The settings.
 * @param modelOf Reads a draft model from its ID or the path of its config.json.
 */
export async function engineOptions(options: FitOptions, modelOf: (named: string) => Promise<Model>): Promise<EngineSettings> {
  return {
    task: taskOf(options.task),
    quantization: options.quantization,
    blockSize: whole("--block-size", options.blockSize, mostTokens),
    pipelineParallelSize: whole("--pipeline-parallel-size", options.pipelineParallelSize, mostGpus),
    dataParallelSize: whole("--data-parallel-size", options.dataParallelSize, mostGpus),
    expertParallel: options.enableExpertParallel,
    limitMmPerPrompt: limitsOf(options.limitMmPerPrompt),
    lora: loraOf(options),
    speculative: await speculationOf(options, modelOf),
  };
}

function taskOf(text: string | undefined): EngineSettings["task"] {
  const task = tasks.find((one) => one === text);
  if (text === undefined || task !== undefined) return task;
  throw new Error(`--task is ${text}; it must be one of ${tasks.join(", ")}.`);
}

function limitsOf(text: string | undefined): EngineSettings["limitMmPerPrompt"] {
  if (text === undefined) return undefined;
  const limits = mediaLimits(text);
  if (limits !== undefined) return limits;
  throw new Error(`--limit-mm-per-prompt is ${text}; it must be JSON such as {"image": 2, "video": 0}.`);
}

/** vLLM's defaults if only one of the two options is set. */
const loraDefaults = { maxLoras: 1, maxRank: 16 } as const;

function loraOf({ maxLoras: count, maxLoraRank: largest }: FitOptions): EngineSettings["lora"] {
  if (count === undefined && largest === undefined) return undefined;
  const maxRank = whole("--max-lora-rank", largest, loraRanks.at(-1)!) ?? loraDefaults.maxRank;
  return { maxLoras: whole("--max-loras", count, mostLoras) ?? loraDefaults.maxLoras, maxRank: loraRankFor(maxRank)! };
}

async function speculationOf(options: FitOptions, modelOf: (named: string) => Promise<Model>): Promise<EngineSettings["speculative"]> {
  const count = options.specTokens === undefined ? undefined : Number(options.specTokens);
  const found = readSpeculation({ method: options.specMethod, model: options.specModel, tokens: count }, () => undefined);
  if (found === undefined) return undefined;
  if ("code" in found) throw new PlanError(found);
  return found.modelId === undefined ? found : { ...found, model: await modelOf(found.modelId) };
}
