/** Flags of `vllm serve` that are set in the stack file: their effect on memory, and how they are merged with derived flags. */
import { vllmFlag } from "../facts/vllm";
import { createProblem, type Problem } from "./codes";
import type { EngineSettings } from "./fit/estimate";
import { loraRanks } from "./fit/lora";
import { type Model, modelFromTable } from "./fit/model";
import { readSpeculation } from "./fit/speculationText";
import { type PlannedFlag, refusedFlags } from "./memoryFlags";

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
  "pipeline-parallel-size": "pipelineParallelSize",
  "data-parallel-size": "dataParallelSize",
  "max-model-len": "maxModelLen",
  "max-num-seqs": "maxNumSeqs",
  "max-num-batched-tokens": "maxNumBatchedTokens",
  "block-size": "blockSize",
  "kv-cache-memory-bytes": "kvCacheBytes",
  "num-gpu-blocks-override": "gpuBlocks",
} as const satisfies Partial<Record<PlannedFlag, keyof EngineSettings>>;

/** Settings and problems from a group of flags. */
interface Read {
  readonly settings: EngineSettings;
  readonly problems: readonly Problem[];
}

/**
 * The flags that determine memory. A value that is not valid is a problem, because no check can use it. So is a flag that changes memory in a
 * way that the estimate doesn't include.
 * @param draftModel The model with this ID, if its dimensions are known.
 */
export function engineSettings(written: ExplicitFlags, draftModel: (id: string) => Model | undefined = modelFromTable): Read {
  const flags = canonicalFlags(written);
  const groups = [countSettings(flags), simpleSettings(flags), loraSettings(flags), mediaSettings(flags), speculation(flags, draftModel)];
  return {
    settings: Object.assign({}, ...groups.map(({ settings }) => settings)),
    problems: [...groups.flatMap(({ problems }) => problems), ...refused(flags)],
  };
}

/** The flags under the first of their names, and switches that are off without `no-`. */
function canonicalFlags(flags: ExplicitFlags): ExplicitFlags {
  return Object.fromEntries(
    Object.entries(flags).map(([name, value]) => {
      const first = vllmFlag(`--${name}`)?.flags[0]?.replace(/^--/, "") ?? name;
      const negative = name.startsWith("no-") && `no-${first}` === name;
      return [first, negative ? value !== true : value];
    }),
  );
}

const outOfRange = (flags: ExplicitFlags, flag: PlannedFlag, allowed: string) =>
  createProblem("MOOR119", `--${flag} is ${JSON.stringify(flags[flag])}; it must be ${allowed}.`);

function countSettings(flags: ExplicitFlags): Read {
  const counts = (Object.keys(wholeNumbers) as (keyof typeof wholeNumbers)[]).filter((flag) => flags[flag] !== undefined);
  return {
    settings: Object.fromEntries(counts.map((flag) => [wholeNumbers[flag], Number(flags[flag])])),
    problems: counts
      .filter((flag) => !isCount(flags[flag]))
      .map((flag) => outOfRange(flags, flag, "a whole number of 1 or more, in digits")),
  };
}

function simpleSettings(flags: ExplicitFlags): Read {
  const part = flags["gpu-memory-utilization"];
  const offload = flags["cpu-offload-gb"];
  const cache = flags["kv-cache-dtype"];
  const eager = flags["enforce-eager"];
  const experts = flags["enable-expert-parallel"];
  const method = flags.quantization;
  return {
    settings: {
      ...(part === undefined ? {} : { gpuMemoryUtilization: Number(part) }),
      ...(offload === undefined ? {} : { cpuOffloadGiB: Number(offload) }),
      ...(cache === undefined ? {} : { kvCacheDtype: String(cache) }),
      ...(eager === undefined ? {} : { enforceEager: eager === true }),
      ...(experts === undefined ? {} : { expertParallel: experts === true }),
      ...(method === undefined ? {} : { quantization: String(method) }),
    },
    problems: [
      ...(part === undefined || (Number(part) > 0 && Number(part) <= 1)
        ? []
        : [outOfRange(flags, "gpu-memory-utilization", "greater than 0 and at most 1")]),
      ...(offload === undefined || isAmount(offload) ? [] : [outOfRange(flags, "cpu-offload-gb", "a number of 0 or more")]),
    ],
  };
}

/** vLLM's default for `--max-loras` and `--max-lora-rank`. */
const loraDefaults = { maxLoras: 1, maxRank: 16 } as const;

function loraSettings(flags: ExplicitFlags): Read {
  if (flags["enable-lora"] !== true) return { settings: {}, problems: [] };
  const maxLoras = flags["max-loras"] ?? loraDefaults.maxLoras;
  const maxRank = flags["max-lora-rank"] ?? loraDefaults.maxRank;
  return {
    settings: { lora: { maxLoras: Number(maxLoras), maxRank: Number(maxRank) } },
    problems: [
      ...(isCount(maxLoras) ? [] : [outOfRange(flags, "max-loras", "a whole number of 1 or more, in digits")]),
      ...(loraRanks.includes(Number(maxRank)) ? [] : [outOfRange(flags, "max-lora-rank", `one of ${loraRanks.join(", ")}`)]),
    ],
  };
}

/** Kinds of items in a request to a multimodal model. */
const mediaKinds = ["image", "video", "audio"];

function mediaSettings(flags: ExplicitFlags): Read {
  if (flags["language-model-only"] === true) {
    return { settings: { limitMmPerPrompt: Object.fromEntries(mediaKinds.map((kind) => [kind, 0])) }, problems: [] };
  }
  const text = flags["limit-mm-per-prompt"];
  if (text === undefined) return { settings: {}, problems: [] };
  const limits = mediaLimits(text);
  return limits === undefined
    ? { settings: {}, problems: [outOfRange(flags, "limit-mm-per-prompt", 'JSON such as {"image": 2, "video": 0}')] }
    : { settings: { limitMmPerPrompt: limits }, problems: [] };
}

/** The limits in the JSON of `--limit-mm-per-prompt`: for each kind, the number of items, or an object that contains it as `count`. */
export function mediaLimits(text: FlagValue): Readonly<Record<string, number>> | undefined {
  const entries = Object.entries(jsonObject(text) ?? {}).map(([kind, limit]) => {
    const count: unknown = typeof limit === "object" && limit !== null ? (limit as { count?: unknown }).count : limit;
    return [kind, count] as const;
  });
  const valid = entries.length > 0 && entries.every(([, count]) => Number.isInteger(count) && (count as number) >= 0);
  return valid ? (Object.fromEntries(entries) as Record<string, number>) : undefined;
}

function speculation(flags: ExplicitFlags, draftModel: (id: string) => Model | undefined): Read {
  const text = flags["speculative-config"];
  const config = text === undefined ? {} : jsonObject(text);
  if (config === undefined) return { settings: {}, problems: [outOfRange(flags, "speculative-config", "a JSON object")] };
  const found = readSpeculation(
    {
      method: flags["spec-method"] ?? config.method,
      model: flags["spec-model"] ?? config.model,
      tokens: flags["spec-tokens"] ?? config.num_speculative_tokens,
      draftTensorParallelSize: config.draft_tensor_parallel_size,
    },
    draftModel,
  );
  return found === undefined
    ? { settings: {}, problems: [] }
    : "code" in found
      ? { settings: {}, problems: [found] }
      : { settings: { speculative: found }, problems: [] };
}

/** The problems of flags that change memory in a way that the estimate doesn't include. */
function refused(flags: ExplicitFlags): Problem[] {
  return Object.entries(flags).flatMap(([flag, value]) => {
    const entry = Object.hasOwn(refusedFlags, flag) ? refusedFlags[flag] : undefined;
    if (entry === undefined || entry.harmless?.(value)) return [];
    const message = `--${flag} ${JSON.stringify(value)} changes memory in a way that the estimate doesn't include.`;
    return [createProblem("MOOR143", `${message} ${entry.instead}`)];
  });
}

function jsonObject(text: FlagValue): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): boolean {
  return (typeof value === "string" || typeof value === "number") && Number.isInteger(Number(value)) && Number(value) >= 1;
}

function isAmount(value: FlagValue): boolean {
  return typeof value !== "boolean" && String(value).trim() !== "" && Number(value) >= 0 && Number.isFinite(Number(value));
}

/** The flags as arguments of `vllm serve`. */
export function argumentsOf(flags: ExplicitFlags): string[] {
  return Object.entries(flags).flatMap(([flag, value]) => {
    if (typeof value === "boolean") return [value ? `--${flag}` : `--no-${flag}`];
    return [`--${flag}`, String(value)];
  });
}

/**
 * Derived arguments, each replaced by the explicit flag of the same name. Explicit flags without a derived counterpart come last. A flag that
 * is derived more than once is included once.
 */
export function joinFlags(derived: readonly string[], explicit: ExplicitFlags): string[] {
  const left = new Map(Object.entries(explicit));
  const covered = Object.entries(containedFlags).flatMap(([flag, contained]) => (explicit[flag] === undefined ? [] : contained));
  const seen = new Set<string>();
  const joined = grouped(derived).flatMap((group) => {
    const flag = group[0]!.replace(/^--(no-)?/, "");
    if (covered.includes(flag) || seen.has(flag)) return [];
    seen.add(flag);
    const value = left.get(flag);
    if (value === undefined) return group;
    left.delete(flag);
    return argumentsOf({ [flag]: value });
  });
  return [...joined, ...argumentsOf(Object.fromEntries(left))];
}

/** Derived flags whose values an explicit flag contains. vLLM refuses both together. */
const containedFlags: Readonly<Record<string, readonly string[]>> = {
  "speculative-config": ["spec-method", "spec-model", "spec-tokens"],
  "language-model-only": ["limit-mm-per-prompt"],
};

/** Each flag with its values. */
function grouped(args: readonly string[]): string[][] {
  const groups: string[][] = [];
  for (const arg of args) {
    if (arg.startsWith("--")) groups.push([arg]);
    else groups.at(-1)!.push(arg);
  }
  return groups;
}
