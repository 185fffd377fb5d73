// Proves the closed loop of a load, its figures and its verdict, in simulated time. Doesn't prove that real times are measured exactly:
// bench/smoke.bench.ts compares them with the log of the scoring proxy.
import { type GateAnswer, InterruptedAnswer, type Send } from "../../../components/scoring";
import { figuresOf, percentilesOf } from "../../../operations/smoke/figures";
import { type Clock, type LoadArgs, type LoadRun, runLoad, type Sample } from "../../../operations/smoke/load";
import { contractOf, contractOfTraffic, verdictOf } from "../../../operations/smoke/verdict";

/** Time that passes only when all requests wait. */
class SimulatedClock implements Clock {
  private time = 0;
  private readonly waiting: { readonly at: number; readonly resolve: () => void }[] = [];

  now(): number {
    return this.time;
  }

  pause(seconds: number): Promise<void> {
    return new Promise((resolve) => this.waiting.push({ at: this.time + seconds * 1000, resolve }));
  }

  /** Lets time pass until `work` has ended. */
  async during<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const done = work.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.waiting.sort((a, b) => a.at - b.at).shift();
      if (next === undefined) continue;
      this.time = next.at;
      next.resolve();
    }
    return done;
  }
}

interface Simulated {
  /** The response to request number n, and the seconds that it takes. */
  readonly reply: (number: number) => Partial<GateAnswer> | Error;
  readonly changes?: Partial<LoadArgs>;
}

async function simulate({
  reply,
  changes = {},
}: Simulated): Promise<LoadRun & { readonly ids: readonly string[]; readonly mostAtOnce: number }> {
  const clock = new SimulatedClock();
  const ids: string[] = [];
  let [sent, inFlight, mostAtOnce] = [0, 0, 0];
  const send: Send = async (_request, signal, id) => {
    ids.push(id!);
    const answer = reply(++sent);
    mostAtOnce = Math.max(mostAtOnce, ++inFlight);
    const seconds = answer instanceof Error ? 0.25 : (answer.seconds ?? 0.25);
    const aborted = new Promise((_, reject) => {
      const abort = () => reject(new Error("aborted"));
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort);
    });
    const answered = Number.isFinite(seconds) ? [clock.pause(seconds)] : [];
    await Promise.race([...answered, aborted]).finally(() => inFlight--);
    if (answer instanceof Error) throw answer;
    return { status: 200, body: "", seconds, deployment: "main-1", ...answer };
  };
  const loading = runLoad({
    ...{
      check: { what: "load", request: { method: "POST", path: "/" }, judge: ({ body }) => (body === "bad" ? "it is bad" : undefined) },
      send,
    },
    ...{ clients: 4, seconds: 10, timeoutSeconds: 3600, signal: new AbortController().signal, clock },
    ...{ requestId: (phase: string, number: number) => `${phase}-${number}`, onProgress: () => {}, ...changes },
  });
  return { ...(await clock.during(loading)), ids, mostAtOnce };
}

test("Each client sends its next request when it has received the answer, for the given time, after one request that isn't counted.", async () => {
  const { samples, elapsedSeconds, warmUpRequests, ids, mostAtOnce, interrupted } = await simulate({ reply: () => ({}) });
  expect([samples.length, elapsedSeconds, warmUpRequests, mostAtOnce, interrupted]).toEqual([160, 10, 4, 4, false]);
  expect(ids.slice(0, 5)).toEqual(["warmup-1", "warmup-2", "warmup-3", "warmup-4", "load-1"]);
  expect([new Set(ids).size, ids.at(-1)]).toEqual([164, "load-160"]);
  expect(samples[0]).toEqual({ start: 0, seconds: 0.25, status: 200, shortAnswerSeconds: 0.25, deployment: "main-1" });
});

test("A request that has started in time is waited for.", async () => {
  const { samples, elapsedSeconds } = await simulate({ reply: () => ({ seconds: 7 }) });
  expect([samples.length, elapsedSeconds]).toEqual([8, 14]);
});

test("After a failed request, a client pauses for a second.", async () => {
  const { samples } = await simulate({ reply: () => ({ status: 429, seconds: 0.25 }) });
  expect(samples).toHaveLength(4 * 8);
});

test("Every kind of result is counted.", async () => {
  const replies = [
    { status: 424, modelStatus: 500 },
    { status: 408 },
    { body: "bad" },
    new Error("fetch failed", { cause: new Error("connect ECONNREFUSED") }),
    new InterruptedAnswer(200, new Error("terminated", { cause: new Error("other side closed") })),
  ];
  const reply = (number: number) =>
    replies[number - 5] ?? { stream: { contentEvents: 20, completionTokens: 16, firstContentSeconds: 0.1 } };
  const figures = figuresOf(await simulate({ reply, changes: { seconds: 2 } }));
  expect(figures.results).toEqual([
    { status: 200, count: figures.requests - 5 },
    ...[{ status: 424, modelStatus: 500 }, { status: 408 }, { status: 200, problem: "it is bad" }, { problem: "connect ECONNREFUSED" }].map(
      (result) => ({ ...result, count: 1 }),
    ),
    { status: 200, problem: "broken off: other side closed", count: 1 },
  ]);
  expect(figures.failed).toBe(5);
  expect(figures.tokens).toBe(16 * (figures.requests - 5));
  expect(figures.secondsPerToken!.p50).toBeCloseTo(0.01);
});

test("An interruption cancels the requests in flight, which are not counted.", async () => {
  const controller = new AbortController();
  const reply = (number: number) => {
    if (number === 4 + 8) controller.abort();
    return {};
  };
  const { samples, canceled, interrupted } = await simulate({ reply, changes: { signal: controller.signal } });
  expect([interrupted, samples.length, canceled]).toEqual([true, 4, 4]);
});

test("An interruption during the warm-up measures nothing, which is no success.", async () => {
  const controller = new AbortController();
  controller.abort();
  const loaded = await simulate({ reply: () => ({}), changes: { signal: controller.signal } });
  expect([loaded.samples, loaded.interrupted]).toEqual([[], true]);
  const verdict = verdictOf(4, { declaredConcurrency: 4, requestTimeoutSeconds: 60 }, figuresOf(loaded));
  expect(verdict.sentences.at(-1)).toBe("No request was completed.");
  expect(verdict.passed).toBe(false);
});

test("A request without a complete answer after its timeout is counted.", async () => {
  const { samples } = await simulate({
    reply: (number) => ({ seconds: number > 4 ? Number.POSITIVE_INFINITY : 0 }),
    changes: { timeoutSeconds: 0.01, seconds: 0.1 },
  });
  expect(samples).toHaveLength(4);
  expect(samples[0]).toMatchObject({ problem: "no complete answer within 0.01 s" });
});

test("Percentiles are values of the list, by the nearest rank.", () => {
  expect(percentilesOf([])).toBeUndefined();
  expect(percentilesOf([3])).toEqual({ p50: 3, p90: 3, p95: 3, p99: 3, max: 3 });
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentilesOf(values)).toEqual({ p50: 100, p90: 180, p95: 190, p99: 198, max: 200 });
});

const sample = (changes: Partial<Sample> = {}): Sample => ({ start: 0, seconds: 1, shortAnswerSeconds: 0.5, status: 200, ...changes });
const stream = sample({ firstTokenSeconds: 0.2, tokens: 41 });
const contract = { declaredConcurrency: 192, requestTimeoutSeconds: 60, maxTokens: 1000 };

const endpointLimit =
  "Responses of status 429 that name no deployment: 1. The likely cause is a limit of the endpoint (by default 500 requests per second, 500 new connections per second and 500 connections), not the concurrency of its deployments. Azure support can raise these limits.";

test.each<[about: string, clients: number, samples: readonly Sample[], changes: object, passed: boolean, sentences: string[]]>([
  [
    "a load within the declared concurrency",
    ...([64, [sample(), sample()], {}, true] as const),
    ["Load of 64 is within the declared concurrency of 192: no request may fail: 0 of 2 failed. Passed."],
  ],
  [
    "one 429 within the declared concurrency",
    ...([192, [sample(), sample({ status: 429, deployment: "main-1" })], {}, false] as const),
    ["Load of 192 is within the declared concurrency of 192: no request may fail: 1 of 2 failed. Failed."],
  ],
  [
    "one 429 of the endpoint within the declared concurrency",
    ...([192, [sample({ deployment: "main-1" }), sample({ status: 429 }), sample({ status: 408 })], {}, false] as const),
    ["Load of 192 is within the declared concurrency of 192: no request may fail: 2 of 3 failed. Failed.", endpointLimit],
  ],
  [
    "one 429 of the endpoint above it",
    ...([193, [sample({ status: 429 })], {}, true] as const),
    [
      "Load of 193 is above the declared concurrency of 192: requests may be answered with 408 or 429, but must not fail otherwise: 0 of 1 failed otherwise. Passed.",
      endpointLimit,
    ],
  ],
  [
    "408 and 429 above it",
    ...([193, [sample(), sample({ status: 429, deployment: "main-1" }), sample({ status: 408 })], {}, true] as const),
    [
      "Load of 193 is above the declared concurrency of 192: requests may be answered with 408 or 429, but must not fail otherwise: 0 of 3 failed otherwise. Passed.",
    ],
  ],
  [
    "an error of the container above it",
    ...([193, [sample({ status: 424, modelStatus: 500 }), sample({ status: undefined, problem: "x" })], {}, false] as const),
    [
      "Load of 193 is above the declared concurrency of 192: requests may be answered with 408 or 429, but must not fail otherwise: 2 of 2 failed otherwise. Failed.",
    ],
  ],
  [
    "short answers that are too slow",
    ...([64, [stream], { latencySeconds: 0.4 }, false] as const),
    [
      "Load of 64 is within the declared concurrency of 192: no request may fail: 0 of 1 failed. Failed.",
      "The first 16 tokens take 0.50 s (p95), and check.latency allows 0.4 s.",
    ],
  ],
  [
    "answers of a score.py that are too slow",
    ...([64, [sample({ shortAnswerSeconds: 1 })], { latencySeconds: 0.4 }, false] as const),
    [
      "Load of 64 is within the declared concurrency of 192: no request may fail: 0 of 1 failed. Failed.",
      "An answer takes 1.00 s (p95), and check.latency allows 0.4 s.",
    ],
  ],
  [
    "a speed at which the longest answer takes too long",
    ...([64, [stream], { maxTokens: 3000 }, false] as const),
    [
      "Load of 64 is within the declared concurrency of 192: no request may fail: 0 of 1 failed. Failed.",
      "At the median speed, an answer of maxTokens (3,000) would take 60 s, and Azure ends requests after 60 s.",
    ],
  ],
  [
    "a speed at which the longest answer arrives in time",
    ...([64, [stream], { maxTokens: 2900, latencySeconds: 0.5 }, true] as const),
    ["Load of 64 is within the declared concurrency of 192: no request may fail: 0 of 1 failed. Passed."],
  ],
])("The verdict on %s.", (_, clients, samples, changes, passed, sentences) => {
  const verdict = verdictOf(clients, { ...contract, ...changes }, figuresOf({ samples, elapsedSeconds: 1 }));
  expect(verdict).toEqual({ passed, withinDeclared: clients <= 192, sentences });
});

test("The declared concurrency through traffic weights is the load at which no deployment receives more than its own.", () => {
  const subject = (weight: number, concurrency: number, more = {}) => ({
    weight,
    contract: { concurrency, requestTimeoutSeconds: 60, ...more },
  });
  expect(contractOf(subject(0, 192, { maxTokens: 9 }).contract)).toEqual({
    declaredConcurrency: 192,
    requestTimeoutSeconds: 60,
    maxTokens: 9,
  });
  expect(contractOfTraffic([subject(100, 192)])).toEqual({ declaredConcurrency: 192, requestTimeoutSeconds: 60 });
  expect(contractOfTraffic([subject(90, 192, { maxTokens: 900 }), subject(10, 16, { maxTokens: 800, requestTimeoutSeconds: 30 })])).toEqual(
    {
      ...{ declaredConcurrency: 160, requestTimeoutSeconds: 30, maxTokens: 800 },
    },
  );
  expect(contractOfTraffic([subject(100, 8), subject(0, 1, { latencySeconds: 1 })]).declaredConcurrency).toBe(8);
});
