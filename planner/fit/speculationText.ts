/** Reads speculative decoding from the values of vLLM's flags. */
import { createProblem, type Problem } from "../codes";
import type { Model } from "./model";
import type { Speculation } from "./settings";

/** The values as written, or as in the JSON of `--speculative-config`. */
export interface SpeculationText {
  readonly method?: unknown;
  readonly model?: unknown;
  readonly tokens?: unknown;
  readonly draftTensorParallelSize?: unknown;
}

/** Methods by vLLM's name. */
const methods: Readonly<Record<string, Speculation["method"]>> = {
  draft_model: "draft",
  eagle: "eagle",
  eagle3: "eagle",
  ngram: "ngram",
  ngram_gpu: "ngram",
  suffix: "ngram",
  mtp: "mtp",
};

/** vLLM's name of a method. */
const methodNames: Readonly<Record<Speculation["method"], string>> = {
  draft: "draft_model",
  eagle: "eagle3",
  ngram: "ngram",
  mtp: "mtp",
};

/** vLLM's default number of tokens with multi-token prediction. */
const predictedTokens = 1;

/** Most tokens that a method can propose: far more than any useful number. */
const mostTokens = 1000;

/** The settings, the problem of a value, or undefined without speculative decoding. */
export function readSpeculation(
  { method: written, model: id, tokens: count, draftTensorParallelSize: split }: SpeculationText,
  draftModel: (id: string) => Model | undefined,
): Speculation | Problem | undefined {
  if ([written, id, count].every((value) => value === undefined)) return undefined;
  const name = written === undefined && id !== undefined ? "draft_model" : String(written);
  const method = /_mtp$/.test(name) ? "mtp" : Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined)
    return createProblem(
      "MOOR142",
      `The planner doesn't know the memory of the speculative method ${name}.`,
      [...Object.keys(methods), "methods that end in _mtp"].join(", "),
    );
  const tokens = Number(count ?? (method === "mtp" ? predictedTokens : Number.NaN));
  if (!(Number.isInteger(tokens) && tokens >= 1 && tokens <= mostTokens))
    return createProblem(
      "MOOR119",
      `The number of speculative tokens is ${count === undefined ? "missing" : JSON.stringify(count)}; it must be a whole number from 1 to ${mostTokens}.`,
    );
  if (split !== undefined && !(Number.isInteger(split) && (split as number) >= 1))
    return createProblem("MOOR119", `draft_tensor_parallel_size is ${JSON.stringify(split)}; it must be a whole number of 1 or more.`);
  const own = method === "draft" || method === "eagle";
  if (own && id === undefined) return createProblem("MOOR119", `The speculative method ${name} requires a draft model.`);
  return {
    method,
    tokens,
    name,
    ...(own && id !== undefined ? { modelId: String(id), model: draftModel(String(id)) } : {}),
    ...(split === undefined ? {} : { draftTensorParallelSize: split as number }),
  };
}

/** The flags of `vllm serve` for speculative decoding. */
export function speculationFlags({ method, name, modelId, model, tokens }: Speculation): string[][] {
  const id = modelId ?? model?.id;
  return [
    ["--spec-method", name ?? methodNames[method]],
    ...(id === undefined ? [] : [["--spec-model", id]]),
    ["--spec-tokens", String(tokens)],
  ];
}
