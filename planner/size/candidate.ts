/** One machine tried for one model: whether it carries the load, with which numbers, or why not. */
import { endpointLimits } from "../../azure/limits";
import { type Refusal, refusal } from "../codes";
import { type EngineSettings, type Estimate, estimate } from "../fit/estimate";
import { GiB, type Model } from "../fit/model";
import { largestSplit, splitProblem } from "../fit/parallel";
import { servingRefusals } from "../serving/checks";
import { type Contract, type DeclaredLoad, deriveContract, plannedSpeed } from "../serving/contract";
import { formatRefusal } from "./compatible";
import type { Machine } from "./machine";

/** What is asked of a machine. */
export interface Wish extends EngineSettings, Omit<DeclaredLoad, "concurrency"> {
  /** Requests of the asked context at once on one instance. @default what the machine holds, at most 256; one must fit */
  readonly concurrency?: number;
}

export interface Candidate {
  readonly machine: Machine;
  /** Undefined where the wish itself is out of range; a machine that is refused for another reason still shows its memory. */
  readonly estimate?: Estimate;
  readonly contract?: Contract;
  readonly refusal?: Refusal;
  /** What deserves a second look, though nothing forbids it. */
  readonly cautions: readonly string[];
}

/** Most sequences at once where no load is declared: beyond, each one is slow. */
const mostSequences = 256;
/** Context where none is asked, tokens; the model's own maximum is often many times what a size holds. */
const defaultContext = 16_384;
/** vLLM's image unpacked, and room for compile caches and logs, GiB. */
const imageGiB = 24.6;
const scratchGiB = 10;

/** Tries one machine. */
export function tryMachine(model: Model, machine: Machine, wish: Wish): Candidate {
  const outOfRange = rangeRefusal(wish);
  if (outOfRange) return { machine, cautions: [], refusal: outOfRange };
  const early = contextRefusal(model, wish) ?? formatRefusal(model, machine, wish.kvCacheDtype) ?? splitRefusal(model, machine, wish);
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
  return broken ? { ...candidate, refusal: broken } : candidate;
}

/** The machine's name in messages. */
export function nameOf(machine: Machine): string {
  return machine.instanceType ?? `${machine.gpus} × ${machine.gpu.visibleGiB} GiB`;
}

function settingsFor(model: Model, machine: Machine, wish: Wish): EngineSettings {
  // On a machine of one's own vLLM's defaults apply; on Azure the planner chooses.
  const maxModelLen = wish.maxModelLen ?? (machine.instanceType ? Math.min(defaultContext, model.maxModelLen) : model.maxModelLen);
  const maxNumSeqs = wish.maxNumSeqs ?? wish.concurrency ?? (machine.instanceType ? mostSequences : undefined);
  return { ...wish, tensorParallelSize: wish.tensorParallelSize ?? largestSplit(model, machine.gpus), maxModelLen, maxNumSeqs };
}

/** The estimate, and the concurrency it is for: without a declared one, what fits, and then no more sequences than that. */
function sized(model: Model, machine: Machine, settings: EngineSettings, wish: Wish): { found: Estimate; concurrency: number } {
  const first = estimate(model, machine.gpu, settings);
  if (wish.concurrency !== undefined) return { found: first, concurrency: wish.concurrency };
  const holds = Math.min(Math.floor(first.safeConcurrency), first.settings.maxNumSeqs);
  const exact = wish.maxNumSeqs !== undefined || machine.instanceType === undefined || holds < 1;
  if (exact) return { found: first, concurrency: holds };
  const concurrency = withinTimeout(model, machine, first, wish, holds);
  return { found: estimate(model, machine.gpu, { ...settings, maxNumSeqs: concurrency }), concurrency };
}

/** Largest concurrency up to `holds` whose answers arrive within Azure's limit; 1 if none does. */
function withinTimeout(model: Model, machine: Machine, found: Estimate, wish: Wish, holds: number): number {
  let [low, high] = [1, holds];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const { answerSeconds } = plannedSpeed(model, machine.gpu, found, { ...wish, concurrency: middle });
    if (answerSeconds <= endpointLimits.requestTimeoutSeconds) low = middle;
    else high = middle - 1;
  }
  return low;
}

function rangeRefusal(wish: Wish): Refusal | undefined {
  const whole = {
    maxModelLen: wish.maxModelLen,
    maxNumSeqs: wish.maxNumSeqs,
    maxNumBatchedTokens: wish.maxNumBatchedTokens,
    concurrency: wish.concurrency,
  };
  for (const [name, value] of Object.entries(whole)) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      return refusal("MOOR119", `${name} is ${value}; it is a whole number of at least 1.`);
  }
  const part = wish.gpuMemoryUtilization;
  if (part !== undefined && !(part > 0 && part <= 1))
    return refusal("MOOR119", `gpuMemoryUtilization is ${part}; it is above 0 and at most 1.`);
  return undefined;
}

function contextRefusal(model: Model, wish: Wish): Refusal | undefined {
  if (wish.maxModelLen !== undefined && wish.maxModelLen > model.maxModelLen) {
    return refusal("MOOR116", `A context of ${wish.maxModelLen} tokens is asked; ${model.id} was made for ${model.maxModelLen}.`);
  }
  return undefined;
}

function splitRefusal(model: Model, machine: Machine, wish: Wish): Refusal | undefined {
  const tp = wish.tensorParallelSize;
  if (tp === undefined) return undefined;
  if (tp > machine.gpus) return refusal("MOOR107", `${nameOf(machine)} has ${machine.gpus} GPUs; a split over ${tp} is asked.`);
  const problem = splitProblem(model, tp);
  return problem ? refusal("MOOR107", `${model.id} can't be split over ${tp} GPUs: ${problem}.`) : undefined;
}

function memoryRefusal(model: Model, machine: Machine, found: Estimate, wish: Wish): Refusal | undefined {
  const on = `${nameOf(machine)} with tensor parallel size ${found.settings.tensorParallelSize}`;
  const { safeKvGiBPerGpu: safe, activationGiB: activation } = found;
  const { maxModelLen } = found.settings;
  if (safe <= 0) {
    const taken = `${found.weightsGiBPerGpu.toFixed(1)} GiB of weights and ${activation.toFixed(1)} of activation`;
    return refusal("MOOR108", `On ${on}, ${model.id} takes ${taken} on each GPU and misses ${(-safe).toFixed(1)} GiB for any KV cache.`);
  }
  if (found.safeConcurrency < 1) {
    const needs = `one request of ${maxModelLen} tokens needs ${found.requestGiB.toFixed(2)} GiB of KV cache on each GPU`;
    return refusal(
      "MOOR109",
      `On ${on}, ${needs}; ${safe.toFixed(2)} GiB are safe to count on, enough for ${found.longestRequest} tokens.`,
    );
  }
  if (wish.concurrency !== undefined && found.safeConcurrency < wish.concurrency) {
    const short = (wish.concurrency * found.requestGiB - safe).toFixed(1);
    const holds = `the KV cache holds ${Math.floor(found.safeConcurrency)} requests of ${maxModelLen} tokens`;
    return refusal("MOOR110", `On ${on}, ${holds}, not the ${wish.concurrency} declared; ${short} GiB are missing on each GPU.`);
  }
  return undefined;
}

/** What Azure adds to memory: disk, and the time a request may take. */
function azureRefusal(model: Model, machine: Machine, contract: Contract): Refusal | undefined {
  const { size } = machine;
  if (!size) return undefined;
  const needed = diskNeeded(model);
  const disk = size.tempDiskGiB + (size.nvmeGiB ?? 0);
  if (needed > disk) {
    return refusal("MOOR112", `Image, weights and caches take ${Math.ceil(needed)} GiB of disk; ${nameOf(machine)} has ${disk}.`);
  }
  const seconds = contract.speed.answerSeconds;
  if (seconds > endpointLimits.requestTimeoutSeconds) {
    const load = `${contract.basis.concurrency} requests at once, each with an answer of ${contract.basis.outputTokens} tokens`;
    return refusal(
      "MOOR117",
      `On ${nameOf(machine)}, ${load}, take up to ${Math.ceil(seconds)} s; Azure ends a request after ${endpointLimits.requestTimeoutSeconds} s.`,
    );
  }
  return servingRefusals(contract.settings, contract.basis)[0];
}

function diskNeeded(model: Model): number {
  return imageGiB + model.weightBytes / GiB + scratchGiB;
}

function cautionsOf(model: Model, machine: Machine, found: Estimate): string[] {
  const { size } = machine;
  const tp = found.settings.tensorParallelSize;
  const cautions = [...model.assumptions];
  if (tp > 1)
    cautions.push("tensor parallelism needs 240 MiB free in /dev/shm; Azure doesn't state its size: check it once in the container's log");
  if (tp < machine.gpus)
    cautions.push(`${machine.gpus - tp} of ${machine.gpus} GPUs stay idle: ${model.id} can't be split over more than ${tp} of them`);
  if (machine.gpu.visibleFrom === "derived")
    cautions.push(`${machine.gpu.visibleGiB} GiB of visible memory is derived, not yet seen in a log`);
  if (size?.nvmeGiB && diskNeeded(model) > size.tempDiskGiB) {
    cautions.push(
      `image and weights take ${Math.ceil(diskNeeded(model))} GiB: more than the temporary disk of ${size.tempDiskGiB}, so they must land on the local NVMe`,
    );
  }
  return cautions;
}
