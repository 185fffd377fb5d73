/** Figures of a load. */
import { scoringStatus } from "../../azure/scoring";
import { isFailed, type LoadRun, type Sample } from "./load";

/** Percentiles in seconds, by the nearest-rank method. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Number of requests with the same result. */
export interface ResultCount {
  /** Absent if there was no response. */
  readonly status?: number;
  /** With 424: status of the container. */
  readonly modelStatus?: number;
  /** What is wrong with a response of status 200, or why there is no response. */
  readonly problem?: string;
  readonly count: number;
}

export interface Figures {
  /** Completed requests, without the warm-up. */
  readonly requests: number;
  /** Requests without a valid answer of status 200. */
  readonly failed: number;
  /** Seconds from the start of the measurement to the last answer. */
  readonly elapsedSeconds: number;
  readonly requestsPerMinute: number;
  /** Results, most frequent first. */
  readonly results: readonly ResultCount[];
  /** Number of requests that each deployment answered. */
  readonly answeredBy: Readonly<Record<string, number>>;
  /** Responses of status 429 that name no deployment: the endpoint rejected the requests. */
  readonly endpointRejected: number;
  /** Of valid answers. Absent if there is none. */
  readonly latencySeconds?: Percentiles;
  /** Of valid answers. Absent without streams. */
  readonly firstTokenSeconds?: Percentiles;
  /** Time until 16 tokens were received, or until the end of a shorter answer. */
  readonly shortAnswerSeconds?: Percentiles;
  /** Time per token after the first one. Absent without streams. */
  readonly secondsPerToken?: Percentiles;
  /** Generated tokens of all valid answers. Absent without streams. */
  readonly tokens?: number;
  /** Generated tokens of all valid answers, divided by the elapsed time. */
  readonly tokensPerSecond?: number;
  /** Tokens of the texts in all requests with valid answers. Only of tasks that generate no tokens. */
  readonly inputTokens?: number;
  /** Tokens of the texts in all requests with valid answers, divided by the elapsed time. */
  readonly inputTokensPerSecond?: number;
}

/** Computes the figures of a load. */
export function figuresOf({ samples, elapsedSeconds }: Pick<LoadRun, "samples" | "elapsedSeconds">): Figures {
  const valid = samples.filter((sample) => !isFailed(sample));
  const collect = (value: (sample: Sample) => number | undefined) => percentilesOf(valid.flatMap((sample) => value(sample) ?? []));
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const perSecond = (count: number) => (elapsedSeconds === 0 ? 0 : count / elapsedSeconds);
  const tokens = sum(valid.flatMap((sample) => sample.tokens ?? []));
  const read = valid.flatMap((sample) => sample.inputTokens ?? []);
  const latencySeconds = collect(({ seconds }) => seconds);
  const firstTokenSeconds = collect((sample) => sample.firstTokenSeconds);
  const shortAnswerSeconds = collect((sample) => sample.shortAnswerSeconds);
  const secondsPerToken = collect(secondsPerTokenOf);
  return {
    requests: samples.length,
    failed: samples.length - valid.length,
    elapsedSeconds,
    requestsPerMinute: elapsedSeconds === 0 ? 0 : (samples.length / elapsedSeconds) * 60,
    results: countResults(samples),
    endpointRejected: samples.filter(isEndpointRejected).length,
    answeredBy: countBy(samples.flatMap(({ deployment }) => deployment ?? [])),
    ...(latencySeconds && { latencySeconds }),
    ...(firstTokenSeconds && { firstTokenSeconds }),
    ...(shortAnswerSeconds && { shortAnswerSeconds }),
    ...(secondsPerToken && { secondsPerToken }),
    ...(firstTokenSeconds && { tokens, tokensPerSecond: perSecond(tokens) }),
    ...(read.length > 0 && { inputTokens: sum(read), inputTokensPerSecond: perSecond(sum(read)) }),
  };
}

function isEndpointRejected({ status, deployment }: Sample): boolean {
  return status === scoringStatus.tooManyRequests && deployment === undefined;
}

/** Percentiles of values in seconds. Undefined without values. */
export function percentilesOf(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
  return { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function secondsPerTokenOf({ tokens = 0, seconds, firstTokenSeconds }: Sample): number | undefined {
  return firstTokenSeconds === undefined || tokens < 2 ? undefined : (seconds - firstTokenSeconds) / (tokens - 1);
}

function countResults(samples: readonly Sample[]): ResultCount[] {
  const counts = new Map<string, ResultCount>();
  for (const { status, modelStatus, problem } of samples) {
    const result = {
      ...(status === undefined ? {} : { status }),
      ...(modelStatus === undefined ? {} : { modelStatus }),
      ...(problem === undefined ? {} : { problem }),
    };
    const key = JSON.stringify(result);
    counts.set(key, { ...result, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
