/** Compares the figures of a load with what the deployments promise. */
import { endpointLimits } from "../../azure/limits";
import { scoringStatus } from "../../azure/scoring";
import { shortAnswerTokens } from "../../components/scoring";
import type { Figures, ResultCount } from "./figures";
import type { Contract, Subject } from "./subjects";

/** What a load is compared with: one deployment, or all deployments with traffic. */
export interface LoadContract {
  /** Number of concurrent requests that must not fail. */
  readonly declaredConcurrency: number;
  /** The smallest timeout of the deployments, seconds. */
  readonly requestTimeoutSeconds: number;
  /** The smallest value of the deployments. Absent if answers aren't counted in tokens. */
  readonly maxTokens?: number;
  /** The smallest value of the deployments. Absent without `check.latency`. */
  readonly latencySeconds?: number;
}

export interface Verdict {
  readonly passed: boolean;
  /** Whether the load is within the declared concurrency. */
  readonly withinDeclared: boolean;
  /** Sentences, the first of which states the result. */
  readonly sentences: readonly string[];
}

/** The contract of a load that goes to one deployment. */
export function contractOf({ concurrency, ...rest }: Contract): LoadContract {
  return { declaredConcurrency: concurrency, ...rest };
}

/**
 * The contract of a load through the traffic weights. Its declared concurrency is the largest load at which no deployment receives more
 * than its own concurrency: with one deployment, this is its concurrency.
 */
export function contractOfTraffic(subjects: readonly Pick<Subject, "weight" | "contract">[]): LoadContract {
  const serving = subjects.filter(({ weight }) => weight > 0);
  const total = serving.reduce((sum, { weight }) => sum + weight, 0);
  const least = (values: readonly number[]) => (values.length === 0 ? undefined : Math.min(...values));
  const maxTokens = least(serving.flatMap(({ contract }) => contract.maxTokens ?? []));
  const latencySeconds = least(serving.flatMap(({ contract }) => contract.latencySeconds ?? []));
  return {
    declaredConcurrency: Math.floor(Math.min(...serving.map(({ weight, contract }) => (contract.concurrency * total) / weight))),
    requestTimeoutSeconds: Math.min(...serving.map(({ contract }) => contract.requestTimeoutSeconds)),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(latencySeconds === undefined ? {} : { latencySeconds }),
  };
}

/** @param clients Number of concurrent requests. */
export function verdictOf(clients: number, contract: LoadContract, figures: Figures): Verdict {
  const { declaredConcurrency } = contract;
  const withinDeclared = clients <= declaredConcurrency;
  const findings = figures.requests === 0 ? ["no request was completed"] : withinDeclared ? findingsWithin(contract, figures) : [];
  const failures = withinDeclared ? figures.failed : unexpectedFailures(figures.results);
  const passed = failures === 0 && findings.length === 0;
  const result = passed ? "Passed" : "Failed";
  const [failed, requests] = [number(failures), number(figures.requests)];
  const first = withinDeclared
    ? `Load of ${clients} is within the declared concurrency of ${declaredConcurrency}: no request may fail: ${failed} of ${requests} failed. ${result}.`
    : `Load of ${clients} is above the declared concurrency of ${declaredConcurrency}: requests may be answered with 408 or 429, but must not fail otherwise: ` +
      `${failed} of ${requests} failed otherwise. ${result}.`;
  return { passed, withinDeclared, sentences: [first, ...findings.map(sentence), ...endpointLimit(figures)] };
}

/**
 * Why requests fail that no deployment has received. Responses of a deployment name it. Azure doesn't document whether its own responses for
 * too many concurrent requests do, so the cause is only likely.
 */
function endpointLimit({ endpointRejected }: Figures): string[] {
  if (endpointRejected === 0) return [];
  const { requestsPerSecond, connectionsPerSecond, connections } = endpointLimits;
  return [
    `Responses of status 429 that name no deployment: ${number(endpointRejected)}. The likely cause is a limit of the endpoint (by default ` +
      `${requestsPerSecond} requests per second, ${connectionsPerSecond} new connections per second and ${connections} connections), not the ` +
      "concurrency of its deployments. Azure support can raise these limits.",
  ];
}

/** What a load within the declared concurrency must satisfy in addition to not failing. */
function findingsWithin(
  { requestTimeoutSeconds, maxTokens, latencySeconds }: LoadContract,
  { shortAnswerSeconds, firstTokenSeconds, secondsPerToken }: Figures,
): string[] {
  const found: string[] = [];
  if (latencySeconds !== undefined && shortAnswerSeconds !== undefined && shortAnswerSeconds.p95 > latencySeconds) {
    const what = firstTokenSeconds === undefined ? "an answer takes" : `the first ${shortAnswerTokens} tokens take`;
    found.push(`${what} ${seconds(shortAnswerSeconds.p95)} (p95), and check.latency allows ${latencySeconds} s`);
  }
  if (maxTokens !== undefined && firstTokenSeconds !== undefined && secondsPerToken !== undefined) {
    const longest = firstTokenSeconds.p50 + (maxTokens - 1) * secondsPerToken.p50;
    if (longest > requestTimeoutSeconds) {
      const answer = `at the median speed, an answer of maxTokens (${number(maxTokens)}) would take ${seconds(longest)}`;
      found.push(`${answer}, and Azure ends requests after ${requestTimeoutSeconds} s`);
    }
  }
  return found;
}

/** Failures other than those with which Azure answers too many requests. */
function unexpectedFailures(results: readonly ResultCount[]): number {
  const expected: readonly number[] = [200, scoringStatus.timeout, scoringStatus.tooManyRequests];
  const isExpected = ({ status, problem }: ResultCount) => status !== undefined && problem === undefined && expected.includes(status);
  return results.filter((result) => !isExpected(result)).reduce((sum, { count }) => sum + count, 0);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} s`;
}
