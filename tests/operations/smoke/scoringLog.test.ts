// Proves that the figures of a load agree with the log of the scoring proxy: statuses exactly, and times in simulated time, in which nothing but the
// model takes time. bench/smoke.bench.ts compares real times under a real load.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
  type RunningStandIn,
  readScoringLog,
  type ScoringProxy,
  type ScoringRequest,
  startScoringProxy,
  startStandIn,
} from "../../../azure-local/scoringProxy";
import { loadCheck, type Send, sender } from "../../../components/scoring";
import { EventReader } from "../../../components/scoring/stream";
import { type Figures, figuresOf, percentilesOf } from "../../../operations/smoke/figures";
import { type LoadArgs, runLoad } from "../../../operations/smoke/load";
import { deployment, directoryOf, endpoint } from "../../azure-local/scoringProxy/support";

const identity = { deployment: "main", region: "swedencentral", pattern: "vllm", models: ["tiny"], scoringPath: "/" } as const;
const probes = { readinessPath: "/health", livenessPath: "/health" };
const check = loadCheck({ api: "chat", model: "tiny", routes: { readiness: "/health", scoring: "/" } }, {}, 8)!;

let folder: string;
let log: string;
let model: RunningStandIn;
let proxy: ScoringProxy;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-smoke-"));
  log = path.join(folder, "scoring.jsonl");
});
afterEach(async () => {
  jest.restoreAllMocks();
  await proxy.close();
  await model.close();
  fs.rmSync(folder, { recursive: true });
});

async function start(options: Parameters<typeof startStandIn>[1], perInstance: number): Promise<void> {
  model = await startStandIn({ ...identity, ...probes }, options);
  const deployments = [deployment("main", { requestTimeout: 60, maxConcurrentRequestsPerInstance: perInstance })];
  proxy = await startScoringProxy({ directory: directoryOf(endpoint({ deployments })), backends: { "*": model.url }, log });
}

/** Runs a load, and reads the measured requests from the log. */
async function load(changes: Pick<LoadArgs, "clients" | "seconds" | "clock"> & Partial<LoadArgs>) {
  const args = { check, send: sender({ baseUrl: `${proxy.url}/chat`, credential: "first-key" }), timeoutSeconds: 60 };
  const rest = {
    signal: new AbortController().signal,
    onProgress: () => {},
    requestId: (phase: string, n: number) => `smoke-${phase}-${n}`,
  };
  const figures = figuresOf(await runLoad({ ...args, ...rest, ...changes }));
  await proxy.close();
  const all = readScoringLog(log);
  return { figures, logged: all.filter(({ clientRequestId }) => clientRequestId?.startsWith("smoke-load-")), total: all.length };
}

function countsOf(logged: readonly ScoringRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, modelStatus } of logged) {
    const key = `${status}/${modelStatus}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const statusesOf = ({ results }: Figures) => {
  const counts: Record<string, number> = {};
  for (const { status, modelStatus, count } of results) {
    const key = `${status}/${modelStatus}`;
    counts[key] = (counts[key] ?? 0) + count;
  }
  return counts;
};

test("Statuses agree exactly, also of errors of the container.", async () => {
  await start({ fault: { kind: "status", status: 500, every: 7 } }, 8);
  // Each request that ends counts as a second.
  let ended = 0;
  const clock = { now: () => 1000 * ended++, pause: async () => {} };
  const { figures, logged, total } = await load({ clients: 8, seconds: 400, clock });
  const counts = countsOf(logged);
  expect(statusesOf(figures)).toEqual(counts);
  expect(Object.keys(counts).sort()).toEqual(["200/undefined", "424/500"]);
  expect(total).toBe(figures.requests + 8);
  expect(figures.requests).toBeGreaterThan(50);
  expect(figures.answeredBy).toEqual({ main: figures.requests });
  expect(new Set(logged.map(({ clientRequestId }) => clientRequestId)).size).toBe(figures.requests);
});

test("Requests that Azure doesn't admit, and streams that break off, are counted as in the log.", async () => {
  let [refused, needed] = [0, 2];
  // All answers wait until two requests were refused.
  const wait = async () => {
    while (refused < needed) await new Promise((resolve) => setImmediate(resolve));
  };
  await start({ wait, speed: { timeToFirstToken: 1 }, fault: { kind: "drop", afterTokens: 3, every: 12 } }, 3);
  const send = sender({ baseUrl: `${proxy.url}/chat`, credential: "first-key" });
  const counted: Send = async (...request) => {
    const answer = await send(...request);
    if (answer.status === 429) refused += 1;
    return answer;
  };
  const onProgress = () => {
    needed = 4;
  };
  // Each client sends one request.
  let sent = 0;
  const clock = { now: () => (sent < 8 ? 0 : 1e9), pause: async () => {} };
  const requestId: LoadArgs["requestId"] = (phase, number) => {
    if (phase === "load") sent = number;
    return `smoke-${phase}-${number}`;
  };
  const { figures, logged } = await load({ clients: 8, seconds: 1, clock, send: counted, onProgress, requestId });
  expect(countsOf(logged)).toEqual(statusesOf(figures));
  expect(figures.results).toEqual([
    { status: 200, count: 5 },
    { status: 429, count: 2 },
    { status: 200, problem: expect.stringMatching(/^broken off: /), count: 1 },
  ]);
  expect(logged.filter(({ aborted }) => aborted)).toHaveLength(1);
});

test("In simulated time, the percentiles agree with those of the log.", async () => {
  let milliseconds = 0;
  let [answers, sent, received] = [0, 0, 0];
  // Time passes when the client has received all tokens so far.
  const read = EventReader.prototype.add;
  jest.spyOn(EventReader.prototype, "add").mockImplementation(function (this: EventReader, text, seconds) {
    received += text.match(/"content":"[^"]/g)?.length ?? 0;
    read.call(this, text, seconds);
  });
  const wait = async (pause: number) => {
    while (received < sent) await new Promise((resolve) => setImmediate(resolve));
    sent += 1;
    // The first token of each answer takes longer than that of the last one.
    milliseconds += pause === 200 ? pause + 10 * answers++ : pause;
  };
  await start({ speed: { timeToFirstToken: 200, tokensPerSecond: 20 }, wait }, 8);
  jest.spyOn(performance, "now").mockImplementation(() => milliseconds);
  const clock = { now: () => milliseconds, pause: async () => {} };
  const { figures, logged } = await load({ clients: 1, seconds: 60, clock });
  expect(figures.requests).toBeGreaterThan(40);
  const seconds = (values: readonly number[]) => percentilesOf(values.map((value) => value / 1000));
  expect(rounded(figures.latencySeconds)).toEqual(rounded(seconds(logged.map((entry) => entry.milliseconds))));
  expect(rounded(figures.firstTokenSeconds)).toEqual(rounded(seconds(logged.map((entry) => entry.firstByteMilliseconds!))));
  expect(figures.firstTokenSeconds!.p50).toBeGreaterThan(0.4);
  expect(figures.latencySeconds!.p50 - figures.firstTokenSeconds!.p50).toBeCloseTo(7 * 0.05);
});

function rounded(percentiles: object | undefined): object {
  return Object.fromEntries(Object.entries(percentiles ?? {}).map(([name, value]) => [name, Number(value.toFixed(6))]));
}
