/**
 * How long a container takes until it answers, and probes that wait for it. Azure's startup probe is unproven, so liveness alone must cover
 * the whole start: a restart in the middle of loading starts the loading again, for ever.
 */
import type { Probe } from "../decision";
import { GiB, type Model } from "../fit/model";

/** GiB per second: low values of what machines and networks give. */
const diskGiBps = 0.25;
const networkGiBps = 0.1;
const hashGiBps = 0.4;

/** Seconds that don't depend on the size: imports and CUDA, compilation, graph capture and kernel tuning. */
const processSeconds = 45;
const compileSeconds = 55;
const graphSeconds = 60;
/** Workers of a split server start one after another and meet. */
const perGpuSeconds = 10;

/** A slow day takes so much longer than the sum of its parts. */
const slowDay = 2;

export interface StartInput {
  readonly model: Model;
  readonly tensorParallelSize: number;
  /** `mirror`: Azure has put the files on disk before the container starts. `hub`: the container downloads them. */
  readonly source: "mirror" | "hub";
  /** Memory of the machine, GiB; files that fit in it are read from disk once. */
  readonly ramGiB: number;
  readonly enforceEager: boolean;
}

export interface Start {
  readonly expectedSeconds: number;
  /** What probes and timeouts allow. */
  readonly allowedSeconds: number;
  /** One sentence that adds up the parts. */
  readonly reason: string;
}

/** Time from the container's start until it is ready. */
export function startOf(input: StartInput): Start {
  const gib = input.model.weightBytes / GiB;
  const reads = gib < 0.8 * input.ramGiB ? 1 : 2;
  const parts = {
    download: input.source === "hub" ? gib / networkGiBps : 0,
    "hash check": gib / hashGiBps,
    "weights from disk": (reads * gib) / diskGiBps,
    "compile and graphs": input.enforceEager ? 0 : compileSeconds + graphSeconds,
    processes: processSeconds + (input.tensorParallelSize - 1) * perGpuSeconds,
  };
  const expectedSeconds = Math.ceil(Object.values(parts).reduce((sum, seconds) => sum + seconds, 0));
  const allowedSeconds = Math.ceil((slowDay * expectedSeconds) / 60) * 60;
  const named = Object.entries(parts).filter(([, seconds]) => seconds >= 1);
  const sum = named.map(([name, seconds]) => `${name} ${Math.ceil(seconds)} s`).join(", ");
  return { expectedSeconds, allowedSeconds, reason: `start: ${sum}: ${expectedSeconds} s expected, ${allowedSeconds} s allowed` };
}

/** Longest first delay seen to work in Azure's own large-model samples, seconds. */
const longestDelay = 600;
const period = 10;
const timeout = 5;
/** Failures in a row after the start that Azure acts on; its own default. */
const patience = 30;

/** Probes under which a start of `allowedSeconds` lives, and a dead server is noticed within five minutes of it. */
export function probesFor(allowedSeconds: number): { readonly liveness: Probe; readonly readiness: Probe } {
  const initialDelay = Math.min(longestDelay, allowedSeconds);
  const late = Math.ceil((allowedSeconds - initialDelay) / period);
  return {
    liveness: { initialDelay, period, timeout, failureThreshold: late + patience },
    // Ready as soon as it can be: the first try comes early, and failing costs nothing but waiting.
    readiness: { initialDelay: 30, period, timeout, failureThreshold: Math.ceil(allowedSeconds / period) + patience },
  };
}

/** Seconds of failing until Azure acts on a probe. */
export function probeSeconds(probe: Probe): number {
  return probe.initialDelay + probe.period * probe.failureThreshold;
}
