/** Decides a deployment of vLLM: the size by planner/size, everything else by planner/serving, and what is set by hand held against both. */
import { admissionFactor, scoringStatus } from "../azure/scoring";
import type { InstanceType } from "../facts/sizes";
import { type Refusal, refusal } from "./codes";
import type { ImageReference, ModelDecision, Routes } from "./decision";
import type { Model } from "./fit/model";
import { argumentsOf, engineSettings, type HandFlags, joinFlags, serversOf, unplannedFlags } from "./handFlags";
import { weightsPath } from "./names";
import type { Plan } from "./plan";
import { type FitResult, fit as fitModel } from "./size/fit";
import { type HandSet, reviewHandSet } from "./size/review";

/** A model served by vLLM, as wished. */
export interface VllmWish {
  readonly pattern: "vllm";
  readonly image: ImageReference;
  /** `auto`: the cheapest size of the region that carries the load. */
  readonly size: InstanceType | "auto";
  /** Region whose sizes and list prices count. */
  readonly region: string;
  /** The model by its shapes; `id` is its Hugging Face id. */
  readonly model: Model;
  /** Commit of the model repository, 40 hexadecimal digits. */
  readonly revision: string;
  readonly source: ModelDecision["source"];
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number;
  /** Requests that one instance works on at once. */
  readonly concurrencyPerInstance: number;
  /** Most instances: the endpoint's connections must suffice for them. */
  readonly maxInstances: number;
  /** Name by which clients ask for the model. */
  readonly servedName: string;
  /** Seconds, within `endpointLimits`. @default from the planned speed */
  readonly requestTimeout?: number;
  /** Flags set by hand. They win over derived ones, and are refused where they break what was wished. */
  readonly flags: HandFlags;
}

/** vLLM answers OpenAI's paths below the endpoint's address only when the scoring route is `/`. */
const vllmRoutes: Routes = { port: 8000, liveness: "/health", readiness: "/health", scoring: "/" };

/** The plan, or everything that forbids one. */
export function decideVllm(wish: VllmWish): Plan | { readonly refusals: readonly Refusal[] } {
  const { settings, refusals } = engineSettings(wish.flags);
  if (refusals.length > 0) return { refusals };
  // What is by hand against the declared load is held against settings that carry it, so that each mistake shows as itself.
  const { maxNumSeqs, maxNumBatchedTokens, maxModelLen, ...free } = settings;
  const asked = {
    ...free,
    maxModelLen: Math.max(wish.contextTokens, maxModelLen ?? 0),
    concurrency: wish.concurrencyPerInstance,
    maxInstances: wish.maxInstances,
    source: wish.source,
    servedModelName: wish.servedName,
    region: wish.region,
  };
  const instanceType = wish.size === "auto" ? undefined : wish.size;
  const byHand = { maxNumSeqs, maxNumBatchedTokens, maxModelLen };
  const broken = reviewHandSet(wish.model, asked, { instanceType, ...setByHand(wish), ...byHand });
  const idle = idleSequences(wish, maxNumSeqs);
  if (broken.length > 0) return { refusals: [...broken, ...idle] };
  const result = fitModel({
    ...asked,
    maxNumSeqs,
    maxNumBatchedTokens,
    requestTimeout: wish.requestTimeout,
    model: wish.model,
    instanceType,
  });
  const forbids = result.refusal ?? gpusRefusal(wish, result);
  return forbids || idle.length > 0 ? { refusals: [...idle, ...(forbids ? [forbids] : [])] } : planOf(wish, result);
}

/** Sequences by hand that no request can reach: they take memory from the KV cache, and whoever set them meant more load. */
function idleSequences({ concurrencyPerInstance: declared }: VllmWish, maxNumSeqs = 0): Refusal[] {
  const admitted = admissionFactor * declared;
  if (maxNumSeqs <= admitted) return [];
  const refused = `Azure admits ${admissionFactor} × ${declared} requests to an instance that is declared for ${declared}, and refuses the rest with ${scoringStatus.tooManyRequests}`;
  return [refusal("MOOR216", `--max-num-seqs is ${maxNumSeqs}; ${refused}.`, `at most ${admitted}, or more declared`)];
}

function gpusRefusal({ flags }: VllmWish, { gpus, size, tensorParallelSize }: FitResult): Refusal | undefined {
  const needed = serversOf(flags) * tensorParallelSize;
  if (needed <= gpus) return undefined;
  return refusal(
    "MOOR107",
    `Pipeline and data parallelism by hand need ${needed} GPUs with ${tensorParallelSize} each; ${size} has ${gpus}.`,
  );
}

function setByHand({ image, flags, requestTimeout }: VllmWish): HandSet {
  return {
    image: `${image.repository}@${image.digest}`,
    flags: argumentsOf(flags),
    ...(requestTimeout === undefined ? {} : { requestSettings: { requestTimeout } }),
  };
}

function planOf(wish: VllmWish, result: FitResult): Plan {
  const { image, requestTimeout, revision } = wish;
  const pinned: HandFlags = wish.source === "hub" ? { revision, "tokenizer-revision": revision } : {};
  const derived = result.requestSettings!;
  return {
    recipe: {
      pattern: "vllm",
      instanceType: result.size as InstanceType,
      image,
      routes: vllmRoutes,
      model: modelDecision(wish),
      tensorParallelSize: result.tensorParallelSize,
      flags: joinFlags(result.flags, { ...pinned, ...wish.flags }),
      environmentVariables: { ...variables(wish), ...result.environmentVariables },
      probes: result.probes!,
      requestSettings: requestTimeout === undefined ? derived : { ...derived, requestTimeout },
    },
    scaleRule: result.scaleRule!,
    clients: result.client!,
    reasons: [sizeReason(wish, result), ...result.reasons, ...handReasons(wish)],
  };
}

function modelDecision({ model: { id }, revision, source }: VllmWish): ModelDecision {
  return source === "mirror" ? { id, revision, source, path: weightsPath(id, revision), staged: false } : { id, revision, source };
}

function variables({ source }: VllmWish): Record<string, string> {
  // A closed network lets no usage report out, and without these vLLM tries at every start.
  const always = { VLLM_NO_USAGE_STATS: "1", DO_NOT_TRACK: "1" };
  return source === "mirror" ? { ...always, HF_HUB_OFFLINE: "1", TRANSFORMERS_OFFLINE: "1" } : always;
}

function sizeReason({ size, region }: VllmWish, { rejected }: FitResult): string {
  if (size !== "auto") return "size: set in the stack file, and checked";
  const dearer = rejected.filter(({ code }) => code === undefined).map((lost) => lost.size);
  const others = dearer.length === 0 ? "no other fits" : `${dearer.length} others fit and are dearer, ${dearer[0]} the next`;
  return `size: the cheapest in ${region} that carries the load; ${others}`;
}

function handReasons({ flags, requestTimeout }: VllmWish): string[] {
  const named = Object.keys(flags).map((flag) => `--${flag}`);
  const all = requestTimeout === undefined ? named : [...named, `requestTimeout ${requestTimeout} s`];
  const unknown = unplannedFlags(flags);
  return [
    ...(all.length === 0 ? [] : [`set by hand in the stack file, and checked: ${all.join(", ")}`]),
    ...(unknown.length === 0
      ? []
      : [`not in the estimate of memory: ${unknown.join(", ")}; read the KV cache's size in the log of the first start`]),
  ];
}
