/** Flags of `vllm serve` that are set in the stack file: their effect on memory, and how they are merged with derived flags. */
import { createProblem, type Problem } from "./codes";
import type { EngineSettings } from "./fit/estimate";

/** Value of a `vllm serve` flag; `true` is the flag without a value, `false` its `--no-` form. */
export type FlagValue = string | number | boolean;

/** Flags by name, without the leading hyphens. */
export type ExplicitFlags = Readonly<Record<string, FlagValue>>;

/** Flags that follow from `vllm.task`. */
export const taskFlags: readonly string[] = ["runner", "convert"];

/**
 * Flags that only Moor sets. Setting them in the stack file would break the model's path, the probes or the endpoint's keys: `api-key`
 * and the endpoint's key use the same `Authorization` header.
 */
export const reservedFlags = [
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
  ...taskFlags,
];

const wholeNumbers = {
  "tensor-parallel-size": "tensorParallelSize",
  "max-model-len": "maxModelLen",
  "max-num-seqs": "maxNumSeqs",
  "max-num-batched-tokens": "maxNumBatchedTokens",
} as const satisfies Record<string, keyof EngineSettings>;

/** The flags that determine memory. A value that is not a valid number is a problem, because no check can use it. */
export function engineSettings(flags: ExplicitFlags): { readonly settings: EngineSettings; readonly problems: readonly Problem[] } {
  const counts = Object.entries(wholeNumbers).filter(([flag]) => flags[flag] !== undefined);
  const part = flags["gpu-memory-utilization"];
  const cache = flags["kv-cache-dtype"];
  const eager = flags["enforce-eager"];
  const outOfRange = (flag: string, allowed: string) =>
    createProblem("MOOR119", `--${flag} is ${JSON.stringify(flags[flag])}; it must be ${allowed}.`);
  return {
    settings: {
      ...Object.fromEntries(counts.map(([flag, setting]) => [setting, Number(flags[flag])])),
      ...(part === undefined ? {} : { gpuMemoryUtilization: Number(part) }),
      ...(cache === undefined ? {} : { kvCacheDtype: String(cache) }),
      ...(eager === undefined ? {} : { enforceEager: eager === true }),
    },
    problems: [
      ...counts.filter(([flag]) => !isCount(flags[flag])).map(([flag]) => outOfRange(flag, "a whole number of 1 or more, in digits")),
      ...(part === undefined || (Number(part) > 0 && Number(part) <= 1)
        ? []
        : [outOfRange("gpu-memory-utilization", "greater than 0 and at most 1")]),
    ],
  };
}

/** Flags that multiply the number of GPUs of one server. */
const multiplying = ["pipeline-parallel-size", "data-parallel-size"];

/** Factor by which the flags multiply the GPUs of the tensor parallel size. */
export function parallelismFactor(flags: ExplicitFlags): number {
  return multiplying.reduce((product, flag) => product * Number(flags[flag] ?? 1), 1);
}

/** Flags that change memory in ways that the estimate doesn't cover. */
const unplanned = [
  "block-size",
  "cpu-offload-gb",
  "decode-context-parallel-size",
  "enable-lora",
  "kv-cache-memory-bytes",
  "kv-offloading-size",
  "num-gpu-blocks-override",
  "quantization",
  "speculative-config",
  ...multiplying,
];

/** The flags that the memory estimate doesn't cover. */
export function unestimatedFlags(flags: ExplicitFlags): string[] {
  return unplanned.filter((flag) => flags[flag] !== undefined).map((flag) => `--${flag}`);
}

function isCount(value: FlagValue | undefined): boolean {
  return typeof value !== "boolean" && Number.isInteger(Number(value)) && Number(value) >= 1;
}

/** The flags as arguments of `vllm serve`. */
export function argumentsOf(flags: ExplicitFlags): string[] {
  return Object.entries(flags).flatMap(([flag, value]) => {
    if (typeof value === "boolean") return [value ? `--${flag}` : `--no-${flag}`];
    return [`--${flag}`, String(value)];
  });
}

/** Derived arguments, each replaced by the explicit flag of the same name. Explicit flags without a derived counterpart come last. */
export function joinFlags(derived: readonly string[], explicit: ExplicitFlags): string[] {
  const left = new Map(Object.entries(explicit));
  const joined = grouped(derived).flatMap((group) => {
    const flag = group[0]!.replace(/^--(no-)?/, "");
    const value = left.get(flag);
    if (value === undefined) return group;
    left.delete(flag);
    return argumentsOf({ [flag]: value });
  });
  return [...joined, ...argumentsOf(Object.fromEntries(left))];
}

/** Each flag with its values. */
function grouped(args: readonly string[]): string[][] {
  const groups: string[][] = [];
  for (const arg of args) {
    if (arg.startsWith("--")) groups.push([arg]);
    else groups.at(-1)!.push(arg);
  }
  return groups;
}
