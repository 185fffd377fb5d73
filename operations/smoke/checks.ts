/** Sends the gate's test requests once and measures the answers. */
import { type Attempt, attempt, type Check, checksFor, type GateAnswer, type Send, withoutSecrets } from "../../components/scoring";
import type { Subject } from "./subjects";
import { generatedTokensOf } from "./usage";

/** The result of one check. Times are in seconds. */
export interface CheckResult {
  /** Name of the check: readiness, model, chat, stream, embedding, rerank, sample, latency, state, exists or traffic. */
  readonly check: string;
  readonly passed: boolean;
  /** Status of the response. Absent if there was none. */
  readonly status?: number;
  /** With 424: status of the container. */
  readonly modelStatus?: number;
  readonly seconds?: number;
  /** Time to the first token. Only of streams. */
  readonly firstTokenSeconds?: number;
  /** Number of generated tokens. */
  readonly tokens?: number;
  /** Tokens after the first one, divided by the time after it. Only of streams. */
  readonly tokensPerSecond?: number;
  /** Name of the deployment that answered, if the response contains it. */
  readonly answeredBy?: string;
  /** What is wrong. Absent if the check passed. */
  readonly problem?: string;
}

/** Results of one deployment, or of the endpoint through its traffic weights. */
export interface TargetResult {
  readonly target: "deployment" | "traffic";
  /** With `deployment`. */
  readonly label?: string;
  /** With `deployment`: name in Azure. */
  readonly name?: string;
  /** With `deployment`: current traffic weight, percent. */
  readonly weight?: number;
  readonly checks: readonly CheckResult[];
}

export interface Asking {
  readonly send: Send;
  /** Key or token, which is removed from results. */
  readonly credential: string;
  /** Timeout of one request, in seconds. */
  readonly timeoutSeconds: number;
  /** Returns the client request ID of the next request. */
  readonly nextId: () => string;
  /** Called with each attempt. Throws to end the test. */
  readonly onAttempt: (attempt: Attempt) => Promise<void>;
}

/** Returns the checks of a deployment. Empty if it has a score.py and no sample request. */
export function checksOfSubject({ served, check }: Pick<Subject, "served" | "check">): Check[] {
  return checksFor(served, check, true);
}

/** Runs checks one after another. A failed check doesn't end the others. */
export async function runAll(checks: readonly Check[], asking: Asking): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) results.push(await run(check, asking));
  return results;
}

/** A check with several attempts passes if one of them passes. */
async function run(check: Check, { send, credential, timeoutSeconds, nextId, onAttempt }: Asking): Promise<CheckResult> {
  let last: Attempt = {};
  for (let left = check.attempts ?? 1; left > 0; left--) {
    last = await attempt(check, send, timeoutSeconds * 1000, nextId());
    await onAttempt(last);
    if (last.failure === undefined || !last.failure.judged) break;
  }
  const { answer, failure } = last;
  return {
    ...{ check: check.what, passed: failure === undefined },
    ...(answer === undefined ? {} : measured(answer)),
    ...(failure === undefined ? {} : { problem: withoutSecrets(failure.response, credential) }),
  };
}

function measured({ status, modelStatus, seconds, stream, body, deployment }: GateAnswer): Omit<CheckResult, "check" | "passed"> {
  const tokens = stream === undefined ? generatedTokensOf(body) : (stream.completionTokens ?? stream.contentEvents);
  const firstTokenSeconds = stream?.firstContentSeconds;
  const rate = firstTokenSeconds === undefined ? undefined : rateOf(tokens, seconds - firstTokenSeconds);
  return {
    ...{ status, seconds },
    ...(modelStatus === undefined ? {} : { modelStatus }),
    ...(firstTokenSeconds === undefined ? {} : { firstTokenSeconds }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(rate === undefined ? {} : { tokensPerSecond: rate }),
    ...(deployment === undefined ? {} : { answeredBy: deployment }),
  };
}

/** Tokens per second after the first token. Undefined if there are too few tokens to tell. */
export function rateOf(tokens: number | undefined, secondsAfterFirst: number): number | undefined {
  return tokens !== undefined && tokens >= 2 && secondsAfterFirst > 0 ? (tokens - 1) / secondsAfterFirst : undefined;
}
