/** Asks a deployment its questions, again and again until it answers or the time is over. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Check } from "./checks";
import type { GateAnswer, Send } from "./request";

/** Why a deployment was refused. */
export interface Refusal {
  readonly what: string;
  readonly sent: string;
  readonly cameBack: string;
  readonly tries: number;
  readonly seconds: number;
}

export interface AskArgs {
  readonly checks: readonly Check[];
  readonly send: Send;
  /** Seconds that all questions may take together, retries included. */
  readonly deadlineSeconds: number;
}

/** Longest pause between two tries, seconds. */
const longestPause = 15;
/** Longest text of a request or an answer in a report. */
const longestText = 600;

/** Returns the first refusal, or undefined when every answer was good. */
export async function ask({ checks, send, deadlineSeconds }: AskArgs): Promise<Refusal | undefined> {
  const end = Date.now() + deadlineSeconds * 1000;
  for (const check of checks) {
    const refusal = await askOne(check, send, end);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

async function askOne(check: Check, send: Send, end: number): Promise<Refusal | undefined> {
  const started = Date.now();
  let wrong = 0;
  for (let tries = 1; ; tries++) {
    const outcome = await tryOnce(check, send, Math.max(1000, end - Date.now()));
    if (outcome === undefined) return undefined;
    const judged = "judged" in outcome;
    if (judged) wrong++;
    const pause = judged ? 0 : Math.min(longestPause, 0.5 * 2 ** (tries - 1));
    const over = outcome.final || wrong >= (check.tries ?? 1) || Date.now() + pause * 1000 > end;
    if (over) {
      const { method, path, body } = check.request;
      const sent = [method, path, ...(body === undefined ? [] : [JSON.stringify(body)])].join(" ");
      return { what: check.what, sent: short(sent), cameBack: outcome.cameBack, tries, seconds: (Date.now() - started) / 1000 };
    }
    await sleep(pause * 1000);
  }
}

interface Outcome {
  readonly cameBack: string;
  /** Whether another try can't change it. */
  readonly final: boolean;
  /** Present when the answer came, and was not what it should be. */
  readonly judged?: true;
}

async function tryOnce(check: Check, send: Send, milliseconds: number): Promise<Outcome | undefined> {
  try {
    const answer = await send(check.request, AbortSignal.timeout(milliseconds));
    if (answer.status !== 200) return { cameBack: describe(answer), final: isFinal(answer) };
    const problem = check.judge(answer);
    return problem === undefined ? undefined : { cameBack: `200, but ${problem}: ${short(answer.body)}`, final: false, judged: true };
  } catch (error) {
    return { cameBack: `nothing (${reasonOf(error)})`, final: false };
  }
}

/** A request that the container itself calls wrong stays wrong; all else may be a start, a role or a network that isn't done yet. */
function isFinal({ status, modelStatus }: GateAnswer): boolean {
  const own = modelStatus ?? status;
  return modelStatus !== undefined && own >= 400 && own < 500 && own !== 408 && own !== 429;
}

function describe({ status, modelStatus, body }: GateAnswer): string {
  const own = modelStatus === undefined ? "" : ` (the container's own status: ${modelStatus})`;
  return `${status}${own}: ${short(body) || "no text"}`;
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > longestText ? `${line.slice(0, longestText)}…` : line;
}
