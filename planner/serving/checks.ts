/**
 * The inequalities between model, machine, flags, probes and Azure's limits. One list serves both sides: derived values satisfy it by
 * construction, and a value set by hand that breaks one is refused with the numbers.
 */
import { autoscaleLimits, endpointLimits } from "../../azure/limits";
import { admissionFactor, scoringStatus } from "../../azure/scoring";
import { reasoningParsers, toolCallParsers, vllmFlag } from "../../facts/vllm";
import { type Code, type Refusal, refusal } from "../codes";
import type { Probe, RequestSettings, ScaleRule } from "../decision";
import type { Estimate } from "../fit/estimate";
import { completeRule } from "./scaling";
import type { Speed } from "./speed";
import { probeSeconds, type Start } from "./start";

/** Everything the inequalities are about. */
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
  /** Image reference as written, if it is known here. */
  readonly image?: string;
}

/** What the settings are held against. */
export interface ServingBasis {
  readonly estimate: Estimate;
  readonly speed: Speed;
  readonly start: Start;
  /** Requests at once that one instance is declared for. */
  readonly concurrency: number;
  readonly outputTokens: number;
  /** Most instances of the deployment. @default 1 */
  readonly maxInstances?: number;
}

/** One inequality with its numbers. */
export interface Check {
  readonly code: Code;
  readonly name: string;
  readonly ok: boolean;
  /** The inequality as a sentence with the numbers of the case. */
  readonly message: string;
  /** Values that hold it, in words. */
  readonly allowed?: string;
}

/** All inequalities, held or broken. */
export function servingChecks(settings: ServingSettings, basis: ServingBasis): readonly Check[] {
  return [...loadChecks(settings, basis), ...timeChecks(settings, basis), ...probeChecks(settings, basis), ...plainChecks(settings)];
}

/** The broken ones as refusals. */
export function servingRefusals(settings: ServingSettings, basis: ServingBasis): readonly Refusal[] {
  return servingChecks(settings, basis)
    .filter((check) => !check.ok)
    .map((check) => refusal(check.code, check.message, check.allowed));
}

function loadChecks(settings: ServingSettings, basis: ServingBasis): Check[] {
  const admitted = settings.requestSettings.maxConcurrentRequestsPerInstance;
  const holds = Math.floor(basis.estimate.safeConcurrency);
  const length = basis.estimate.settings.maxModelLen;
  const connections = basis.concurrency * (basis.maxInstances ?? 1);
  return [
    {
      code: "MOOR201",
      name: "admission covers the declared load",
      ok: admitted >= basis.concurrency,
      message: `maxConcurrentRequestsPerInstance is ${admitted}; ${basis.concurrency} requests at once are declared per instance, and Azure refuses with ${scoringStatus.tooManyRequests} beyond ${admissionFactor} × ${admitted} × instances.`,
    },
    {
      code: "MOOR202",
      name: "the KV cache holds what is admitted",
      ok: admitted <= holds,
      message: `maxConcurrentRequestsPerInstance is ${admitted}; the KV cache holds ${holds} requests of ${length} tokens, the rest waits while its timeout runs.`,
    },
    {
      code: "MOOR203",
      name: "vLLM runs what is declared",
      ok: settings.maxNumSeqs >= basis.concurrency,
      message: `--max-num-seqs is ${settings.maxNumSeqs}; ${basis.concurrency} requests at once are declared per instance.`,
      allowed: `${basis.concurrency} or more`,
    },
    {
      code: "MOOR213",
      name: "a step has room for each sequence",
      ok: settings.maxNumBatchedTokens >= settings.maxNumSeqs,
      message: `--max-num-batched-tokens is ${settings.maxNumBatchedTokens}; ${settings.maxNumSeqs} sequences need one token each.`,
      allowed: `${settings.maxNumSeqs} or more`,
    },
    {
      code: "MOOR215",
      name: "vLLM takes the declared context",
      ok: (settings.maxModelLen ?? length) >= length,
      message: `--max-model-len is ${settings.maxModelLen ?? length}; a context of ${length} tokens is declared.`,
      allowed: `${length} or more`,
    },
    {
      code: "MOOR210",
      name: "the endpoint has connections enough",
      ok: connections <= endpointLimits.connections,
      message: `${basis.concurrency} requests on each of ${basis.maxInstances ?? 1} instances are ${connections} connections; an endpoint has ${endpointLimits.connections}.`,
      allowed: `at most ${endpointLimits.connections} as concurrencyPerInstance × instances`,
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
      message: `requestTimeout is ${requestTimeout} s; an answer of ${basis.outputTokens} tokens among ${basis.concurrency} at once takes up to ${Math.ceil(answerSeconds)} s.`,
      allowed: answerSeconds > most ? `at most ${most} s, so a smaller load` : `${Math.ceil(answerSeconds)} to ${most} s`,
    },
    {
      code: "MOOR205",
      name: "the timeout is within Azure's limit",
      ok: requestTimeout >= 1 && requestTimeout <= most,
      message: `requestTimeout is ${requestTimeout} s; Azure allows 1 to ${most}.`,
      allowed: `1 to ${most} s`,
    },
    {
      code: "MOOR212",
      name: "the scale rule doesn't flap",
      ok: settings.scaleRule.scaleInBelow * 2 <= settings.scaleRule.scaleOutAbove,
      message: `scaleInBelow is ${settings.scaleRule.scaleInBelow} and scaleOutAbove ${settings.scaleRule.scaleOutAbove} requests a minute: two instances below the one can be one above the other.`,
    },
    {
      code: "MOOR217",
      name: "the cooldown covers the start",
      ok: 60 * cooldownMinutes >= allowedSeconds,
      message: `cooldownMinutes is ${cooldownMinutes}; a start may take ${allowedSeconds} s, and Azure would scale again for the same load.`,
      allowed: `${Math.ceil(allowedSeconds / 60)} to ${autoscaleLimits.cooldown.max}`,
    },
  ];
}

function probeChecks(settings: ServingSettings, basis: ServingBasis): Check[] {
  const needed = basis.start.allowedSeconds;
  const { liveness, readiness } = settings.probes;
  const said = (probe: Probe) => `${probe.initialDelay} + ${probe.period} × ${probe.failureThreshold} = ${probeSeconds(probe)} s`;
  const ready = Number(settings.environmentVariables.VLLM_ENGINE_READY_TIMEOUT_S ?? 600);
  const whole = [liveness, readiness].every((probe) => Object.values(probe).every((value) => Number.isInteger(value) && value >= 1));
  return [
    {
      code: "MOOR206",
      name: "liveness waits for the start",
      ok: probeSeconds(liveness) >= needed,
      message: `Liveness allows ${said(liveness)}; a start may take ${needed} s.`,
    },
    {
      code: "MOOR207",
      name: "readiness waits for the start",
      ok: probeSeconds(readiness) >= needed,
      message: `Readiness allows ${said(readiness)}; a start may take ${needed} s.`,
    },
    {
      code: "MOOR208",
      name: "probes are whole numbers",
      ok: whole,
      message: "A probe has a value below 1 or one that isn't a whole number.",
    },
    {
      code: "MOOR214",
      name: "vLLM waits for its own start",
      ok: ready >= needed,
      message: `VLLM_ENGINE_READY_TIMEOUT_S is ${ready}; a start may take ${needed} s.`,
    },
  ];
}

function plainChecks(settings: ServingSettings): Check[] {
  const problem = flagProblem(settings.flags);
  const flags: Check = {
    code: "MOOR211",
    name: "vLLM knows each flag",
    ok: problem === undefined,
    message: problem ?? "Each flag is known.",
    allowed: "flags and values of the `vllm serve` that the image has",
  };
  if (settings.image === undefined) return [flags];
  const pinned = /@sha256:[0-9a-f]{64}$/.test(settings.image);
  return [
    flags,
    {
      code: "MOOR209",
      name: "the image is pinned",
      ok: pinned,
      message: `The image ${settings.image} is ${pinned ? "" : "not "}named by digest.`,
    },
  ];
}

/** Parsers that vLLM registers, by the flag that names one. */
const parserFlags: Readonly<Record<string, ReadonlySet<string>>> = {
  "--tool-call-parser": toolCallParsers,
  "--reasoning-parser": reasoningParsers,
};

/** What is wrong with the first bad flag, as a sentence; undefined if vLLM accepts them all. */
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
      return `${name} can't be ${value}; vLLM knows ${[...allowed].slice(0, 12).join(", ")}${allowed.size > 12 ? ", …" : ""}.`;
  }
  return undefined;
}
