/**
 * Codes of what the planner refuses: MOOR1xx the model and the machine, MOOR2xx the serving contract, MOOR3xx quota. Messages carry the
 * numbers of the case; the remedy here holds for every case.
 */
import { endpointLimits } from "../azure/limits";
import { leastComputeCapability } from "../facts/gpus";

const { requestTimeoutSeconds, connections } = endpointLimits;

export const codes = {
  MOOR101: { title: "The size has no GPU", remedy: "Choose a GPU size, or `size: auto`." },
  MOOR102: {
    title: "Managed online endpoints don't accept the size",
    remedy: "Choose a size of Azure's list for managed online endpoints, or `size: auto`.",
  },
  MOOR103: {
    title: "Azure has retired the size",
    remedy: "Choose a size of a current series: NCasT4_v3, NVadsA10_v5, NC_A100_v4, NC_H100_v5, ND.",
  },
  MOOR104: {
    title: "vLLM's image has no code for the GPU",
    remedy: `Choose a GPU of compute capability ${leastComputeCapability} or more: T4, A10, A100, H100.`,
  },
  MOOR105: {
    title: "The size has a fraction of a GPU",
    remedy: "Choose a size with whole GPUs: vLLM is unproven on the vGPU driver of fractional sizes.",
  },
  MOOR106: {
    title: "The GPU can't compute in the model's number format",
    remedy: "Choose a newer GPU, or a checkpoint in another format (AWQ runs from 7.5, bf16 and fp8 from 8.0).",
  },
  MOOR107: {
    title: "The model can't be split over that many GPUs",
    remedy: "Choose a tensor parallel size that divides the model's heads and quantisation blocks.",
  },
  MOOR108: {
    title: "Weights and activation leave no memory for requests",
    remedy: "Choose more or larger GPUs, a quantised checkpoint, or fewer sequences at once.",
  },
  MOOR109: {
    title: "One request of the asked context doesn't fit",
    remedy: "Ask for less context, an fp8 KV cache, fewer sequences at once, or more GPU memory.",
  },
  MOOR110: {
    title: "The declared concurrency doesn't fit at the asked context",
    remedy: "Declare less concurrency per instance and add instances, ask for less context, or take a larger size.",
  },
  MOOR111: { title: "The size has no price in the region", remedy: "Choose a size that Azure lists in the region, or another region." },
  MOOR112: {
    title: "The disk can't hold the image and the weights",
    remedy: "Choose a size with a larger disk, or a quantised checkpoint.",
  },
  MOOR113: {
    title: "The GPU can't keep the KV cache in that format",
    remedy: "Use `auto`, or a GPU of compute capability 8.9 or more for fp8.",
  },
  MOOR114: {
    title: "vLLM doesn't know the architecture",
    remedy: "Serve the model through a `score.py`, or choose one whose architecture vLLM knows.",
  },
  MOOR115: {
    title: "The model's KV cache can't be computed",
    remedy: "Serve it from an image of your own through a `score.py`, or choose a model whose layers keep a cache of a known kind.",
  },
  MOOR116: { title: "The asked context is longer than the model's", remedy: "Ask for at most the model's own maximum." },
  MOOR117: {
    title: "The answer takes longer than Azure allows",
    remedy: `Ask for shorter answers, less concurrency per instance, or a faster GPU: a request ends after ${requestTimeoutSeconds} s.`,
  },
  MOOR118: {
    title: "No size fits",
    remedy: "Read the reason of each size; a quantised checkpoint, less context or less concurrency usually helps.",
  },
  MOOR119: { title: "A value is outside its range", remedy: "Set it inside the range, or leave it out." },
  MOOR120: { title: "The model's description can't be read", remedy: "Give the model's own config.json and the size of its weight files." },

  MOOR201: {
    title: "maxConcurrentRequestsPerInstance is below the declared concurrency",
    remedy: "Set it to the declared concurrency, or leave it out.",
  },
  MOOR202: {
    title: "maxConcurrentRequestsPerInstance is above what the KV cache holds",
    remedy: "Lower it to the KV cache's concurrency, or leave it out.",
  },
  MOOR203: {
    title: "--max-num-seqs is below the declared concurrency",
    remedy: "Set it to maxConcurrentRequestsPerInstance or more, or leave it out.",
  },
  MOOR204: {
    title: "requestTimeout is shorter than an answer takes",
    remedy: `Raise it (at most ${requestTimeoutSeconds} s), or ask for fewer tokens.`,
  },
  MOOR205: {
    title: "requestTimeout is above Azure's limit",
    remedy: `Set at most ${requestTimeoutSeconds} s; longer answers need fewer tokens or a batch job.`,
  },
  MOOR206: {
    title: "Liveness restarts the container before the model is loaded",
    remedy: "Raise initialDelay or failureThreshold until initialDelay + period × failureThreshold covers the start.",
  },
  MOOR207: {
    title: "Readiness gives up before the model is loaded",
    remedy: "Raise failureThreshold until initialDelay + period × failureThreshold covers the start.",
  },
  MOOR208: { title: "A probe value is outside Azure's range", remedy: "Use whole numbers of at least 1." },
  MOOR209: {
    title: "The image is not pinned",
    remedy: "Name it by digest: repository@sha256:…; a tag can change under a running deployment.",
  },
  MOOR210: {
    title: "The endpoint's connection limit is below the declared load",
    remedy: `Lower concurrency × instances to ${connections}, spread over two endpoints, or have Azure raise the limit.`,
  },
  MOOR211: {
    title: "vLLM doesn't know the flag or its value",
    remedy: "Use a flag, choice, or parser of the pinned vLLM version: an unknown one stops the server at start.",
  },
  MOOR212: {
    title: "The scale rule flaps",
    remedy: "Keep scaleInBelow at half of scaleOutAbove or less: the load of two instances must not overload the one that is left.",
  },
  MOOR213: { title: "--max-num-batched-tokens is below --max-num-seqs", remedy: "Set it to --max-num-seqs or more, or leave it out." },
  MOOR214: {
    title: "vLLM stops its own start before the model is loaded",
    remedy: "Raise VLLM_ENGINE_READY_TIMEOUT_S to the start time or more.",
  },
  MOOR215: { title: "--max-model-len is below the declared context", remedy: "Set it to the context or more, or leave it out." },
  MOOR216: {
    title: "--max-num-seqs is beyond what Azure admits",
    remedy: "Raise concurrencyPerInstance to what the instance is to work on at once, or leave --max-num-seqs out.",
  },
  MOOR217: {
    title: "The cooldown is shorter than the start",
    remedy: "Set cooldownMinutes to the start time or more, or leave it out: until an instance serves, its load is still on the others.",
  },

  MOOR301: {
    title: "Quota is below what the stacks need",
    remedy: "Ask Azure for more, or lower instances, scale.max or keepPrevious.",
  },
} as const satisfies Record<`MOOR${number}`, { readonly title: string; readonly remedy: string }>;

export type Code = keyof typeof codes;

/** A refusal: the code, one sentence with the numbers of the case, and what to do about it. */
export interface Refusal {
  readonly code: Code;
  readonly message: string;
  readonly remedy: string;
  /** What would be right, with the numbers of the case; completes "Allowed: ". @default - that is for the planner to say */
  readonly allowed?: string;
}

/** A refusal with the remedy of its code. */
export function refusal(code: Code, message: string, allowed?: string): Refusal {
  return { code, message, remedy: codes[code].remedy, ...(allowed === undefined ? {} : { allowed }) };
}

/** Thrown where no answer is possible at all; its message is the refusal's. */
export class PlanError extends Error {
  constructor(readonly refusal: Refusal) {
    super(`${refusal.code}: ${refusal.message} ${refusal.remedy}`);
    this.name = "PlanError";
  }
}
