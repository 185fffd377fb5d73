/**
 * The inequalities between model, machine, flags, probes and Azure's limits. Derived values satisfy them by construction. An explicit value
 * that violates one is reported with its numbers.
 */
import { autoscaleLimits, endpointLimits } from "../../azure/limits";
import { admissionFactor, scoringStatus } from "../../azure/scoring";
import { reasoningParsers, toolCallParsers, vllmFlag } from "../../facts/vllm";
import { type Code, createProblem, type Problem } from "../codes";
import type { Probe, RequestSettings, ScaleRule } from "../decision";
import type { Estimate } from "../fit/estimate";
import { completeRule } from "./scaling";
import type { Speed } from "./speed";
import { probeSeconds, type Start } from "./start";

/** The values that the inequalities compare. */
export interface ServingSettings {
  readonly flags: readonly string[];
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** @default the context of the estimate */
  readonly maxModelLen?: number;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly probes: { readonly liveness: Probe; readonly readiness: Probe };
  readonly requestSettings: RequestSettings;
  readonly scaleRule: ScaleRule;
  /** Image reference as written, if known. */
  readonly image?: string;
}

/** The values that the settings are checked against. */
export interface ServingBasis {
  readonly estimate: Estimate;
  readonly speed: Speed;
  readonly start: Start;
  /** Declared concurrency of one instance. */
  readonly concurrency: number;
  readonly outputTokens: number;
  /** Maximum number of instances of the deployment. @default 1 */
  readonly maxInstances?: number;
}

/** One inequality with its numbers. */
export interface Check {
  readonly code: Code;
  readonly name: string;
  readonly ok: boolean;
  /** The inequality as a sentence with the numbers of the case. */
  readonly message: string;
  /** Allowed values, as text. */
  readonly allowed?: string;
}

/** All inequalities, whether satisfied or violated. */
export function servingChecks(settings: ServingSettings, basis: ServingBasis): readonly Check[] {
  return [...loadChecks(settings, basis), ...timeChecks(settings, basis), ...probeChecks(settings, basis), ...plainChecks(settings)];
}

/** The violated inequalities as problems. */
export function servingProblems(settings: ServingSettings, basis: ServingBasis): readonly Problem[] {
  return servingChecks(settings, basis)
    .filter((check) => !check.ok)
    .map((check) => createProblem(check.code, check.message, check.allowed));
}

function loadChecks(settings: ServingSettings, basis: ServingBasis): Check[] {
  const admitted = settings.requestSettings.maxConcurrentRequestsPerInstance;
  const capacity = Math.floor(basis.estimate.safeConcurrency);
  const length = basis.estimate.settings.maxModelLen;
  const connections = basis.concurrency * (basis.maxInstances ?? 1);
  return [
    {
      code: "MOOR201",
      name: "admission covers the declared load",
      ok: admitted >= basis.concurrency,
      message: `maxConcurrentRequestsPerInstance is ${admitted}; ${basis.concurrency} concurrent requests are declared per instance, and Azure returns ${scoringStatus.tooManyRequests} above ${admissionFactor} × ${admitted} requests per instance.`,
    },
    {
      code: "MOOR202",
      name: "the KV cache has capacity for the admitted requests",
      ok: admitted <= capacity,
      message: `maxConcurrentRequestsPerInstance is ${admitted}; the KV cache has capacity for ${capacity} requests of ${length} tokens. Further requests wait, and the wait counts toward their timeout.`,
    },
    {
      code: "MOOR203",
      name: "vLLM runs the declared concurrency",
      ok: settings.maxNumSeqs >= basis.concurrency,
      message: `--max-num-seqs is ${settings.maxNumSeqs}; ${basis.concurrency} concurrent requests are declared per instance.`,
      allowed: `${basis.concurrency} or more`,
    },
    {
      code: "MOOR213",
      name: "a step has a token for each sequence",
      ok: settings.maxNumBatchedTokens >= settings.maxNumSeqs,
      message: `--max-num-batched-tokens is ${settings.maxNumBatchedTokens}; ${settings.maxNumSeqs} sequences require one token each.`,
      allowed: `${settings.maxNumSeqs} or more`,
    },
    ...wholeTextCheck(settings, basis),
    {
      code: "MOOR215",
      name: "vLLM accepts the declared context",
      ok: (settings.maxModelLen ?? length) >= length,
      message: `--max-model-len is ${settings.maxModelLen ?? length}; the declared context is ${length} tokens.`,
      allowed: `${length} or more`,
    },
    {
      code: "MOOR210",
      name: "the endpoint has enough connections",
      ok: connections <= endpointLimits.connections,
      message: `${basis.concurrency} concurrent requests on each of ${basis.maxInstances ?? 1} instances require ${connections} connections; an endpoint allows ${endpointLimits.connections}.`,
      allowed: `concurrencyPerInstance × instances of at most ${endpointLimits.connections}`,
    },
  ];
}

/** vLLM doesn't start a pooling model whose texts can't be split with a smaller step. */
function wholeTextCheck({ maxNumBatchedTokens, maxModelLen }: ServingSettings, { estimate, outputTokens }: ServingBasis): Check[] {
  if (outputTokens > 0) return [];
  const length = Math.max(maxModelLen ?? 0, estimate.settings.maxModelLen);
  return [
    {
      code: "MOOR230",
      name: "a step has space for the longest text",
      ok: maxNumBatchedTokens >= length,
      message: `--max-num-batched-tokens is ${maxNumBatchedTokens}; a text can have ${length} tokens.`,
      allowed: `${length} or more`,
    },
  ];
}

function timeChecks(settings: ServingSettings, basis: ServingBasis): Check[] {
  const { requestTimeout } = settings.requestSettings;
  const { answerSeconds } = basis.speed;
  const { allowedSeconds } = basis.start;
  const { cooldownMinutes } = completeRule(settings.scaleRule);
  const most = endpointLimits.requestTimeoutSeconds;
  return [
    {
      code: "MOOR204",
      name: "the timeout covers an answer",
      ok: requestTimeout >= answerSeconds,
      message: `requestTimeout is ${requestTimeout} s; an answer${basis.outputTokens === 0 ? "" : ` of ${basis.outputTokens} tokens`} takes up to ${Math.ceil(answerSeconds)} s at a concurrency of ${basis.concurrency}.`,
      allowed: answerSeconds > most ? `at most ${most} s, with a smaller load` : `${Math.ceil(answerSeconds)} to ${most} s`,
    },
    {
      code: "MOOR205",
      name: "the timeout is within Azure's limit",
      ok: requestTimeout >= 1 && requestTimeout <= most,
      message: `requestTimeout is ${requestTimeout} s; Azure allows 1 to ${most} s.`,
      allowed: `1 to ${most} s`,
    },
    {
      code: "MOOR212",
      name: "the scale rule doesn't flap",
      ok: settings.scaleRule.scaleInBelow * 2 <= settings.scaleRule.scaleOutAbove,
      message: `scaleInBelow is ${settings.scaleRule.scaleInBelow} and scaleOutAbove is ${settings.scaleRule.scaleOutAbove} requests per minute: after a scale-in from two instances to one, the load of the remaining instance can exceed scaleOutAbove.`,
    },
    {
      code: "MOOR217",
      name: "the cooldown covers the start",
      ok: 60 * cooldownMinutes >= allowedSeconds,
      message: `cooldownMinutes is ${cooldownMinutes}; startup can take ${allowedSeconds} s, so Azure would scale out again for the same load.`,
      allowed: `${Math.ceil(allowedSeconds / 60)} to ${autoscaleLimits.cooldown.max}`,
    },
  ];
}

function probeChecks(settings: ServingSettings, basis: ServingBasis): Check[] {
  const needed = basis.start.allowedSeconds;
  const { liveness, readiness } = settings.probes;
  const sumOf = (probe: Probe) => `${probe.initialDelay} + ${probe.period} × ${probe.failureThreshold} = ${probeSeconds(probe)} s`;
  const ready = Number(settings.environmentVariables.VLLM_ENGINE_READY_TIMEOUT_S ?? 600);
  const whole = [liveness, readiness].every((probe) => Object.values(probe).every((value) => Number.isInteger(value) && value >= 1));
  return [
    {
      code: "MOOR206",
      name: "liveness waits for the start",
      ok: probeSeconds(liveness) >= needed,
      message: `The liveness probe allows ${sumOf(liveness)}; startup can take ${needed} s.`,
    },
    {
      code: "MOOR207",
      name: "readiness waits for the start",
      ok: probeSeconds(readiness) >= needed,
      message: `The readiness probe allows ${sumOf(readiness)}; startup can take ${needed} s.`,
    },
    {
      code: "MOOR208",
      name: "probes are whole numbers",
      ok: whole,
      message: "A probe has a value that is below 1 or not a whole number.",
    },
    {
      code: "MOOR214",
      name: "vLLM waits for its own start",
      ok: ready >= needed,
      message: `VLLM_ENGINE_READY_TIMEOUT_S is ${ready}; startup can take ${needed} s.`,
    },
  ];
}

function plainChecks(settings: ServingSettings): Check[] {
  const problem = flagProblem(settings.flags);
  const flags: Check = {
    code: "MOOR211",
    name: "vLLM supports each flag",
    ok: problem === undefined,
    message: problem ?? "Each flag is supported.",
    allowed: "flags and values of `vllm serve` in the image's version",
  };
  if (settings.image === undefined) return [flags];
  const pinned = /@sha256:[0-9a-f]{64}$/.test(settings.image);
  return [
    flags,
    {
      code: "MOOR209",
      name: "the image is pinned",
      ok: pinned,
      message: `The image ${settings.image} is ${pinned ? "" : "not "}referenced by digest.`,
    },
  ];
}

/** Parsers that vLLM registers, by the flag that names one. */
const parserFlags: Readonly<Record<string, ReadonlySet<string>>> = {
  "--tool-call-parser": toolCallParsers,
  "--reasoning-parser": reasoningParsers,
};

/** The problem with the first invalid flag, as a sentence; undefined if vLLM accepts all flags. */
export function flagProblem(flags: readonly string[]): string | undefined {
  for (let i = 0; i < flags.length; i++) {
    const name = flags[i]!;
    const flag = vllmFlag(name);
    if (!flag) return `vLLM has no flag ${name}.`;
    if (flag.nargs === 0) continue;
    const value = flags[++i];
    if (value === undefined || value.startsWith("--")) return `${name} has no value.`;
    const allowed = parserFlags[name] ?? (flag.choices && new Set(flag.choices.map(String)));
    if (allowed && !allowed.has(value))
      return `${name} can't be ${value}; vLLM supports ${[...allowed].slice(0, 12).join(", ")}${allowed.size > 12 ? ", …" : ""}.`;
  }
  return undefined;
}
