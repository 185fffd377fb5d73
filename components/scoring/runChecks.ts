/** Runs the gate's checks on a deployment, with retries until the deadline. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Check } from "./checks";
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
    const outcome = await tryOnce(check, send, Math.max(1000, end - Date.now()));
    if (outcome === undefined) return undefined;
    const judged = "judged" in outcome;
    if (judged) wrong++;
    const pause = judged ? 0 : Math.min(longestPause, 0.5 * 2 ** (attempts - 1));
    const over = outcome.final || wrong >= (check.attempts ?? 1) || Date.now() + pause * 1000 > end;
    if (over) {
      const { method, path, body } = check.request;
      const request = [method, path, ...(body === undefined ? [] : [JSON.stringify(body)])].join(" ");
      return { what: check.what, request: short(request), response: outcome.response, attempts, seconds: (Date.now() - started) / 1000 };
    }
    await sleep(pause * 1000);
  }
}

interface Outcome {
  readonly response: string;
  /** Whether the failure is permanent, so that retries can't succeed. */
  readonly final: boolean;
  /** Present if there was a response with status 200 that did not pass the check. */
  readonly judged?: true;
}

async function tryOnce(check: Check, send: Send, milliseconds: number): Promise<Outcome | undefined> {
  try {
    const answer = await send(check.request, AbortSignal.timeout(milliseconds));
    if (answer.status !== 200) return { response: describe(answer), final: isFinal(answer) };
    const problem = check.judge(answer);
    return problem === undefined ? undefined : { response: `200, but ${problem}: ${short(answer.body)}`, final: false, judged: true };
  } catch (error) {
    return { response: `no response (${reasonOf(error)})`, final: false };
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

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}
