/** Evaluates one machine for one model: whether it fits the load, with all numbers, or why not. */
import { endpointLimits } from "../../azure/limits";
import { createProblem, type Problem } from "../codes";
import { type EngineSettings, type Estimate, estimate } from "../fit/estimate";
import { GiB, type Model } from "../fit/model";
import { largestSplit, splitProblem } from "../fit/parallel";
import { servingProblems } from "../serving/checks";
import { type Contract, type DeclaredLoad, deriveContract, plannedSpeed } from "../serving/contract";
import { formatProblem } from "./compatible";
import type { Machine } from "./machine";

/** Requirements that a machine must satisfy. */
export interface MachineRequirements extends EngineSettings, Omit<DeclaredLoad, "concurrency"> {
  /** Concurrent requests with the required context per instance. @default the capacity of the machine, at most 256; at least one must fit */
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

/** Evaluates one machine. */
export function evaluateMachine(model: Model, machine: Machine, wish: MachineRequirements): Candidate {
  const outOfRange = rangeRefusal(wish);
  if (outOfRange) return { machine, cautions: [], problem: outOfRange };
  const early = contextRefusal(model, wish) ?? formatProblem(model, machine, wish.kvCacheDtype) ?? splitRefusal(model, machine, wish);
  const settings = settingsFor(model, machine, wish);
  const { found, concurrency } = sized(model, machine, settings, wish);
  const load = { ...wish, concurrency: Math.max(1, concurrency) };
  const candidate = {
    machine,
    estimate: found,
    contract: deriveContract(model, machine, found, load),
    cautions: cautionsOf(model, machine, found),
  };
  const broken = early ?? memoryRefusal(model, machine, found, wish) ?? azureRefusal(model, machine, candidate.contract);
  return broken ? { ...candidate, problem: broken } : candidate;
}

/** The machine's name in messages. */
export function nameOf(machine: Machine): string {
  return machine.instanceType ?? `${machine.gpus} × ${machine.gpu.visibleGiB} GiB`;
}

function settingsFor(model: Model, machine: Machine, wish: MachineRequirements): EngineSettings {
  // For a GPU given by numbers, vLLM's defaults apply. For an Azure size, the planner chooses.
  const maxModelLen = wish.maxModelLen ?? (machine.instanceType ? Math.min(defaultContext, model.maxModelLen) : model.maxModelLen);
  const maxNumSeqs = wish.maxNumSeqs ?? wish.concurrency ?? (machine.instanceType ? mostSequences : undefined);
  return { ...wish, tensorParallelSize: wish.tensorParallelSize ?? largestSplit(model, machine.gpus), maxModelLen, maxNumSeqs };
}

/** The estimate and its concurrency. Without a declared concurrency, both are for the number of requests that fit. */
function sized(
  model: Model,
  machine: Machine,
  settings: EngineSettings,
  wish: MachineRequirements,
): { found: Estimate; concurrency: number } {
  const first = estimate(model, machine.gpu, settings);
  if (wish.concurrency !== undefined) return { found: first, concurrency: wish.concurrency };
  const holds = Math.min(Math.floor(first.safeConcurrency), first.settings.maxNumSeqs);
  const exact = wish.maxNumSeqs !== undefined || machine.instanceType === undefined || holds < 1;
  if (exact) return { found: first, concurrency: holds };
  const concurrency = withinTimeout(model, machine, first, wish, holds);
  return { found: estimate(model, machine.gpu, { ...settings, maxNumSeqs: concurrency }), concurrency };
}

/** Largest concurrency up to `holds` whose answers arrive within Azure's limit; 1 if none do. */
function withinTimeout(model: Model, machine: Machine, found: Estimate, wish: MachineRequirements, holds: number): number {
  let [low, high] = [1, holds];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const { answerSeconds } = plannedSpeed(model, machine.gpu, found, { ...wish, concurrency: middle });
    if (answerSeconds <= endpointLimits.requestTimeoutSeconds) low = middle;
    else high = middle - 1;
  }
  return low;
}

function rangeRefusal(wish: MachineRequirements): Problem | undefined {
  const whole = {
    maxModelLen: wish.maxModelLen,
    maxNumSeqs: wish.maxNumSeqs,
    maxNumBatchedTokens: wish.maxNumBatchedTokens,
    concurrency: wish.concurrency,
  };
  for (const [name, value] of Object.entries(whole)) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      return createProblem("MOOR119", `${name} is ${value}; it must be a whole number of 1 or more.`);
  }
  const part = wish.gpuMemoryUtilization;
  if (part !== undefined && !(part > 0 && part <= 1))
    return createProblem("MOOR119", `gpuMemoryUtilization is ${part}; it must be greater than 0 and at most 1.`);
  return undefined;
}

function contextRefusal(model: Model, wish: MachineRequirements): Problem | undefined {
  if (wish.maxModelLen !== undefined && wish.maxModelLen > model.maxModelLen) {
    return createProblem(
      "MOOR116",
      `A context of ${wish.maxModelLen} tokens is required; the maximum of ${model.id} is ${model.maxModelLen}.`,
    );
  }
  return undefined;
}

function splitRefusal(model: Model, machine: Machine, wish: MachineRequirements): Problem | undefined {
  const tp = wish.tensorParallelSize;
  if (tp === undefined) return undefined;
  if (tp > machine.gpus) return createProblem("MOOR107", `${nameOf(machine)} has ${machine.gpus} GPUs; the tensor parallel size is ${tp}.`);
  const problem = splitProblem(model, tp);
  return problem ? createProblem("MOOR107", `${model.id} can't be split across ${tp} GPUs: ${problem}.`) : undefined;
}

function memoryRefusal(model: Model, machine: Machine, found: Estimate, wish: MachineRequirements): Problem | undefined {
  const on = `${nameOf(machine)} with tensor parallel size ${found.settings.tensorParallelSize}`;
  const { safeKvGiBPerGpu: safe, activationGiB: activation } = found;
  const { maxModelLen } = found.settings;
  if (safe <= 0) {
    const needs = `${found.weightsGiBPerGpu.toFixed(1)} GiB for weights and ${activation.toFixed(1)} GiB for activations on each GPU`;
    return createProblem(
      "MOOR108",
      `On ${on}, ${model.id} requires ${needs}: ${(-safe).toFixed(1)} GiB too much, even without a KV cache.`,
    );
  }
  if (found.safeConcurrency < 1) {
    const needs = `one request of ${maxModelLen} tokens requires ${found.requestGiB.toFixed(2)} GiB of KV cache on each GPU`;
    return createProblem(
      "MOOR109",
      `On ${on}, ${needs}; with the safety margin, ${safe.toFixed(2)} GiB are available, enough for ${found.longestRequest} tokens.`,
    );
  }
  if (wish.concurrency !== undefined && found.safeConcurrency < wish.concurrency) {
    const short = (wish.concurrency * found.requestGiB - safe).toFixed(1);
    const capacity = `the KV cache has capacity for ${Math.floor(found.safeConcurrency)} requests of ${maxModelLen} tokens`;
    return createProblem("MOOR110", `On ${on}, ${capacity}; ${wish.concurrency} are declared. Each GPU lacks ${short} GiB.`);
  }
  return undefined;
}

/** Checks Azure's limits beyond memory: disk size, and the maximum duration of a request. */
function azureRefusal(model: Model, machine: Machine, contract: Contract): Problem | undefined {
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

function cautionsOf(model: Model, machine: Machine, found: Estimate): string[] {
  const { size } = machine;
  const tp = found.settings.tensorParallelSize;
  const cautions = [...model.assumptions];
  if (tp > 1)
    cautions.push("tensor parallelism requires 240 MiB in /dev/shm; Azure doesn't document its size, so check it in the container's log");
  if (tp < machine.gpus)
    cautions.push(`${machine.gpus - tp} of ${machine.gpus} GPUs stay idle: ${model.id} can't be split across more than ${tp} GPUs`);
  if (machine.gpu.visibleFrom === "derived")
    cautions.push(`${machine.gpu.visibleGiB} GiB of visible memory is derived, not yet confirmed by a log`);
  if (size?.nvmeGiB && diskNeeded(model) > size.tempDiskGiB) {
    cautions.push(
      `image and weights require ${Math.ceil(diskNeeded(model))} GiB, more than the temporary disk (${size.tempDiskGiB} GiB), so Azure must store them on the local NVMe disk`,
    );
  }
  return cautions;
}
