/** Runs the gate's checks on a deployment, with retries until the deadline. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Check } from "./check";
import type { GateAnswer, Send } from "./request";

/** A failed check. */
export interface CheckFailure {
  /** Name of the check. */
  readonly what: string;
  /** The request. */
  readonly request: string;
  /** The response or the error. */
  readonly response: string;
  /** Number of attempts. */
  readonly attempts: number;
  /** Duration of all attempts. */
  readonly seconds: number;
}

export interface RunArgs {
  readonly checks: readonly Check[];
  readonly send: Send;
  /** Timeout for all checks together, retries included, in seconds. */
  readonly deadlineSeconds: number;
}

/** Longest pause between two attempts, in seconds. */
const longestPause = 15;
/** Maximum number of characters of a request or a response in a report. */
const longestText = 600;

/** Returns the first failure, or undefined if all checks passed. */
export async function runChecks({ checks, send, deadlineSeconds }: RunArgs): Promise<CheckFailure | undefined> {
  const end = Date.now() + deadlineSeconds * 1000;
  for (const check of checks) {
    const failure = await runCheck(check, send, end);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function runCheck(check: Check, send: Send, end: number): Promise<CheckFailure | undefined> {
  const started = Date.now();
  let wrong = 0;
  for (let attempts = 1; ; attempts++) {
    const { failure } = await attempt(check, send, Math.max(1000, end - Date.now()));
    if (failure === undefined) return undefined;
    if (failure.judged) wrong++;
    const pause = failure.judged ? 0 : Math.min(longestPause, 0.5 * 2 ** (attempts - 1));
    const over = failure.final || wrong >= (check.attempts ?? 1) || Date.now() + pause * 1000 > end;
    if (over) {
      const { method, path, body } = check.request;
      const request = [method, path, ...(body === undefined ? [] : [JSON.stringify(body)])].join(" ");
      return { what: check.what, request: short(request), response: failure.response, attempts, seconds: (Date.now() - started) / 1000 };
    }
    await sleep(pause * 1000);
  }
}

/** One attempt of a check. */
export interface Attempt {
  /** The response, if it was received completely. */
  readonly answer?: GateAnswer;
  /** The error without a complete response. */
  readonly error?: unknown;
  /** Undefined if the response passed the check. */
  readonly failure?: AttemptFailure;
}

export interface AttemptFailure {
  /** The response or the error. */
  readonly response: string;
  /** Whether the failure is permanent, so that retries can't succeed. */
  readonly final: boolean;
  /** Whether there was a response with status 200 that did not pass the check. */
  readonly judged: boolean;
}

/** Sends the request of a check once. @param requestId As for `Send`. */
export async function attempt(check: Check, send: Send, milliseconds: number, requestId?: string): Promise<Attempt> {
  try {
    const answer = await send(check.request, AbortSignal.timeout(milliseconds), requestId);
    if (answer.status !== 200) return { answer, failure: { response: describe(answer), final: isFinal(answer), judged: false } };
    const problem = check.judge(answer);
    if (problem === undefined) return { answer };
    return { answer, failure: { response: `200, but ${problem}: ${short(answer.body)}`, final: false, judged: true } };
  } catch (error) {
    return { error, failure: { response: `no response (${reasonOf(error)})`, final: false, judged: false } };
  }
}

/**
 * Client errors of the container are permanent. Other errors can be temporary: the start of the container, a new role assignment, the
 * network.
 */
function isFinal({ status, modelStatus }: GateAnswer): boolean {
  const own = modelStatus ?? status;
  return modelStatus !== undefined && own >= 400 && own < 500 && own !== 408 && own !== 429;
}

function describe({ status, modelStatus, body }: GateAnswer): string {
  const own = modelStatus === undefined ? "" : ` (the container's own status: ${modelStatus})`;
  return `${status}${own}: ${short(body) || "empty body"}`;
}

/** The cause of an error of `fetch` can have only a code, such as that of a refused connection to a name with several addresses. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { readonly message: string; readonly cause?: { readonly message?: string; readonly code?: string } };
  const why = cause?.message || cause?.code;
  return why ? `${message}: ${why}` : message;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}
