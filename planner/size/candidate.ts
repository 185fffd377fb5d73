/** Evaluates one machine for one model: whether it fits the load, with all numbers, or why not. */
import { endpointLimits } from "../../azure/limits";
import { createProblem, type Problem } from "../codes";
import { type EngineSettings, type Estimate, estimate, gpusOf } from "../fit/estimate";
import { GiB, type Model } from "../fit/model";
import { withQuantization } from "../fit/onlineQuantization";
import { largestSplit, splitProblem } from "../fit/parallel";
import { speculationCautions } from "../fit/speculation";
import { servingProblems } from "../serving/checks";
import { type Contract, type DeclaredLoad, deriveContract, plannedSpeed } from "../serving/contract";
import { formatProblem, settingsProblem } from "./compatible";
import type { Machine } from "./machine";

/** Requirements that a machine must satisfy. */
export interface MachineRequirements extends EngineSettings, Omit<DeclaredLoad, "concurrency"> {
  /**
   * Concurrent requests with the required context per instance. @default the capacity of the machine, at most 256; at least one must fit
   */
  readonly concurrency?: number;
}

export interface Candidate {
  readonly machine: Machine;
  /** Undefined if a requirement is out of range. A machine with another problem still has an estimate. */
  readonly estimate?: Estimate;
  readonly contract?: Contract;
  readonly problem?: Problem;
  /** Points to review that don't prevent the use of the machine. */
  readonly cautions: readonly string[];
}

/** Maximum concurrent sequences if no load is declared. With more, each request is slow. */
const mostSequences = 256;
/** Default context, tokens. The model's maximum is often many times the capacity of a size. */
const defaultContext = 16_384;
/** Size of vLLM's unpacked image, and space for compile caches and logs, GiB. */
const imageGiB = 24.6;
const scratchGiB = 10;

/**
 * Evaluates one machine. Without an explicit split, the model is split by tensor parallelism. If it doesn't fit and GPUs stay idle, the
 * pipeline uses them.
 */
export function evaluateMachine(model: Model, machine: Machine, requirements: MachineRequirements): Candidate {
  const first = evaluateSplit(model, machine, requirements);
  const { problem, estimate: estimated } = first;
  const isFree = requirements.tensorParallelSize === undefined && requirements.pipelineParallelSize === undefined;
  if (!isFree || !estimated || !problem || !lacksMemory.has(problem.code)) return first;
  const stages = Math.floor(machine.gpus / gpusOf(estimated.settings));
  if (
    stages < 2 ||
    splitProblem(withQuantization(model, requirements.quantization), estimated.settings.tensorParallelSize, {
      ...requirements,
      pipelineParallelSize: stages,
    })
  )
    return first;
  const piped = evaluateSplit(model, machine, {
    ...requirements,
    tensorParallelSize: estimated.settings.tensorParallelSize,
    pipelineParallelSize: stages,
  });
  return piped.problem ? first : piped;
}

/** Codes of the problems that more GPUs solve. */
const lacksMemory: ReadonlySet<string> = new Set(["MOOR108", "MOOR109", "MOOR110"]);

function evaluateSplit(model: Model, machine: Machine, requirements: MachineRequirements): Candidate {
  const outOfRange = rangeProblem(requirements);
  if (outOfRange) return { machine, cautions: [], problem: outOfRange };
  const early =
    contextProblem(model, requirements) ??
    settingsProblem(model, requirements) ??
    formatProblem(model, machine, requirements) ??
    splitSettingProblem(model, machine, requirements);
  const settings = settingsFor(model, machine, requirements);
  const { estimated, concurrency } = sizeConcurrency(model, machine, settings, requirements);
  const load = { ...requirements, concurrency: Math.max(1, concurrency) };
  const candidate = {
    machine,
    estimate: estimated,
    contract: deriveContract(model, machine, estimated, load),
    cautions: cautionsOf(model, machine, estimated),
  };
  const problem = early ?? memoryProblem(model, machine, estimated, requirements) ?? azureProblem(model, machine, candidate.contract);
  return problem ? { ...candidate, problem } : candidate;
}

/** The split in messages and reasons. */
export function splitText({ tensorParallelSize, pipelineParallelSize = 1, dataParallelSize = 1 }: EngineSettings): string {
  return [
    `tensor parallel size ${tensorParallelSize}`,
    ...(pipelineParallelSize > 1 ? [`pipeline parallel size ${pipelineParallelSize}`] : []),
    ...(dataParallelSize > 1 ? [`data parallel size ${dataParallelSize}`] : []),
  ].join(", ");
}

/** The machine's name in messages. */
export function nameOf(machine: Machine): string {
  return machine.instanceType ?? `${machine.gpus} × ${machine.gpu.visibleGiB} GiB`;
}

/** Context on an Azure size if none is required, tokens. */
export function defaultContextOf(model: Model): number {
  return Math.min(defaultContext, model.maxModelLen);
}

function settingsFor(model: Model, machine: Machine, requirements: MachineRequirements): EngineSettings {
  // For a GPU given by numbers, vLLM's defaults apply. For an Azure size, the planner chooses.
  const maxModelLen = requirements.maxModelLen ?? (machine.instanceType ? defaultContextOf(model) : model.maxModelLen);
  const maxNumSeqs = requirements.maxNumSeqs ?? requirements.concurrency ?? (machine.instanceType ? mostSequences : undefined);
  return {
    ...requirements,
    tensorParallelSize: requirements.tensorParallelSize ?? largestTensorSplit(model, machine, requirements),
    maxModelLen,
    maxNumSeqs,
  };
}

/** Largest tensor parallel size on the GPUs of each stage of each server. */
function largestTensorSplit(model: Model, machine: Machine, requirements: MachineRequirements): number {
  const { pipelineParallelSize = 1, dataParallelSize = 1, quantization } = requirements;
  const gpus = Math.max(1, Math.floor(machine.gpus / (pipelineParallelSize * dataParallelSize)));
  return largestSplit(withQuantization(model, quantization), gpus, requirements);
}

/** The estimate and its concurrency. Without a declared concurrency, both are for the number of requests that fit. */
function sizeConcurrency(
  model: Model,
  machine: Machine,
  settings: EngineSettings,
  requirements: MachineRequirements,
): { estimated: Estimate; concurrency: number } {
  const first = estimate(model, machine.gpu, settings);
  if (requirements.concurrency !== undefined) return { estimated: first, concurrency: requirements.concurrency };
  const holds = Math.min(Math.floor(first.safeConcurrency), first.settings.maxNumSeqs);
  const exact = requirements.maxNumSeqs !== undefined || machine.instanceType === undefined || holds < 1;
  if (exact) return { estimated: first, concurrency: holds };
  const concurrency = withinTimeout(model, machine, first, requirements, holds);
  return { estimated: estimate(model, machine.gpu, { ...settings, maxNumSeqs: concurrency }), concurrency };
}

/** Largest concurrency up to `holds` whose answers arrive within Azure's limit; 1 if none do. */
export function withinTimeout(
  model: Model,
  machine: Machine,
  estimated: Estimate,
  requirements: MachineRequirements,
  holds: number,
): number {
  let [low, high] = [1, holds];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const { answerSeconds } = plannedSpeed(model, machine.gpu, estimated, { ...requirements, concurrency: middle });
    if (answerSeconds <= endpointLimits.requestTimeoutSeconds) low = middle;
    else high = middle - 1;
  }
  return low;
}

function rangeProblem(requirements: MachineRequirements): Problem | undefined {
  const whole = {
    maxModelLen: requirements.maxModelLen,
    maxNumSeqs: requirements.maxNumSeqs,
    maxNumBatchedTokens: requirements.maxNumBatchedTokens,
    concurrency: requirements.concurrency,
    pipelineParallelSize: requirements.pipelineParallelSize,
    dataParallelSize: requirements.dataParallelSize,
    blockSize: requirements.blockSize,
  };
  for (const [name, value] of Object.entries(whole)) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      return createProblem("MOOR119", `${name} is ${value}; it must be a whole number of 1 or more.`);
  }
  const part = requirements.gpuMemoryUtilization;
  if (part !== undefined && !(part > 0 && part <= 1))
    return createProblem("MOOR119", `gpuMemoryUtilization is ${part}; it must be greater than 0 and at most 1.`);
  return undefined;
}

function contextProblem(model: Model, requirements: MachineRequirements): Problem | undefined {
  if (requirements.maxModelLen !== undefined && requirements.maxModelLen > model.maxModelLen) {
    return createProblem(
      "MOOR116",
      `A context of ${requirements.maxModelLen} tokens is required; the maximum of ${model.id} is ${model.maxModelLen}.`,
    );
  }
  return undefined;
}

function splitSettingProblem(model: Model, machine: Machine, requirements: MachineRequirements): Problem | undefined {
  const { pipelineParallelSize: stages = 1, dataParallelSize: servers = 1 } = requirements;
  const tp = requirements.tensorParallelSize ?? largestTensorSplit(model, machine, requirements);
  const needed = tp * stages * servers;
  if (needed > machine.gpus) {
    const more = [
      ...(stages > 1 ? [`the pipeline parallel size is ${stages}`] : []),
      ...(servers > 1 ? [`the data parallel size is ${servers}`] : []),
    ];
    const sizes = [`the tensor parallel size is ${tp}`, ...more].join(", ");
    const has = machine.gpus === 1 ? "1 GPU" : `${machine.gpus} GPUs`;
    return createProblem("MOOR107", `${nameOf(machine)} has ${has}; ${sizes}.`);
  }
  const problem = splitProblem(withQuantization(model, requirements.quantization), tp, requirements);
  return problem ? createProblem("MOOR107", `${model.id} can't be split across ${tp} GPUs: ${problem}.`) : undefined;
}

function memoryProblem(model: Model, machine: Machine, estimated: Estimate, requirements: MachineRequirements): Problem | undefined {
  const on = `${nameOf(machine)} with ${splitText(estimated.settings)}`;
  const { safeKvGiBPerGpu: safe, activationGiB: activation } = estimated;
  const { maxModelLen } = estimated.settings;
  if (safe <= 0) {
    const needs = `${estimated.weightsGiBPerGpu.toFixed(1)} GiB for weights and ${activation.toFixed(1)} GiB for activations on each GPU`;
    return createProblem(
      "MOOR108",
      `On ${on}, ${model.id} requires ${needs}: ${(-safe).toFixed(1)} GiB too much, even without a KV cache.`,
    );
  }
  if (estimated.safeConcurrency < 1) {
    const needs = `one request of ${maxModelLen} tokens requires ${estimated.requestGiB.toFixed(2)} GiB of KV cache on each GPU`;
    return createProblem(
      "MOOR109",
      `On ${on}, ${needs}; with the safety margin, ${safe.toFixed(2)} GiB is available, enough for ${estimated.longestRequest} tokens.`,
    );
  }
  if (requirements.concurrency !== undefined && estimated.safeConcurrency < requirements.concurrency) {
    const short = (requirements.concurrency * estimated.requestGiB - safe).toFixed(1);
    const capacity = `the KV cache has capacity for ${Math.floor(estimated.safeConcurrency)} requests of ${maxModelLen} tokens`;
    return createProblem("MOOR110", `On ${on}, ${capacity}; ${requirements.concurrency} are declared. Each GPU needs ${short} GiB more.`);
  }
  return undefined;
}

/** Checks Azure's limits beyond memory: disk size, and the maximum duration of a request. */
function azureProblem(model: Model, machine: Machine, contract: Contract): Problem | undefined {
  const { size } = machine;
  if (!size) return undefined;
  const needed = diskNeeded(model);
  const disk = size.tempDiskGiB + (size.nvmeGiB ?? 0);
  if (needed > disk) {
    return createProblem(
      "MOOR112",
      `Image, weights and caches require ${Math.ceil(needed)} GiB of disk; ${nameOf(machine)} has ${disk} GiB.`,
    );
  }
  const seconds = contract.speed.answerSeconds;
  if (seconds > endpointLimits.requestTimeoutSeconds) {
    const load = `${contract.basis.concurrency} concurrent requests with answers of ${contract.basis.outputTokens} tokens each`;
    return createProblem(
      "MOOR117",
      `On ${nameOf(machine)}, ${load} take up to ${Math.ceil(seconds)} s; Azure ends a request after ${endpointLimits.requestTimeoutSeconds} s.`,
    );
  }
  return servingProblems(contract.settings, contract.basis)[0];
}

function diskNeeded(model: Model): number {
  return imageGiB + model.weightBytes / GiB + scratchGiB;
}

function cautionsOf(model: Model, machine: Machine, estimated: Estimate): string[] {
  const { size } = machine;
  const used = gpusOf(estimated.settings);
  const { speculative } = estimated.settings;
  const cautions = [...model.assumptions, ...(speculative ? speculationCautions(speculative) : [])];
  if (used > 1)
    cautions.push("tensor parallelism requires 240 MiB in /dev/shm; Azure doesn't document its size, so check it in the container's log");
  if (used < machine.gpus)
    cautions.push(`${machine.gpus - used} of ${machine.gpus} GPUs stay idle: ${model.id} can't be split across more than ${used} GPUs`);
  if (machine.gpu.visibleFrom === "derived")
    cautions.push(`${machine.gpu.visibleGiB} GiB of visible memory is an estimate that no vLLM log has confirmed yet`);
  if (size?.nvmeGiB && diskNeeded(model) > size.tempDiskGiB) {
    cautions.push(
      `image and weights require ${Math.ceil(diskNeeded(model))} GiB, more than the temporary disk (${size.tempDiskGiB} GiB), so Azure must store them on the local NVMe disk`,
    );
  }
  return cautions;
}
