/** Online quantization: `--quantization` converts 16-bit weights when vLLM loads them. */
import type { Quantization } from "../../facts/models";
import type { Model } from "./model";

/** One method of online quantization. */
interface OnlineMethod {
  /** Bytes per parameter of the converted layers, including scales. */
  readonly bytes: number;
  /** The format of a checkpoint that uses the same kernels. */
  readonly like: Quantization;
  /** Whether only the layers of experts are converted. @default false */
  readonly expertsOnly?: true;
  /** Lowest compute capability. @default that of a checkpoint in the same format */
  readonly needs?: number;
}

/**
 * The methods that vLLM applies to 16-bit weights, by the value of `--quantization`. Embeddings and output head keep 16 bits. Source: vLLM
 * 0.31, `vllm/config/quantization.py` and `vllm/model_executor/layers/quantization/online`.
 */
export const onlineMethods: Readonly<Record<string, OnlineMethod>> = {
  fp8: { bytes: 1, like: "fp8" },
  fp8_per_tensor: { bytes: 1, like: "fp8" },
  fp8_per_channel: { bytes: 1, like: "fp8" },
  fp8_per_block: { bytes: 1 + 4 / 128 ** 2, like: "fp8-block128" },
  mxfp8: { bytes: 1 + 1 / 32, like: "fp8" },
  mxfp4: { bytes: 0.5 + 1 / 32, like: "mxfp4" },
  experts_int8: { bytes: 1, like: "int8", expertsOnly: true, needs: 8 },
  int8_per_channel_weight_only: { bytes: 1, like: "int8", expertsOnly: true },
  nvfp4_per_token: { bytes: 0.5 + 1 / 16, like: "nvfp4", expertsOnly: true, needs: 10 },
};

/** Values of `--quantization` that name the format of a checkpoint, which vLLM reads from the checkpoint itself. */
const checkpointMethods: Readonly<Record<Quantization, readonly string[]>> = {
  fp8: ["fp8", "fbgemm_fp8", "compressed-tensors"],
  "fp8-block128": ["fp8", "compressed-tensors", "deepseek_v4_fp8"],
  "modelopt-fp8": ["modelopt"],
  mxfp4: ["mxfp4", "gpt_oss_mxfp4"],
  nvfp4: ["modelopt_fp4", "compressed-tensors"],
  awq: ["awq", "awq_marlin", "auto_awq", "modelopt"],
  gptq: ["gptq", "gptq_marlin", "auto_gptq", "inc"],
  int4: ["compressed-tensors"],
  int8: ["compressed-tensors", "gptq", "gptq_marlin", "auto_gptq", "inc"],
  nf4: [],
};

/** All methods for which the planner can compute the weights. */
export const plannedMethods: readonly string[] = [
  ...new Set([...Object.keys(onlineMethods), ...Object.values(checkpointMethods).flat()]),
].sort();

/**
 * Why the planner can't use `--quantization` with this model. `contradiction`: vLLM refuses it too. `unknown`: vLLM may support it, but the
 * size of the weights isn't known.
 */
export interface QuantizationProblem {
  readonly kind: "contradiction" | "unknown";
  /** One clause. */
  readonly reason: string;
}

/** The problem of `--quantization method` with the model; undefined if there is none. */
export function quantizationProblem(model: Model, method: string): QuantizationProblem | undefined {
  if (!plannedMethods.includes(method)) {
    return { kind: "unknown", reason: `the planner doesn't know the size of weights with --quantization ${method}` };
  }
  const own = model.quantization;
  if (own !== undefined) {
    const allowed = checkpointMethods[own];
    return allowed.includes(method)
      ? undefined
      : { kind: "contradiction", reason: `the checkpoint is already quantized (${own}), and vLLM can't convert it to ${method}` };
  }
  const online = onlineMethod(method);
  if (online === undefined) {
    return { kind: "contradiction", reason: `${method} requires a checkpoint in this format; the weights have 16 bits` };
  }
  if (online.expertsOnly && model.experts === undefined) {
    return { kind: "contradiction", reason: `${method} converts only layers of experts, and the model has none` };
  }
  return undefined;
}

function onlineMethod(method: string): OnlineMethod | undefined {
  return Object.hasOwn(onlineMethods, method) ? onlineMethods[method] : undefined;
}

/** Lowest compute capability of the method, if it differs from that of a checkpoint in the same format. */
export function onlineNeeds(model: Model, method: string | undefined): number | undefined {
  return model.quantization === undefined && method !== undefined ? onlineMethod(method)?.needs : undefined;
}

/** The model as vLLM keeps it in memory with `--quantization method`; the model itself if nothing is converted. */
export function withQuantization(model: Model, method: string | undefined): Model {
  const online = method === undefined || quantizationProblem(model, method) ? undefined : onlineMethod(method);
  if (online === undefined || model.quantization !== undefined) return model;
  const converted = online.expertsOnly ? expertBytes(model) : Math.max(0, model.weightBytes - embeddingBytes(model));
  const weightBytes = model.weightBytes - converted * (1 - online.bytes / 2);
  return {
    ...model,
    quantization: online.like,
    weightBytes,
    activeBytes: model.activeBytes * (weightBytes / model.weightBytes),
  };
}

/** Bytes of 16-bit embeddings and output head. */
export function embeddingBytes(model: Model): number {
  return Math.min(model.weightBytes, 2 * model.vocab * model.hidden * (model.tied ? 1 : 2));
}

/** Bytes of all experts, from the part of the weights that one token doesn't read. */
export function expertBytes(model: Model): number {
  if (!model.experts) return 0;
  const idleShare = 1 - model.experts.perToken / model.experts.count;
  return idleShare <= 0 ? 0 : Math.min(model.weightBytes, (model.weightBytes - model.activeBytes) / idleShare);
}
