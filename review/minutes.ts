/** Estimated times in minutes. */
import { defaultRequestSettings } from "../azure/scoring";
import { defaultProbe, durations, type Minutes } from "../facts/durations";
import { probeSeconds, startOfProbe } from "../planner/serving/start";
import type { RuleResource } from "../rules";
import { at } from "../rules/resource";

const none: Minutes = { min: 0, max: 0 };

/** One after the other. */
export function inSequence(parts: readonly Minutes[]): Minutes {
  return parts.reduce((sum, { min, max }) => ({ min: sum.min + min, max: sum.max + max }), none);
}

/** In parallel: the longest determines the time. */
export function inParallel(parts: readonly Minutes[]): Minutes {
  return parts.reduce((longest, { min, max }) => ({ min: Math.max(longest.min, min), max: Math.max(longest.max, max) }), none);
}

export function times(count: number, { min, max }: Minutes): Minutes {
  return { min: count * min, max: count * max };
}

/** For example `about 20 to 35 minutes`. From 15 minutes, numbers are rounded up to 5 minutes: more digits would suggest a measurement. */
export function minutesText({ min, max }: Minutes): string {
  const [least, most] = [rounded(min), rounded(max)];
  return least === most ? `about ${most} ${most === 1 ? "minute" : "minutes"}` : `about ${least} to ${most} minutes`;
}

function rounded(minutes: number): number {
  return minutes < 15 ? Math.max(1, Math.ceil(minutes)) : 5 * Math.ceil(minutes / 5);
}

/**
 * Time to create a deployment: until it is ready, or until its readiness probe fails for the last time. The minimum is half of the start
 * that the liveness probe allows, as the planner expects.
 */
export function creationMinutes(deployment: RuleResource): Minutes {
  const { expectedSeconds } = startOfProbe(probeOf(deployment, "livenessProbe"));
  const readySeconds = probeSeconds(probeOf(deployment, "readinessProbe"));
  const { min, max } = durations.deployment;
  return { min: min + expectedSeconds / 60, max: Math.max(max, min + readySeconds / 60) };
}

function probeOf(deployment: RuleResource, property: "livenessProbe" | "readinessProbe") {
  const probe = (name: string) => at(deployment, `properties.${property}.${name}`);
  const failureThreshold = probe("failureThreshold");
  return {
    initialDelay: secondsOf(probe("initialDelay")) ?? defaultProbe.initialDelay,
    period: secondsOf(probe("period")) ?? defaultProbe.period,
    timeout: secondsOf(probe("timeout")) ?? 0,
    failureThreshold: typeof failureThreshold === "number" ? failureThreshold : defaultProbe.failureThreshold,
  };
}

/** Longest duration of a request to a deployment, in seconds. */
export function requestTimeoutOf(deployment: RuleResource): number {
  return secondsOf(at(deployment, "properties.requestSettings.requestTimeout")) ?? defaultRequestSettings.requestTimeoutSeconds;
}

/** Seconds of an ISO 8601 duration such as `PT90S` or `PT1M30S`; undefined if it has another form. */
export function secondsOf(value: unknown): number | undefined {
  const [, hours, minutes, seconds] =
    typeof value === "string" ? (/^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(value) ?? []) : [];
  if (hours === undefined && minutes === undefined && seconds === undefined) return undefined;
  return 3600 * Number(hours ?? 0) + 60 * Number(minutes ?? 0) + Number(seconds ?? 0);
}
