/**
 * Codes of the problems that the planner reports: MOOR1xx for the model and the machine, MOOR2xx for the serving settings, MOOR3xx for
 * quota. A message contains the numbers of the case; the remedy here applies to all cases.
 */
import { endpointLimits } from "../azure/limits";
import { leastComputeCapability } from "../facts/gpus";

const { requestTimeoutSeconds, connections } = endpointLimits;

export const codes = {
  MOOR101: { title: "The size has no GPU", remedy: "Choose a GPU size, or `size: auto`." },
  MOOR102: {
    title: "Managed online endpoints don't support the size",
    remedy: "Choose a size from Azure's list for managed online endpoints, or `size: auto`.",
  },
  MOOR103: {
    title: "Azure has retired the size",
    remedy: "Choose a size from a current series: NCasT4_v3, NVadsA10_v5, NC_A100_v4, NC_H100_v5, ND.",
  },
  MOOR104: {
    title: "vLLM's image doesn't support the GPU",
    remedy: `Choose a GPU with compute capability ${leastComputeCapability} or higher: T4, A10, A100, H100.`,
  },
  MOOR105: {
    title: "The size has only a fraction of a GPU",
    remedy: "Choose a size with whole GPUs. vLLM has not been tested with the vGPU driver of fractional sizes.",
  },
  MOOR106: {
    title: "The GPU doesn't support the model's data type or quantization",
    remedy: "Choose a newer GPU, or a checkpoint in another format (AWQ requires compute capability 7.5; bf16 and fp8 require 8.0).",
  },
  MOOR107: {
    title: "The model can't be split across that many GPUs",
    remedy: "Choose a tensor parallel size that divides the model's attention heads and quantization blocks.",
  },
  MOOR108: {
    title: "Weights and activations leave no memory for requests",
    remedy: "Choose more or larger GPUs, a quantized checkpoint, or fewer concurrent sequences.",
  },
  MOOR109: {
    title: "One request with the required context doesn't fit",
    remedy: "Reduce the context or the number of concurrent sequences, use an fp8 KV cache, or choose more GPU memory.",
  },
  MOOR110: {
    title: "The declared concurrency doesn't fit with the required context",
    remedy: "Reduce the concurrency per instance and add instances, reduce the context, or choose a larger size.",
  },
  MOOR111: { title: "The size has no price in the region", remedy: "Choose a size that Azure lists in the region, or another region." },
  MOOR112: {
    title: "The disk is too small for the image and the weights",
    remedy: "Choose a size with a larger disk, or a quantized checkpoint.",
  },
  MOOR113: {
    title: "The GPU doesn't support the KV cache format",
    remedy: "Use `auto`, or choose a GPU with compute capability 8.9 or higher for fp8.",
  },
  MOOR114: {
    title: "vLLM doesn't support the architecture",
    remedy: "Serve the model with a score.py file, or choose a model whose architecture vLLM supports.",
  },
  MOOR115: {
    title: "The model's KV cache can't be computed",
    remedy:
      "This doesn't mean that the model doesn't fit. Choose a model whose layers use a supported kind of cache, or serve this one from your own image with a score.py file, which has an explicit size.",
  },
  MOOR116: { title: "The required context is longer than the model's maximum", remedy: "Set the context to at most the model's maximum." },
  MOOR117: {
    title: "Answers take longer than Azure allows",
    remedy: `Reduce the length of answers or the concurrency per instance, or choose a faster GPU. Azure ends a request after ${requestTimeoutSeconds} s.`,
  },
  MOOR118: {
    title: "No size fits",
    remedy:
      "Run `npm run fit` with `--compare` to list the reason for each size. A quantized checkpoint, less context, or less concurrency usually helps.",
  },
  MOOR119: { title: "A value is outside its range", remedy: "Set a value within the range, or omit it." },
  MOOR120: {
    title: "The model's configuration can't be read",
    remedy: "Provide the model's config.json and the size of its weight files.",
  },
  MOOR130: {
    title: "The model is not made for the task",
    remedy: "Set the task that the model is made for or omit `task`, or choose a model that is made for the task.",
  },
  MOOR131: {
    title: "The reranker needs settings that the planner doesn't know",
    remedy:
      "Set `flags.hf-overrides` and `flags.chat-template` as vLLM's documentation of scoring describes for the model, or choose a reranker that is a classifier.",
  },
  MOOR132: {
    title: "LoRA adapters with a task other than chat",
    remedy: "Remove `vllm.adapters`, or merge an adapter into the model and serve the result.",
  },
  MOOR140: {
    title: "The model can't be used with --quantization",
    remedy:
      "Omit the flag: vLLM reads the format of a quantized checkpoint from the checkpoint. To convert weights when vLLM loads them, use a checkpoint with 16 bits.",
  },
  MOOR141: {
    title: "The size of the weights is not known",
    remedy:
      "Use a method of `--quantization` that the planner supports, or a checkpoint that is already quantized and set the size of its weights (`vllm.checkpointGiB`, or `--checkpoint-gib` of `npm run fit`).",
  },
  MOOR142: {
    title: "The memory of speculative decoding is not known",
    remedy:
      "Use a draft model in the planner's table, a head (`eagle`), layers of the checkpoint (`mtp`) or `ngram`. For `npm run fit`, --spec-model can be the path of a config.json.",
  },
  MOOR143: {
    title: "The planner can't plan memory with the flag",
    remedy: "Remove the flag from `vllm.flags`. The message names the setting to use instead, if there is one.",
  },

  MOOR201: {
    title: "maxConcurrentRequestsPerInstance is below the declared concurrency",
    remedy: "Set it to the declared concurrency, or omit it.",
  },
  MOOR202: {
    title: "maxConcurrentRequestsPerInstance is above the capacity of the KV cache",
    remedy: "Reduce it to the capacity of the KV cache, or omit it.",
  },
  MOOR203: {
    title: "--max-num-seqs is below the declared concurrency",
    remedy: "Set it to at least maxConcurrentRequestsPerInstance, or omit it.",
  },
  MOOR204: {
    title: "requestTimeout is shorter than the time for an answer",
    remedy: `Increase it (at most ${requestTimeoutSeconds} s), or reduce the length of answers.`,
  },
  MOOR205: {
    title: "requestTimeout is above Azure's limit",
    remedy: `Set at most ${requestTimeoutSeconds} s. For longer answers, reduce the number of tokens or use a batch job.`,
  },
  MOOR206: {
    title: "The liveness probe restarts the container before the model is loaded",
    remedy: "Increase initialDelay or failureThreshold until initialDelay + period × failureThreshold is at least the startup time.",
  },
  MOOR207: {
    title: "The readiness probe fails before the model is loaded",
    remedy: "Increase failureThreshold until initialDelay + period × failureThreshold is at least the startup time.",
  },
  MOOR208: { title: "A probe value is outside Azure's range", remedy: "Use whole numbers of 1 or more." },
  MOOR209: {
    title: "The image is not pinned",
    remedy: "Reference it by digest (repository@sha256:…). A tag can change while a deployment runs.",
  },
  MOOR210: {
    title: "The endpoint's connection limit is below the declared load",
    remedy: `Reduce concurrency × instances to ${connections}, split the load across two endpoints, or request a higher limit from Azure.`,
  },
  MOOR211: {
    title: "vLLM doesn't support the flag or its value",
    remedy: "Use a flag and a value that the pinned vLLM version supports. Otherwise, the server doesn't start.",
  },
  MOOR212: {
    title: "The scale rule flaps",
    remedy: "Set scaleInBelow to at most half of scaleOutAbove, so that the load of two instances doesn't overload the remaining one.",
  },
  MOOR213: { title: "--max-num-batched-tokens is below --max-num-seqs", remedy: "Set it to at least --max-num-seqs, or omit it." },
  MOOR214: {
    title: "vLLM's startup times out before the model is loaded",
    remedy: "Set VLLM_ENGINE_READY_TIMEOUT_S to at least the startup time.",
  },
  MOOR215: { title: "--max-model-len is below the declared context", remedy: "Set it to at least the context, or omit it." },
  MOOR216: {
    title: "--max-num-seqs is above the number of requests that Azure admits",
    remedy: "Increase concurrencyPerInstance to the intended concurrency of an instance, or omit --max-num-seqs.",
  },
  MOOR217: {
    title: "The cooldown is shorter than the startup time",
    remedy:
      "Set cooldownMinutes to at least the startup time, or omit it. Until a new instance is ready, the existing instances handle the load.",
  },
  MOOR230: {
    title: "--max-num-batched-tokens is below --max-model-len",
    remedy: "Set it to at least --max-model-len, or omit it. A server for embeddings or reranking processes each text in one step.",
  },

  MOOR240: {
    title: "The Dockerfile can't be read",
    remedy: "Check the path in the stack file. The folder must contain a readable Dockerfile.",
  },
  MOOR241: {
    title: "A layer doesn't support the instruction",
    remedy:
      "A layer supports ARG before FROM, one FROM, COPY of local files, ENV, USER, WORKDIR, EXPOSE, ENTRYPOINT, CMD and LABEL. " +
      "Any other Dockerfile needs a build: set { build: <folder> } instead of { layer: <folder> }.",
  },
  MOOR242: { title: "An instruction of the Dockerfile is not valid", remedy: "Correct the line." },
  MOOR243: {
    title: "The base of a layer is not pinned",
    remedy: "Set FROM to <registry>/<repository>@sha256:<digest of the linux/amd64 manifest>.",
  },
  MOOR244: {
    title: "The base of a layer is not saved",
    remedy: "Run `npm run renew -- base <folder>` where the base's registry can be reached.",
  },
  MOOR245: {
    title: "The saved base is not the base of the Dockerfile",
    remedy: "Run `npm run renew -- base <folder>`. The files in base/ must contain the exact bytes that the registry returns.",
  },
  MOOR246: {
    title: "The base is not an image for linux/amd64",
    remedy: "Set FROM to the digest of the image's linux/amd64 manifest, and run `npm run renew -- base <folder>`.",
  },
  MOOR247: {
    title: "The source of COPY doesn't exist",
    remedy: "Use the path of a file or folder within the folder of the Dockerfile that .dockerignore doesn't exclude.",
  },
  MOOR248: { title: "A file of the layer can't be read", remedy: "Make the file readable, or exclude it in .dockerignore." },
  MOOR249: { title: "COPY can't write to the destination", remedy: "Choose another destination. A destination folder ends with a slash." },
  MOOR250: {
    title: "The layer is too large",
    remedy: "Exclude files in .dockerignore, or set { build: <folder> }. A layer is for programs and settings, not for model weights.",
  },
  MOOR251: {
    title: "The build has no context or no Dockerfile",
    remedy: "Check the paths. They are relative to the folder of the stack file.",
  },
  MOOR252: {
    title: "A base image of the build is not pinned",
    remedy: "Add the digest: <image>@sha256:<64 hexadecimal digits>. A tag can change between two builds.",
  },
  MOOR253: { title: "The build context is too large", remedy: "Exclude files in .dockerignore." },
  MOOR254: { title: "A file of the build context can't be read", remedy: "Make the file readable, or exclude it in .dockerignore." },
  MOOR255: {
    title: "A pattern in .dockerignore is not valid",
    remedy: "Correct the pattern. https://docs.docker.com/build/concepts/context/ describes the syntax.",
  },

  MOOR301: {
    title: "The quota is too small for the stack",
    remedy: "Request more quota from Azure, reduce instances or scale.max, or remove keepPrevious.",
  },
} as const satisfies Record<`MOOR${number}`, { readonly title: string; readonly remedy: string }>;

export type Code = keyof typeof codes;

/** Problems that mean that the planner can't compute the memory. They say nothing about whether the model fits. */
const notKnownCodes: ReadonlySet<Code> = new Set(["MOOR115", "MOOR141", "MOOR142"]);

/** Whether a problem means that it isn't known whether the model fits. */
export function isNotKnown({ code }: { readonly code: Code }): boolean {
  return notKnownCodes.has(code);
}

/** Why a decision isn't possible: the code, one sentence with the numbers of the case, and the remedy. */
export interface Problem {
  readonly code: Code;
  readonly message: string;
  readonly remedy: string;
  /** Allowed values, with the numbers of the case; completes "Allowed: ". @default - the planner doesn't state them */
  readonly allowed?: string;
}

/** A problem with the remedy of its code. */
export function createProblem(code: Code, message: string, allowed?: string): Problem {
  return { code, message, remedy: codes[code].remedy, ...(allowed === undefined ? {} : { allowed }) };
}

/** Thrown where no result is possible. Its message contains the problem's code, message and remedy. */
export class PlanError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.message} ${problem.remedy}`);
    this.name = "PlanError";
  }
}
