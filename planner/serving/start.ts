/**
 * The start time of a container, and probes that cover it. No source confirms that Azure's startup probe works, so the liveness probe must
 * cover the whole start. Otherwise, Azure would restart the container again and again before the model is loaded.
 */
import type { Probe } from "../decision";
import { GiB, type Model } from "../fit/model";

/** GiB per second: conservative values for machines and networks. */
const diskGiBps = 0.25;
const networkGiBps = 0.1;
const hashGiBps = 0.4;

/** Seconds that don't depend on the size of the weights: imports and CUDA, compilation, graph capture and kernel tuning. */
const processSeconds = 45;
const compileSeconds = 55;
const graphSeconds = 60;
/** Additional seconds per GPU: workers of a split server start one after another and wait for each other. */
const perGpuSeconds = 10;

/** Ratio of the allowed start time to the expected one. */
const startReserve = 2;

export interface StartInput {
  readonly model: Model;
  readonly tensorParallelSize: number;
  /** `mirror`: Azure copies the files to disk before the container starts. `hub`: the container downloads them. */
  readonly source: "mirror" | "hub";
  /** Memory of the machine, GiB. Files that fit in memory are read from disk once. */
  readonly ramGiB: number;
  readonly enforceEager: boolean;
}

export interface Start {
  readonly expectedSeconds: number;
  /** Start time that probes and timeouts allow. */
  readonly allowedSeconds: number;
  /** One sentence with the sum of the parts. */
  readonly reason: string;
}

/**
 * Estimates the time from the container's start until it is ready.
 *
 * The part `hash check` is the verification of staged files (docker/vllm/verify.py), at a quarter of its measured rate on two idle cores.
 * Models that the container doesn't verify, such as those of the Hub, have the part too: a start that ends earlier does no harm, but without
 * the part their probes would change, and with them the names of all their deployments.
 */
export function startOf(input: StartInput): Start {
  const gib = input.model.weightBytes / GiB;
  const reads = gib < 0.8 * input.ramGiB ? 1 : 2;
  const parts = {
    download: input.source === "hub" ? gib / networkGiBps : 0,
    "hash check": gib / hashGiBps,
    "weights from disk": (reads * gib) / diskGiBps,
    "compilation and CUDA graphs": input.enforceEager ? 0 : compileSeconds + graphSeconds,
    processes: processSeconds + (input.tensorParallelSize - 1) * perGpuSeconds,
  };
  const expectedSeconds = Math.ceil(Object.values(parts).reduce((sum, seconds) => sum + seconds, 0));
  const allowedSeconds = Math.ceil((startReserve * expectedSeconds) / 60) * 60;
  const named = Object.entries(parts).filter(([, seconds]) => seconds >= 1);
  const sum = named.map(([name, seconds]) => `${name} ${Math.ceil(seconds)} s`).join(", ");
  return { expectedSeconds, allowedSeconds, reason: `start: ${sum}; ${expectedSeconds} s expected, ${allowedSeconds} s allowed` };
}

/** Longest initial delay in Azure's own samples for large models, seconds. */
const longestDelay = 600;
const period = 10;
const timeout = 5;
/** Consecutive failures after the start until Azure acts; Azure's default. */
const failuresUntilAction = 30;

/** Probes that allow a start of `allowedSeconds` and, after the start, detect a failed server within five minutes. */
export function probesFor(allowedSeconds: number): { readonly liveness: Probe; readonly readiness: Probe } {
  const initialDelay = Math.min(longestDelay, allowedSeconds);
  const extraFailures = Math.ceil((allowedSeconds - initialDelay) / period);
  return {
    liveness: { initialDelay, period, timeout, failureThreshold: extraFailures + failuresUntilAction },
    // The first readiness probe is early, because a failure has no effect except that the instance waits.
    readiness: { initialDelay: 30, period, timeout, failureThreshold: Math.ceil(allowedSeconds / period) + failuresUntilAction },
  };
}

/** The start time that a liveness probe of `probesFor` allows, and the expected one, in seconds. */
export function startOfProbe({ initialDelay, period, failureThreshold }: Omit<Probe, "timeout">): Omit<Start, "reason"> {
  const allowedSeconds = initialDelay + period * Math.max(0, failureThreshold - failuresUntilAction);
  return { allowedSeconds, expectedSeconds: Math.ceil(allowedSeconds / startReserve) };
}

/** Seconds of consecutive failures until Azure acts on a probe. */
export function probeSeconds(probe: Probe): number {
  return probe.initialDelay + probe.period * probe.failureThreshold;
}
