/** Decides a vLLM deployment: planner/size chooses the size, planner/serving derives the other values, and both check explicit settings. */
import { admissionFactor, scoringStatus } from "../azure/scoring";
import type { InstanceType } from "../facts/sizes";
import { createProblem, type Problem } from "./codes";
import type { AdapterDecision, ImageReference, Routes } from "./decision";
import { argumentsOf, type ExplicitFlags, engineSettings, joinFlags } from "./explicitFlags";
import type { Model } from "./fit/model";
import { imageText } from "./image";
import type { Plan } from "./plan";
import { chosenTask, taskProblem } from "./serving/task";
import { type FitResult, fit as fitModel } from "./size/fit";
import { type ExplicitSettings, reviewExplicitSettings } from "./size/review";
import { isPoolingTask, type Task } from "./task";
import { arrivals, loraFlags, loraSettings, modelDecision, type WeightsChoice } from "./weights";

/** Requirements for a model served by vLLM. */
export interface VllmRequirements {
  readonly pattern: "vllm";
  readonly image: ImageReference;
  /** `auto`: the cheapest size in the region that can process the load. */
  readonly size: InstanceType | "auto";
  /** Region whose sizes and list prices are compared. */
  readonly region: string;
  /** The model's dimensions; `id` is its Hugging Face ID, or the one of the base model of registered weights. */
  readonly model: Model;
  readonly weights: WeightsChoice;
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number;
  /** Concurrent requests per instance. */
  readonly concurrencyPerInstance: number;
  /** Maximum number of instances; the endpoint's connection limit must cover them. */
  readonly maxInstances: number;
  /** Model name that clients send. */
  readonly servedName: string;
  /** @default the task that the model is made for, or chat */
  readonly task?: Task;
  /** Seconds, within `endpointLimits`. @default from the planned speed */
  readonly requestTimeout?: number;
  /** Flags from the stack file. They override derived ones. A flag that contradicts a requirement is a problem. */
  readonly flags: ExplicitFlags;
}

/** OpenAI's paths are reachable below the endpoint's URL only if the scoring route is `/`. */
const vllmRoutes: Routes = { port: 8000, liveness: "/health", readiness: "/health", scoring: "/" };

/** The source for which the planner estimates the start: `mirror` if the weights are on disk before the container starts. */
const startSources = { beforeStart: "mirror", duringStart: "hub" } as const;

/** The plan, or all problems that prevent one. */
export function decideVllm(requirements: VllmRequirements): Plan | { readonly problems: readonly Problem[] } {
  const { settings, problems } = engineSettings(requirements.flags);
  const task = chosenTask(requirements.model, requirements.task);
  const unserved = taskProblem(requirements.model, task, requirements.flags) ?? adapterProblem(requirements, task);
  if (problems.length > 0 || unserved) return { problems: [...problems, ...(unserved ? [unserved] : [])] };
  // Explicit limits are checked against settings that satisfy the declared load, so that each error is reported under its own code.
  const { maxNumSeqs, maxNumBatchedTokens, maxModelLen, ...free } = settings;
  const lora = loraSettings(adaptersOf(requirements));
  const engine = {
    ...free,
    maxModelLen: Math.max(requirements.contextTokens, maxModelLen ?? 0),
    concurrency: requirements.concurrencyPerInstance,
    maxInstances: requirements.maxInstances,
    source: startSources[arrivals[requirements.weights.source]],
    servedModelName: requirements.servedName,
    region: requirements.region,
    ...(lora === undefined ? {} : { lora }),
    task,
  };
  const instanceType = requirements.size === "auto" ? undefined : requirements.size;
  const limits = { maxNumSeqs, maxNumBatchedTokens, maxModelLen };
  const violated = reviewExplicitSettings(requirements.model, engine, { instanceType, ...explicitSettings(requirements), ...limits });
  const idle = idleSequences(requirements, maxNumSeqs);
  if (violated.length > 0) return { problems: [...violated, ...idle] };
  const result = fitModel({
    ...engine,
    maxNumSeqs,
    maxNumBatchedTokens,
    requestTimeout: requirements.requestTimeout,
    model: requirements.model,
    instanceType,
  });
  const blocking = result.refusal;
  return blocking || idle.length > 0 ? { problems: [...idle, ...(blocking ? [blocking] : [])] } : planOf(requirements, result, task);
}

/** Explicit sequences beyond the requests that Azure admits. They only take memory from the KV cache; probably more load was intended. */
function idleSequences({ concurrencyPerInstance: declared }: VllmRequirements, maxNumSeqs = 0): Problem[] {
  const admitted = admissionFactor * declared;
  if (maxNumSeqs <= admitted) return [];
  const detail = `Azure admits ${admissionFactor} × ${declared} requests to an instance with a declared concurrency of ${declared}, and rejects further requests with status ${scoringStatus.tooManyRequests}`;
  return [createProblem("MOOR216", `--max-num-seqs is ${maxNumSeqs}; ${detail}.`, `at most ${admitted}, or a higher declared concurrency`)];
}

function adaptersOf({ weights }: VllmRequirements): readonly AdapterDecision[] {
  return weights.source === "mirror" ? (weights.adapters ?? []) : [];
}

function explicitSettings({ image, flags, requestTimeout }: VllmRequirements): ExplicitSettings {
  return {
    // An image that is built is identified by the hash of its inputs, which is as fixed as a digest.
    ...("inputs" in image ? {} : { image: imageText(image) }),
    flags: argumentsOf(flags),
    ...(requestTimeout === undefined ? {} : { requestSettings: { requestTimeout } }),
  };
}

function planOf(requirements: VllmRequirements, result: FitResult, task: Task): Plan {
  const { image, requestTimeout, weights } = requirements;
  const pinned: ExplicitFlags = weights.source === "hub" ? { revision: weights.revision, "tokenizer-revision": weights.revision } : {};
  const derived = result.requestSettings!;
  return {
    recipe: {
      pattern: "vllm",
      instanceType: result.size as InstanceType,
      image,
      routes: vllmRoutes,
      model: modelDecision(requirements.model.id, weights),
      ...(isPoolingTask(task) ? { task } : {}),
      tensorParallelSize: result.tensorParallelSize,
      flags: joinFlags([...result.flags, ...loraFlags(adaptersOf(requirements))], { ...pinned, ...requirements.flags }),
      environmentVariables: { ...variables(requirements), ...result.environmentVariables },
      probes: result.probes!,
      requestSettings: requestTimeout === undefined ? derived : { ...derived, requestTimeout },
    },
    scaleRule: result.scaleRule!,
    clients: result.client!,
    reasons: [
      sizeReason(requirements, result),
      ...taskReasons(requirements, task),
      ...result.reasons,
      ...adapterReasons(requirements),
      ...explicitReasons(requirements),
      ...draftReasons(requirements, result),
    ],
  };
}

function variables({ weights }: VllmRequirements): Record<string, string> {
  // Without these, vLLM tries to send a usage report at every start, which the managed network blocks.
  const always = { VLLM_NO_USAGE_STATS: "1", DO_NOT_TRACK: "1" };
  return arrivals[weights.source] === "beforeStart" ? { ...always, HF_HUB_OFFLINE: "1", TRANSFORMERS_OFFLINE: "1" } : always;
}

function sizeReason({ size, region }: VllmRequirements, { rejected }: FitResult): string {
  if (size !== "auto") return "size: set in the stack file; the load fits";
  const costlier = rejected.filter(({ code }) => code === undefined).map((other) => other.size);
  const others =
    costlier.length === 0 ? "no other size fits" : `${costlier.length} more expensive sizes also fit, the cheapest of them ${costlier[0]}`;
  return `size: the cheapest in ${region} that fits the load; ${others}`;
}

/** Why a task was chosen, if it isn't chat because the model is made for chat. */
function taskReasons({ task: declared, model }: VllmRequirements, task: Task): string[] {
  if (task === "chat" && declared === undefined && model.task === undefined)
    return ["task chat: the model's files don't make clear what it is made for; `vllm.task` can state it"];
  if (task === "chat") return [];
  return [`task ${task}: ${declared === undefined ? "the model is made for it" : "set in the stack file"}`];
}

/** The gate asks each adapter with a chat request, and clients of other tasks have one model. */
function adapterProblem(requirements: VllmRequirements, task: Task): Problem | undefined {
  if (task === "chat" || adaptersOf(requirements).length === 0) return undefined;
  return createProblem("MOOR132", `The task is ${task}, and \`adapters\` contains LoRA adapters.`, "adapters with the task chat");
}

function adapterReasons(requirements: VllmRequirements): string[] {
  const lora = loraSettings(adaptersOf(requirements));
  if (lora === undefined) return [];
  const { maxLoras, maxRank } = lora;
  return [
    `--max-loras ${maxLoras}: all adapters are on the GPU at the same time; --max-lora-rank ${maxRank}: vLLM's next value for the largest rank`,
  ];
}

/** A draft model is not part of the staged weights. */
function draftReasons({ weights }: VllmRequirements, { flags }: FitResult): string[] {
  const at = flags.indexOf("--spec-model");
  if (at < 0 || arrivals[weights.source] !== "beforeStart") return [];
  return [`the draft model ${flags[at + 1]} is not staged: the image must contain it in its Hugging Face cache, or set source to hub`];
}

function explicitReasons({ flags, requestTimeout }: VllmRequirements): string[] {
  const named = Object.keys(flags).map((flag) => `--${flag}`);
  const all = requestTimeout === undefined ? named : [...named, `requestTimeout ${requestTimeout} s`];
  return all.length === 0 ? [] : [`set in the stack file and checked: ${all.join(", ")}`];
}
