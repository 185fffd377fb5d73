/** When a deployment gets or loses an instance: thresholds from its planned speed, windows and cooldown from how long a new instance takes. */
import { autoscaleLimits } from "../../azure/limits";
import type { ScaleRule } from "../decision";

/**
 * What a rule means where it says nothing, in minutes. Decisions and locks leave out what is equal to these, so they never change: another
 * value here would change what existing locks mean.
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
 * Minutes until Azure has a machine. Azure states no time for managed online endpoints; on AKS a Standard_NC24ads_A100_v4 took 284 s from the
 * request to the node. Source: kaito-project/kaito, "Inference cold start: measured breakdown" (2026-09-07, one run).
 *
 * The same run pulled an image of 5.6 GB in 101 s. That pull and the copy of mirrored weights are not added, because the allowed start is
 * twice the expected one, and they fit into that reserve.
 */
const machineMinutes = 5;

/** Minutes that a new instance may take until it serves. */
export function instanceMinutes(startSeconds: number): number {
  return machineMinutes + Math.ceil(startSeconds / 60);
}

export interface ScaleInput {
  /** Requests at once on one instance. */
  readonly concurrency: number;
  /** Seconds that an answer takes when an instance is as full as declared. */
  readonly answerSeconds: number;
  /** Seconds that probes allow for a start. */
  readonly startSeconds: number;
}

/** The scale rule of a deployment, without the values that are equal to their defaults. */
export function scaleRuleFor({ concurrency, answerSeconds, startSeconds }: ScaleInput): ScaleRule {
  // Requests a minute at which an instance is as full as declared; a new one is asked for before that, because it takes minutes to come.
  const full = (60 * concurrency) / answerSeconds;
  const scaleOutAbove = Math.max(2, Math.floor(0.7 * full));
  return { scaleOutAbove, scaleInBelow: Math.max(1, Math.floor(0.4 * scaleOutAbove)), ...longerTimes(instanceMinutes(startSeconds)) };
}

/** Window and cooldown for an instance that takes `needed` minutes, where they are longer than their defaults. */
function longerTimes(needed: number): Pick<ScaleRule, "scaleInWindowMinutes" | "cooldownMinutes"> {
  // An instance that is removed is missed for as long as a new one takes, so the load must have been low for as long.
  const scaleInWindowMinutes = Math.min(autoscaleLimits.window.max, needed);
  // A new instance takes no load before it serves. With a shorter cooldown Azure would add another one for the same load.
  const cooldownMinutes = Math.min(autoscaleLimits.cooldown.max, needed);
  return {
    ...(scaleInWindowMinutes > scaleDefaults.scaleInWindowMinutes ? { scaleInWindowMinutes } : {}),
    ...(cooldownMinutes > scaleDefaults.cooldownMinutes ? { cooldownMinutes } : {}),
  };
}

/** Why windows and cooldown differ from their defaults; empty where none does. */
export function scaleReasons(rule: ScaleRule, startSeconds: number): string[] {
  const { scaleOutAbove: _out, scaleInBelow: _in, ...times } = rule;
  const named = Object.entries(times).map(([name, value]) => `${name} ${value}`);
  if (named.length === 0) return [];
  const all = instanceMinutes(startSeconds);
  return [
    `${named.join(", ")}: a new instance serves after up to ${all} min, ${machineMinutes} for Azure's machine and ${all - machineMinutes} for the start`,
  ];
}
