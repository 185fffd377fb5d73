/**
 * Chooses the cheapest machine for a model and a load, with its settings, and states why the other machines were rejected.
 */

import { pricedRegions, usdPerHour } from "../../facts/prices";
import { type InstanceType, sizes } from "../../facts/sizes";
import { type Code, createProblem, isNotKnown, PlanError, type Problem } from "../codes";
import type { ClientAdvice, Probe, RequestSettings, ScaleRule } from "../decision";
import { type Model, modelFromTable } from "../fit/model";
import { type Candidate, defaultContextOf, evaluateMachine, type MachineRequirements, nameOf, splitText } from "./candidate";
import { settingsProblem } from "./compatible";
import { type GpuByNumbers, isProblem, machineByNumbers, machineOf, unsupportedMachines } from "./machine";

export interface FitInput extends MachineRequirements {
  /** A model, or the ID of one in the table. */
  readonly model: Model | string;
  /** Region whose prices and sizes are compared. @default any: the lowest price of all regions */
  readonly region?: string;
  /** One Azure size. @default all sizes that Azure supports, cheapest first */
  readonly instanceType?: string;
  /** Hardware that Azure doesn't offer; overrides `instanceType`. */
  readonly gpu?: GpuByNumbers;
  /** GiB of weights that vLLM loads; overrides the size in the table of models. */
  readonly checkpointGiB?: number;
}

/** A machine that was not chosen. */
export interface Rejected {
  readonly size: string;
  /** Undefined for a size that fits but is more expensive. */
  readonly code?: Code;
  readonly reason: string;
}

/** `notKnown`: the planner can't compute what the model needs, which says nothing about whether it fits. */
export type Verdict = "fits" | "doesntFit" | "notKnown";

export interface FitResult {
  readonly verdict: Verdict;
  /** Null if it isn't known. */
  readonly fits: boolean | null;
  /** Azure's name; null if no size fits or the GPU was given by numbers. */
  readonly size: string | null;
  readonly gpus: number;
  readonly tensorParallelSize: number;
  readonly pipelineParallelSize: number;
  readonly weightsGiBPerGpu: number;
  readonly activationGiB: number;
  readonly nonTorchGiB: number;
  readonly cudaGraphGiB: number;
  /** Whether the model has a KV cache. Encoders have none. */
  readonly hasKvCache: boolean;
  /** Centred estimate of what vLLM logs as available KV cache memory. Without a KV cache: 0, or the memory that is missing, negative. */
  readonly kvGiBPerGpu: number;
  /** The estimate minus the safety margin; this value decides whether a load fits. */
  readonly safeKvGiBPerGpu: number;
  readonly kvTokens: number;
  readonly maxConcurrency: number;
  readonly maxModelLen: number;
  readonly flags: readonly string[];
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly probes: { readonly liveness: Probe; readonly readiness: Probe } | null;
  readonly requestSettings: RequestSettings | null;
  readonly scaleRule: ScaleRule | null;
  /** `maxTokens` is absent for tasks that generate no tokens. */
  readonly client: ClientAdvice | null;
  /** List price of one instance; null without a price. */
  readonly usdPerHour: number | null;
  /** Why the model doesn't fit, or why that isn't known; null if it fits. */
  readonly refusal: Problem | null;
  readonly reasons: readonly string[];
  readonly rejected: readonly Rejected[];
}

/**
 * Fits a model.
 * @throws PlanError MOOR120 if the model's ID isn't in the table
 */
export function fit(input: FitInput): FitResult {
  const result = choose(input);
  assertFinite(result);
  return result;
}

/** @throws Error that names the first number that is not finite, which is a bug in the planner */
function assertFinite(value: unknown, path = "result"): void {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new Error(`The planner can't compute ${path} from these numbers. This is a bug in the planner. Report it.`);
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) assertFinite(item, `${path}.${key}`);
}

function choose(input: FitInput): FitResult {
  const model = modelOf(input);
  const none = settingsProblem(model, input);
  if (input.gpu) return single(input, evaluateMachine(model, machineByNumbers(input.gpu), input), none);
  if (input.instanceType !== undefined) {
    const machine = machineOf(input.instanceType);
    return isProblem(machine) ? resultOf(input, undefined, machine, []) : single(input, evaluateMachine(model, machine, input), none);
  }
  return none ? resultOf(input, undefined, none, []) : cheapest(input, model);
}

function modelOf(input: FitInput): Model {
  if (typeof input.model !== "string") return input.model;
  const model = modelFromTable(input.model, input.checkpointGiB);
  if (model) return model;
  throw new PlanError(createProblem("MOOR120", `${input.model} is not in the planner's table of models.`));
}

/** The result for one machine. It contains the memory estimate even if no GPU can run the model. */
function single(input: FitInput, candidate: Candidate, none: Problem | undefined): FitResult {
  return resultOf(input, candidate, none ?? candidate.problem, []);
}

/** List price of a size in the region, or the lowest anywhere. */
function priceOf(instanceType: string, region: string | undefined): number | undefined {
  if (region !== undefined) return usdPerHour(instanceType, region);
  const prices = pricedRegions.map((one) => usdPerHour(instanceType, one)).filter((price) => price !== undefined);
  return prices.length > 0 ? Math.min(...prices) : undefined;
}

/** An evaluated size, as a row of a comparison. */
export interface Compared {
  readonly candidate: Candidate;
  /** List price of one instance. */
  readonly usdPerHour: number;
}

/** Every size with its machine, or the reason why vLLM can't run on it. */
const machines = (Object.keys(sizes) as InstanceType[]).map((instanceType) => ({ instanceType, machine: machineOf(instanceType) }));

/** All sizes that vLLM can run on and that have a price, cheapest first, and why the others were not evaluated. */
export function compare(input: FitInput): { readonly tried: readonly Compared[]; readonly rejected: readonly Rejected[] } {
  const model = modelOf(input);
  const none = settingsProblem(model, input);
  const lost: Rejected[] = [];
  const tried: Compared[] = [];
  for (const { instanceType, machine } of machines) {
    const price = priceOf(instanceType, input.region);
    if (isProblem(machine)) lost.push({ size: instanceType, code: machine.code, reason: machine.message });
    else if (price === undefined) {
      const reason = `Azure lists no price for ${instanceType} in ${input.region ?? "any region"}.`;
      lost.push({ size: instanceType, code: "MOOR111", reason });
    } else {
      const candidate = evaluateMachine(model, machine, input);
      tried.push({ candidate: none ? { ...candidate, problem: none } : candidate, usdPerHour: price });
    }
  }
  tried.sort((a, b) => a.usdPerHour - b.usdPerHour || a.candidate.machine.gpus - b.candidate.machine.gpus);
  return { tried, rejected: lost };
}

function cheapest(input: FitInput, model: Model): FitResult {
  const { tried, rejected: lost } = compare({ ...input, model });
  const best = tried.find(({ candidate }) => !candidate.problem);
  const rejected = [...lost, ...tried.filter((one) => one !== best).map((one) => rejectedOf(one, best))];
  if (best) return resultOf(input, best.candidate, undefined, rejected);
  const where = input.region ? ` in ${input.region}` : "";
  const closest = closestOf(tried.map(({ candidate }) => candidate));
  const by = closest?.problem ? ` Closest: ${closest.problem.message}` : "";
  const elsewhere = fitsElsewhere(model, input);
  const why = createProblem("MOOR118", `None of the ${rejected.length} sizes${where} fits ${model.id} with this load.${by}${elsewhere}`);
  return resultOf(input, closest, why, rejected);
}

/** A sentence about a size that has enough memory but that managed online endpoints don't support; empty if there is none. */
function fitsElsewhere(model: Model, input: FitInput): string {
  const requirements = {
    ...input,
    maxNumSeqs: input.maxNumSeqs ?? input.concurrency,
    maxModelLen: input.maxModelLen ?? defaultContextOf(model),
  };
  const other = unsupportedMachines().find(({ machine }) => !evaluateMachine(model, machine, requirements).problem);
  return other ? ` ${other.name} (${other.what}) has enough memory, but managed online endpoints don't support it.` : "";
}

function rejectedOf({ candidate, usdPerHour: price }: Compared, best: Compared | undefined): Rejected {
  const size = nameOf(candidate.machine);
  if (candidate.problem) return { size, code: candidate.problem.code, reason: candidate.problem.message };
  return { size, reason: `It fits, but costs ${price} USD per hour instead of ${best!.usdPerHour}.` };
}

/** Whether a machine lacks memory and has another problem too. The reported problem would not be the only one. */
function hasOtherProblem({ estimate, problem: why }: Candidate): boolean {
  return estimate!.safeConcurrency < 1 && why?.code !== "MOOR108" && why?.code !== "MOOR109";
}

/** The machine that comes closest. Its numbers show which requirement to change. */
function closestOf(tried: readonly Candidate[]): Candidate | undefined {
  const sizedUp = tried.filter((candidate) => candidate.estimate);
  return sizedUp.sort(
    (a, b) =>
      Number(hasOtherProblem(a)) - Number(hasOtherProblem(b)) ||
      b.estimate!.safeConcurrency - a.estimate!.safeConcurrency ||
      b.estimate!.safeKvGiBPerGpu - a.estimate!.safeKvGiBPerGpu,
  )[0];
}

function resultOf(input: FitInput, candidate: Candidate | undefined, why: Problem | undefined, rejected: readonly Rejected[]): FitResult {
  const estimate = candidate?.estimate;
  const contract = candidate?.contract;
  const instanceType = candidate?.machine.instanceType;
  const verdict = verdictOf(candidate, why);
  const hasKvCache = modelOf(input).encoder !== true;
  const cacheOnly = (gib = 0) => (hasKvCache ? gib : Math.min(0, gib));
  return {
    verdict,
    fits: fitsOf[verdict],
    size: why ? null : (instanceType ?? null),
    gpus: candidate?.machine.gpus ?? 0,
    tensorParallelSize: estimate?.settings.tensorParallelSize ?? 0,
    pipelineParallelSize: estimate ? (estimate.settings.pipelineParallelSize ?? 1) : 0,
    weightsGiBPerGpu: estimate?.weightsGiBPerGpu ?? 0,
    activationGiB: estimate?.activationGiB ?? 0,
    nonTorchGiB: estimate?.nonTorchGiB ?? 0,
    cudaGraphGiB: estimate?.cudaGraphGiB ?? 0,
    hasKvCache,
    kvGiBPerGpu: cacheOnly(estimate?.kvGiBPerGpu),
    safeKvGiBPerGpu: cacheOnly(estimate?.safeKvGiBPerGpu),
    kvTokens: estimate?.kvTokens ?? 0,
    maxConcurrency: estimate?.maxConcurrency ?? 0,
    maxModelLen: estimate?.settings.maxModelLen ?? input.maxModelLen ?? 0,
    flags: why ? [] : (contract?.settings.flags ?? []),
    environmentVariables: why ? {} : (contract?.settings.environmentVariables ?? {}),
    probes: why ? null : (contract?.settings.probes ?? null),
    requestSettings: why ? null : (contract?.settings.requestSettings ?? null),
    scaleRule: why ? null : (contract?.settings.scaleRule ?? null),
    client: why ? null : (contract?.client ?? null),
    usdPerHour: (instanceType && priceOf(instanceType, input.region)) || null,
    refusal: why ?? null,
    reasons: reasonsOf(input, candidate, why),
    rejected,
  };
}

/** Whether a candidate fits, or isn't known to. */
export function verdictOf(candidate: Candidate | undefined, why: Problem | undefined): Verdict {
  if (why === undefined) return candidate === undefined ? "doesntFit" : "fits";
  return isNotKnown(why) ? "notKnown" : "doesntFit";
}

/** The value of `fits` for each verdict. */
export const fitsOf = { fits: true, doesntFit: false, notKnown: null } as const satisfies Record<Verdict, boolean | null>;

function reasonsOf(input: FitInput, candidate: Candidate | undefined, why: Problem | undefined): string[] {
  const problemLine = why ? [`${why.code}: ${why.message} ${why.remedy}`] : [];
  const estimate = candidate?.estimate;
  if (!candidate || !estimate) return problemLine;
  const { settings } = estimate;
  const gib = (value: number) => value.toFixed(2);
  const price = candidate.machine.instanceType && priceOf(candidate.machine.instanceType, input.region);
  const memory = `${gib(candidate.machine.gpu.visibleGiB)} GiB visible × ${settings.gpuMemoryUtilization} minus weights ${gib(estimate.weightsGiBPerGpu)}, activations ${gib(estimate.activationGiB)}, memory outside PyTorch ${gib(estimate.nonTorchGiB)}, CUDA graphs ${gib(estimate.cudaGraphGiB)}`;
  return [
    ...problemLine,
    `${nameOf(candidate.machine)}, ${splitText(settings)}${price ? `, ${price} USD per hour (list price)` : ""}`,
    ...(modelOf(input).encoder
      ? [
          `no KV cache; ${gib(estimate.kvGiBPerGpu)} GiB are free on each GPU: ${memory}; ${gib(estimate.safeKvGiBPerGpu)} GiB with the safety margin`,
        ]
      : [
          `KV cache ${gib(estimate.kvGiBPerGpu)} GiB on each GPU: ${memory}; ${gib(estimate.safeKvGiBPerGpu)} GiB with the safety margin`,
          `${estimate.maxConcurrency.toFixed(1)} concurrent requests of ${settings.maxModelLen} tokens, ${gib(estimate.requestGiB)} GiB each`,
        ]),
    ...(why ? [] : (candidate.contract?.reasons ?? [])),
    ...candidate.cautions,
  ];
}
