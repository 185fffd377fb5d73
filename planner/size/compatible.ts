/** Whether a GPU supports the number formats of a model and its KV cache, regardless of memory. */
import type { Quantization } from "../../facts/models";
import { architectures } from "../../facts/vllm";
import { createProblem, type Problem } from "../codes";
import type { EngineSettings } from "../fit/estimate";
import { isKvCacheDtype } from "../fit/kvCache";
import { loraRankFor, loraRanks } from "../fit/lora";
import type { Model } from "../fit/model";
import { onlineNeeds, plannedMethods, quantizationProblem, withQuantization } from "../fit/onlineQuantization";
import { unknownDrafter } from "../fit/speculation";
import { purposeProblem } from "../serving/task";
import type { Machine } from "./machine";

/**
 * Lowest compute capability by quantization; infinity if vLLM no longer supports it (bitsandbytes). Source: vLLM, `get_min_capability` of
 * each method.
 */
const quantizationNeeds: Record<Quantization, number> = {
  fp8: 8,
  "fp8-block128": 8,
  "modelopt-fp8": 8.9,
  mxfp4: 8,
  nvfp4: 8,
  awq: 7.5,
  gptq: 7.5,
  int4: 7.5,
  int8: 7.5,
  nf4: Number.POSITIVE_INFINITY,
};

/** bf16 requires 8.0. Below that, vLLM uses fp16, in which some families overflow. */
const bf16Needs = 8;
const overflowsInFp16 = /^(Gemma[23]|Glm4ForCausalLM|Plamo)/;

/** An 8-bit KV cache requires kernels whose support is certain only from Ada on. */
const narrowKvNeeds = 8.9;
const narrowKv = /^(fp8|nvfp4|int8|int4)/;

/** Latent attention has no kernel below Ampere, and its sparse kind none below Hopper. */
const latentNeeds = 8;
const sparseNeeds = 9;

/** What the planner supports instead. */
const supported = {
  cache: "a model whose KV cache the planner can compute, or a `score.py` file with an explicit size",
  conversion: "no `quantization` flag, or a checkpoint with 16-bit weights",
  drafter: "a draft model in the planner's table, or the method eagle, mtp or ngram",
} as const;

/** Why no GPU can run this model; undefined if one can. */
export function modelProblem(model: Model): Problem | undefined {
  if (!architectures.has(model.architecture)) {
    const why = model.architecture
      ? `${model.id} uses the architecture ${model.architecture}, which vLLM doesn't support`
      : `${model.id} specifies no architecture`;
    return createProblem("MOOR114", `${why}.`);
  }
  if (model.unmodelled)
    return createProblem("MOOR115", `The KV cache of ${model.id} can't be computed: ${model.unmodelled}.`, supported.cache);
  return undefined;
}

/** Why no GPU can run this model with these settings; undefined if one can. */
export function settingsProblem(model: Model, settings: EngineSettings): Problem | undefined {
  return (
    modelProblem(model) ??
    (settings.task === undefined ? undefined : purposeProblem(model, settings.task)) ??
    quantizationSettingProblem(model, settings.quantization) ??
    speculationProblem(model, settings) ??
    loraProblem(settings)
  );
}

function quantizationSettingProblem(model: Model, method: string | undefined): Problem | undefined {
  const found = method === undefined ? undefined : quantizationProblem(model, method);
  if (found === undefined) return undefined;
  return found.kind === "unknown"
    ? createProblem("MOOR141", `${capital(found.reason)}. Known: ${plannedMethods.join(", ")}.`, "one of these methods")
    : createProblem("MOOR140", `--quantization ${method} and ${model.id} contradict each other: ${found.reason}.`, supported.conversion);
}

function speculationProblem(model: Model, { speculative }: EngineSettings): Problem | undefined {
  const unknown = speculative && unknownDrafter(model, speculative);
  if (unknown) return createProblem("MOOR142", `The memory of speculative decoding is not known: ${unknown}.`, supported.drafter);
  const draft = speculative?.model;
  if (draft && draft.vocab !== model.vocab && speculative.method === "draft") {
    const detail = `${draft.id} has a vocabulary of ${draft.vocab} tokens, and ${model.id} of ${model.vocab}`;
    return createProblem("MOOR119", `The draft model must have the vocabulary of the model: ${detail}.`);
  }
  return undefined;
}

function loraProblem({ lora }: EngineSettings): Problem | undefined {
  if (lora === undefined) return undefined;
  if (!Number.isInteger(lora.maxLoras) || lora.maxLoras < 1)
    return createProblem("MOOR119", `maxLoras is ${lora.maxLoras}; it must be a whole number of 1 or more.`);
  if (!Number.isInteger(lora.maxRank) || lora.maxRank < 1 || loraRankFor(lora.maxRank) === undefined)
    return createProblem(
      "MOOR119",
      `The largest rank of the adapters is ${lora.maxRank}; it must be a whole number from 1 to ${loraRanks.at(-1)}.`,
    );
  return undefined;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Why this machine doesn't support the formats of the model and the KV cache; undefined if it does. */
export function formatProblem(
  own: Model,
  machine: Machine,
  { kvCacheDtype = "auto", quantization: method }: EngineSettings = {},
): Problem | undefined {
  const model = withQuantization(own, method);
  const has = machine.gpu.computeCapability;
  const on = machine.instanceType ?? "the GPU";
  const needs = (minimum: number, what: string) =>
    has < minimum
      ? createProblem("MOOR106", `${what} requires compute capability ${minimum.toFixed(1)}; ${on} has ${has.toFixed(1)}.`)
      : undefined;
  if (model.quantization && quantizationNeeds[model.quantization] === Number.POSITIVE_INFINITY) {
    return createProblem("MOOR106", "vLLM no longer supports bitsandbytes checkpoints.");
  }
  if (!isKvCacheDtype(kvCacheDtype)) return createProblem("MOOR119", `The planner doesn't support the KV cache format ${kvCacheDtype}.`);
  // An encoder has no KV cache, so its format has no effect.
  if (!model.encoder && narrowKv.test(kvCacheDtype) && has < narrowKvNeeds) {
    return createProblem(
      "MOOR113",
      `A KV cache in ${kvCacheDtype} requires compute capability ${narrowKvNeeds}; ${on} has ${has.toFixed(1)}.`,
    );
  }
  const onlineFormatProblem = (minimum: number | undefined) =>
    minimum === undefined ? undefined : needs(minimum, `--quantization ${method}`);
  const sparse = model.cache.some((layer) => layer.kind === "indexer");
  const latent = model.cache.some((layer) => layer.kind === "mla");
  return (
    onlineFormatProblem(onlineNeeds(own, method)) ||
    (model.quantization && needs(quantizationNeeds[model.quantization], `${model.quantization}`)) ||
    (overflowsInFp16.test(model.architecture) ? needs(bf16Needs, `bf16 (${model.architecture} overflows in fp16)`) : undefined) ||
    (sparse ? needs(sparseNeeds, "sparse latent attention") : undefined) ||
    (latent ? needs(latentNeeds, "latent attention") : undefined)
  );
}

/** Value of `--dtype` that the GPU requires; undefined if it supports the model's own. */
export function forcedDtype(machine: Machine): "half" | undefined {
  return machine.gpu.computeCapability < bf16Needs ? "half" : undefined;
}

/** Why the GPU doesn't support the `--dtype` in the flags; undefined if it does. */
export function dtypeProblem(machine: Machine, flags: readonly string[]): Problem | undefined {
  const at = flags.indexOf("--dtype");
  const has = machine.gpu.computeCapability;
  if (at < 0 || flags[at + 1] !== "bfloat16" || has >= bf16Needs) return undefined;
  const on = machine.instanceType ?? "the GPU";
  return createProblem("MOOR106", `--dtype bfloat16 requires compute capability ${bf16Needs.toFixed(1)}; ${on} has ${has.toFixed(1)}.`);
}
