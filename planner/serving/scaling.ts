/** Scale rules: thresholds derived from the planned speed, windows and cooldown derived from the time until a new instance serves. */
import { autoscaleLimits, endpointLimits } from "../../azure/limits";
import type { ScaleRule } from "../decision";

/**
 * Defaults of a rule, in minutes. Decisions and lock files omit values that equal these defaults. Don't change them: that would change the
 * meaning of existing lock files.
 */
export const scaleDefaults = { scaleOutWindowMinutes: 5, scaleInWindowMinutes: 15, cooldownMinutes: 15 } as const;

/** The rule with its defaults filled in. */
export function completeRule({ scaleOutAbove, scaleInBelow, ...given }: ScaleRule): Required<ScaleRule> {
  return {
    scaleOutAbove,
    scaleInBelow,
    scaleOutWindowMinutes: given.scaleOutWindowMinutes ?? scaleDefaults.scaleOutWindowMinutes,
    scaleInWindowMinutes: given.scaleInWindowMinutes ?? scaleDefaults.scaleInWindowMinutes,
    cooldownMinutes: given.cooldownMinutes ?? scaleDefaults.cooldownMinutes,
  };
}

/**
 * Minutes until Azure has allocated a machine. Azure documents no time for managed online endpoints; on AKS, a Standard_NC24ads_A100_v4
 * took 284 s from the request to the node. Source: kaito-project/kaito, "Inference cold start: measured breakdown" (2026-09-07, one run).
 *
 * The same run pulled an image of 5.6 GB in 101 s. That pull and the copy of staged weights are not added, because the allowed start time
 * is twice the expected one and includes them.
 */
const machineMinutes = 5;

/** Maximum minutes until a new instance serves. */
export function instanceMinutes(startSeconds: number): number {
  return machineMinutes + Math.ceil(startSeconds / 60);
}

export interface ScaleInput {
  /** Concurrent requests per instance. */
  readonly concurrency: number;
  /** Seconds that an answer takes on an instance at its declared concurrency. */
  readonly answerSeconds: number;
  /** Seconds that probes allow for a start. */
  readonly startSeconds: number;
}

/** The scale rule of a deployment, without values that equal their defaults. */
export function scaleRuleFor({ concurrency, answerSeconds, startSeconds }: ScaleInput): ScaleRule {
  // Requests per minute at the declared concurrency. A new instance is requested before that, because it takes minutes to start.
  // Small models answer faster than an endpoint accepts requests.
  const full = Math.min((60 * concurrency) / answerSeconds, 60 * endpointLimits.requestsPerSecond);
  const scaleOutAbove = Math.max(2, Math.floor(0.7 * full));
  return { scaleOutAbove, scaleInBelow: Math.max(1, Math.floor(0.4 * scaleOutAbove)), ...longerTimes(instanceMinutes(startSeconds)) };
}

/** Window and cooldown for an instance that starts within `needed` minutes, if they are longer than their defaults. */
function longerTimes(needed: number): Pick<ScaleRule, "scaleInWindowMinutes" | "cooldownMinutes"> {
  // Replacing a removed instance takes `needed` minutes, so the load must have been low for at least that time.
  const scaleInWindowMinutes = Math.min(autoscaleLimits.window.max, needed);
  // A new instance takes no load until it serves. With a shorter cooldown, Azure would add another instance for the same load.
  const cooldownMinutes = Math.min(autoscaleLimits.cooldown.max, needed);
  return {
    ...(scaleInWindowMinutes > scaleDefaults.scaleInWindowMinutes ? { scaleInWindowMinutes } : {}),
    ...(cooldownMinutes > scaleDefaults.cooldownMinutes ? { cooldownMinutes } : {}),
  };
}

/** Why windows and cooldown differ from their defaults; empty if none differs. */
export function scaleReasons(rule: ScaleRule, startSeconds: number): string[] {
  const { scaleOutAbove: _out, scaleInBelow: _in, ...times } = rule;
  const named = Object.entries(times).map(([name, value]) => `${name} ${value}`);
  if (named.length === 0) return [];
  const all = instanceMinutes(startSeconds);
  return [
    `${named.join(", ")}: a new instance is ready within ${all} min, ${machineMinutes} to allocate the machine and ${all - machineMinutes} to start`,
  ];
}
