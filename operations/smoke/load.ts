/** Sends requests in a closed loop: each client sends its next request when it has received the answer to the last one. */
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { retryPace } from "../../azure/scoring";
import { type Check, type GateAnswer, InterruptedAnswer, type Send } from "../../components/scoring";
import { inputTokensOf } from "./usage";

/** A request of a load. Times are in seconds. */
export interface Sample {
  /** Start of the request, since the start of the measurement. */
  readonly start: number;
  readonly seconds: number;
  /** Status of the response. Absent if there was no response. */
  readonly status?: number;
  /** With 424: status of the container. */
  readonly modelStatus?: number;
  /** What is wrong with a response of status 200, or why there is no response. */
  readonly problem?: string;
  /** Time to the first token. Only of streams. */
  readonly firstTokenSeconds?: number;
  /** Time to the last token of a short answer (`shortAnswerTokens`), or to the end of the answer. */
  readonly shortAnswerSeconds?: number;
  readonly tokens?: number;
  /** Number of tokens of the texts in the request. Only if the answer contains it and the check asks for it. */
  readonly inputTokens?: number;
  /** Name of the deployment that answered, if the response contains it. */
  readonly deployment?: string;
}

export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Resolves after a pause, or when the signal is aborted. */
  pause(seconds: number, signal: AbortSignal): Promise<void>;
}

export const realClock: Clock = {
  now: () => performance.now(),
  pause: (seconds, signal) => sleep(seconds * 1000, undefined, { signal }).catch(() => undefined),
};

export interface LoadArgs {
  /** The request and its evaluation. */
  readonly check: Check;
  readonly send: Send;
  /** Number of clients, which is the number of concurrent requests. */
  readonly clients: number;
  /** Duration in which requests are started. In-flight requests are then waited for. */
  readonly seconds: number;
  /** Timeout of one request, in seconds. */
  readonly timeoutSeconds: number;
  /** Returns the client request ID of a request. */
  readonly requestId: (phase: "warmup" | "load", number: number) => string;
  /** Ends the load. Requests in flight are canceled and not counted. */
  readonly signal: AbortSignal;
  /** Called when the measurement starts, and about every ten seconds after that, with the number of completed requests. */
  readonly onProgress: (completed: number) => void;
  /** @default realClock */
  readonly clock?: Clock;
}

export interface LoadRun {
  readonly samples: readonly Sample[];
  /** Number of requests before the measurement, which are not counted. */
  readonly warmUpRequests: number;
  /** Seconds from the start of the measurement to the last answer. */
  readonly elapsedSeconds: number;
  readonly interrupted: boolean;
  /** Number of requests that were in flight at the interruption. */
  readonly canceled: number;
}

/** Seconds between two reports of the progress. */
const progressSeconds = 10;

/** Runs a load. Before the measurement, each client sends one request, which opens its connection. */
export async function runLoad(args: LoadArgs): Promise<LoadRun> {
  const { clients, seconds, signal, onProgress, requestId, clock = realClock } = args;
  // Each client adds a listener.
  setMaxListeners(0, signal);
  const each = (work: () => Promise<void>) => Promise.all(Array.from({ length: clients }, work));
  let warmUpRequests = 0;
  await each(async () => {
    await request({ ...args, clock }, requestId("warmup", ++warmUpRequests), clock.now());
  });
  const started = clock.now();
  const since = () => (clock.now() - started) / 1000;
  const samples: Sample[] = [];
  let [sent, canceled, reported] = [0, 0, 0];
  if (!signal.aborted) onProgress(0);
  await each(async () => {
    while (since() < seconds && !signal.aborted) {
      const sample = await request({ ...args, clock }, requestId("load", ++sent), started);
      if (sample === undefined) {
        canceled += 1;
        return;
      }
      samples.push(sample);
      if (since() - reported >= progressSeconds) {
        reported = since();
        onProgress(samples.length);
      }
      // Like a client that follows the retry settings in the outputs.
      if (isFailed(sample)) await clock.pause(retryPace.firstPauseSeconds, signal);
    }
  });
  const elapsedSeconds = samples.reduce((latest, sample) => Math.max(latest, sample.start + sample.seconds), 0);
  return { samples, warmUpRequests, elapsedSeconds, interrupted: signal.aborted, canceled };
}

/** Whether a request was not answered with a valid answer. */
export function isFailed({ status, problem }: Sample): boolean {
  return status !== 200 || problem !== undefined;
}

/** Sends one request. Returns undefined if the load was interrupted before the answer. */
async function request(
  { check, send, timeoutSeconds, signal, clock }: LoadArgs & { readonly clock: Clock },
  id: string,
  epoch: number,
): Promise<Sample | undefined> {
  const started = clock.now();
  const start = (started - epoch) / 1000;
  // AbortSignal.any and AbortSignal.timeout would keep a listener and a timer for each request until the end of the load.
  const canceling = new AbortController();
  const cancel = () => canceling.abort();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    cancel();
  }, timeoutSeconds * 1000);
  signal.addEventListener("abort", cancel);
  if (signal.aborted) cancel();
  try {
    const answer = await send(check.request, canceling.signal, id);
    const read = check.countsInput && answer.status === 200 ? inputTokensOf(answer.body) : undefined;
    return {
      start,
      ...measured(answer),
      ...(read === undefined ? {} : { inputTokens: read }),
      ...(answer.status === 200 ? problemOf(check.judge(answer)) : {}),
    };
  } catch (error) {
    if (signal.aborted) return undefined;
    const seconds = (clock.now() - started) / 1000;
    if (isLate) return { start, seconds, problem: `no complete answer within ${timeoutSeconds} s` };
    if (error instanceof InterruptedAnswer) return { start, seconds, status: error.status, problem: `broken off: ${reasonOf(error)}` };
    return { start, seconds, problem: reasonOf(error) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}

function measured({ status, modelStatus, seconds, stream, deployment }: GateAnswer): Omit<Sample, "start"> {
  const ofStream =
    stream === undefined
      ? {}
      : {
          tokens: stream.completionTokens ?? stream.contentEvents,
          ...(stream.firstContentSeconds === undefined ? {} : { firstTokenSeconds: stream.firstContentSeconds }),
        };
  return {
    ...{ seconds, status, shortAnswerSeconds: stream?.shortAnswerSeconds ?? seconds, ...ofStream },
    ...(modelStatus === undefined ? {} : { modelStatus }),
    ...(deployment === undefined ? {} : { deployment }),
  };
}

function problemOf(problem: string | undefined): Pick<Sample, "problem"> {
  return problem === undefined ? {} : { problem };
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message || ((cause as NodeJS.ErrnoException).code ?? message) : message;
}
