/**
 * From a wish to a decision: which size, flags, probes and request settings a deployment gets, and why. Pure: the same wish and facts give
 * the same decision on every machine.
 */
import type { InstanceType, Size } from "../facts/sizes";
import { sizeOf } from "../facts/sizes";
import type {
  DeploymentDecision,
  DeploymentRecipe,
  ImageReference,
  ModelDecision,
  Probe,
  RequestSettings,
  Routes,
  ScaleRule,
} from "./decision";
import { physicalName, weightsPath } from "./names";

/** A model served by vLLM, as wished. */
export interface VllmWish {
  readonly pattern: "vllm";
  readonly image: ImageReference;
  readonly instanceType: InstanceType;
  /** Seconds, at most 180. */
  readonly requestTimeout: number;
  /** Hugging Face id. */
  readonly model: string;
  /** Commit of the model repository, 40 hexadecimal digits. */
  readonly revision: string;
  readonly source: ModelDecision["source"];
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number;
  /** Requests that one instance works on at once. */
  readonly concurrencyPerInstance: number;
  /** Name by which clients ask for the model. */
  readonly servedName: string;
  /** Flags of `vllm serve` set by hand, without the leading hyphens. They win over derived ones. */
  readonly flags: Readonly<Record<string, FlagValue>>;
}

/** A model served by a `score.py`, as wished. */
export interface ScoreWish {
  readonly pattern: "score";
  readonly image: ImageReference;
  readonly instanceType: InstanceType;
  /** Seconds, at most 180. */
  readonly requestTimeout: number;
  /** Requests that one instance works on at once; the image starts that many workers. */
  readonly concurrencyPerInstance: number;
}

export type Wish = VllmWish | ScoreWish;

/** Value of a `vllm serve` flag; `true` is the bare flag and `false` its `--no-` form. */
export type FlagValue = string | number | boolean;

/** What is known of a model beyond the wish. */
export interface DecideFacts {
  /** Size of the weights, GiB. Absent when unknown: then the start may take half an hour. */
  readonly checkpointGiB?: number;
}

/** A part of a decision, with why it is so. */
interface Reasoned<T> {
  readonly value: T;
  readonly reasons: readonly string[];
}

/**
 * Decides a deployment.
 * @param label Its label in the stack file, the first part of its name.
 */
export function decide(label: string, wish: Wish, facts: DecideFacts = {}): DeploymentDecision {
  const start = startSeconds(wish, facts);
  const { serving, reasons: servingReasons } = wish.pattern === "vllm" ? decideVllm(wish, start.value) : decideScore(wish);
  const recipe: DeploymentRecipe = {
    pattern: wish.pattern,
    instanceType: wish.instanceType,
    image: wish.image,
    ...serving,
    probes: probesFor(start.value),
    requestSettings: requestSettings(wish),
  };
  const scale = scaleRule(wish);
  const reasons = [...servingReasons, ...start.reasons, ...scale.reasons];
  return { name: physicalName(label, recipe), ...recipe, scaleRule: scale.value, reasons };
}

type Serving = Pick<DeploymentRecipe, "routes" | "model" | "tensorParallelSize" | "flags" | "environmentVariables">;

function decideVllm(wish: VllmWish, start: number): { serving: Serving; reasons: string[] } {
  const size = sizeOf(wish.instanceType);
  const serving = {
    routes: vllmRoutes,
    model: modelDecision(wish),
    tensorParallelSize: size.gpus,
    flags: vllmFlags(wish, size),
    environmentVariables: vllmVariables(wish, start),
  };
  return { serving, reasons: vllmReasons(wish, size) };
}

function decideScore(wish: ScoreWish): { serving: Serving; reasons: string[] } {
  const serving = { routes: scoreRoutes, environmentVariables: { WORKER_COUNT: String(wish.concurrencyPerInstance) } };
  const reasons = [`size ${wish.instanceType}: set in the stack file.`, ...timeoutReason(wish)];
  return { serving, reasons };
}

/** vLLM answers OpenAI's paths below the endpoint's address only when the scoring route is `/`. */
export const vllmRoutes: Routes = { port: 8000, liveness: "/health", readiness: "/health", scoring: "/" };

/** Routes of Azure's inference HTTP server, which runs a `score.py`. */
export const scoreRoutes: Routes = { port: 5001, liveness: "/", readiness: "/", scoring: "/score" };

/**
 * Flags that Moor sets and nobody else may: a second owner would break the model's path, the probes or the endpoint's own keys.
 * `api-key` collides with the endpoint's: both travel in the `Authorization` header.
 */
export const ownedFlags = [
  "model",
  "revision",
  "tokenizer-revision",
  "served-model-name",
  "host",
  "port",
  "uds",
  "root-path",
  "config",
  "api-key",
];

/** vLLM's own default since 0.21, written out so that an image with another default changes nothing unnoticed. */
const gpuMemoryUtilization = 0.92;

function vllmFlags(wish: VllmWish, size: Size): string[] {
  const pinned: Record<string, FlagValue> = wish.source === "hub" ? { revision: wish.revision, "tokenizer-revision": wish.revision } : {};
  const flags: Record<string, FlagValue> = {
    "served-model-name": wish.servedName,
    ...pinned,
    "tensor-parallel-size": size.gpus,
    "max-model-len": wish.contextTokens,
    "max-num-seqs": wish.concurrencyPerInstance,
    "gpu-memory-utilization": gpuMemoryUtilization,
    ...wish.flags,
  };
  return Object.entries(flags).flatMap(([flag, value]) => flagArguments(flag, value));
}

function flagArguments(flag: string, value: FlagValue): string[] {
  if (value === true) return [`--${flag}`];
  return value === false ? [`--no-${flag}`] : [`--${flag}`, String(value)];
}

function modelDecision({ model: id, revision, source }: VllmWish): ModelDecision {
  return source === "mirror" ? { id, revision, source, path: weightsPath(id, revision), staged: false } : { id, revision, source };
}

function vllmVariables({ source }: VllmWish, start: number): Record<string, string> {
  // A closed network lets no usage report out, and without the first two vLLM tries at every start. Without the third it gives up on its
  // own engine after 600 s, however patient the probes are.
  const always = { VLLM_NO_USAGE_STATS: "1", DO_NOT_TRACK: "1", VLLM_ENGINE_READY_TIMEOUT_S: String(start) };
  return source === "mirror" ? { ...always, HF_HUB_OFFLINE: "1", TRANSFORMERS_OFFLINE: "1" } : always;
}

function requestSettings(wish: Wish): RequestSettings {
  return { requestTimeout: wish.requestTimeout, maxConcurrentRequestsPerInstance: wish.concurrencyPerInstance };
}

/** Slowest read of weights from network storage seen in vLLM start-up logs: 64 GiB in 1,220 s. */
const readSecondsPerGiB = 20;
/** Fetch from Hugging Face as seen in a start-up log, doubled: 61 GiB in 491 s. */
const fetchSecondsPerGiB = 16;
/** Compilation and CUDA graphs took up to 100 s in the same logs; the rest is the container's own start. */
const fixedSeconds = 300;
const unknownModelSeconds = 1800;
const scoreSeconds = 300;

function startSeconds(wish: Wish, { checkpointGiB }: DecideFacts): Reasoned<number> {
  if (wish.pattern === "score") {
    return { value: scoreSeconds, reasons: [`probes: the start may take ${scoreSeconds} s, in which score.py's init() loads the model.`] };
  }
  if (checkpointGiB === undefined) {
    const why = `probes: the start may take ${unknownModelSeconds} s, because the size of the weights isn't known.`;
    return { value: unknownModelSeconds, reasons: [why] };
  }
  const perGiB = readSecondsPerGiB + (wish.source === "hub" ? fetchSecondsPerGiB : 0);
  const value = roundUp(fixedSeconds + checkpointGiB * perGiB, 60);
  return {
    value,
    reasons: [`probes: the start may take ${value} s: ${checkpointGiB} GiB of weights at ${perGiB} s each and ${fixedSeconds} s.`],
  };
}

const probePeriod = 10;
const probeTimeout = 10;

/**
 * Liveness begins when the start must be over, so a loading model is never restarted in a loop, and then restarts a hung server within a
 * minute. Readiness asks from the beginning, so an instance serves as soon as it can.
 */
function probesFor(start: number): { liveness: Probe; readiness: Probe } {
  const common = { period: probePeriod, timeout: probeTimeout };
  return {
    liveness: { initialDelay: start, ...common, failureThreshold: 6 },
    readiness: { initialDelay: 10, ...common, failureThreshold: Math.ceil(start / probePeriod) },
  };
}

/** Seconds that a request is taken to last where nothing was measured yet. */
const assumedRequestSeconds = { vllm: 30, score: 1 } as const;

/** Out at 70 % of what an instance can do and in at 30 %: apart enough that one instance less doesn't call for it back. */
function scaleRule({ pattern, concurrencyPerInstance }: Wish): Reasoned<ScaleRule> {
  const seconds = assumedRequestSeconds[pattern];
  const perMinute = (concurrencyPerInstance * 60) / seconds;
  const value = { scaleOutAbove: Math.max(2, Math.round(perMinute * 0.7)), scaleInBelow: Math.max(1, Math.floor(perMinute * 0.3)) };
  const why = `scale: ${concurrencyPerInstance} requests at once of ${seconds} s each (assumed, not measured) are ${perMinute} a minute and instance; out above 70 %, in below 30 %.`;
  return { value, reasons: [why] };
}

function vllmReasons(wish: VllmWish, { gpus, gpu }: Size): string[] {
  const byHand = Object.keys(wish.flags);
  return [
    `size ${wish.instanceType}: set in the stack file.`,
    `tensor-parallel-size ${gpus}: all GPUs (${gpu}) of the size.`,
    `max-model-len ${wish.contextTokens}: the context in the stack file, tokens of prompt and answer together.`,
    `max-num-seqs ${wish.concurrencyPerInstance}: the concurrency in the stack file; Azure admits twice as many and the rest waits inside vLLM.`,
    `gpu-memory-utilization ${gpuMemoryUtilization}: vLLM's own default, written out.`,
    ...(byHand.length > 0 ? [`${byHand.join(", ")}: set by hand in the stack file.`] : []),
    ...timeoutReason(wish),
  ];
}

function timeoutReason({ requestTimeout }: Wish): string[] {
  return [`requestTimeout ${requestTimeout} s: Azure's most is 180 s, its default of 5 s ends with 408.`];
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
