import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DeploymentView, type EndpointView, readScoringLog, startScoringProxy, startStandIn } from "../azure-local/scoringProxy";
import { loadCheck, sender } from "../components/scoring";
import { figuresOf, type Percentiles, percentilesOf } from "../operations/smoke/figures";
import { runLoad } from "../operations/smoke/load";
import type { Ratio } from "./index";

const region = "swedencentral";
const probe = { path: "/health", port: 8000, initialDelay: 1, period: 1, timeout: 1, failureThreshold: 1 };
const deployment: DeploymentView = {
  ...{ name: "main", state: "Succeeded", updated: false, instances: 1, environmentVariables: {}, pattern: "vllm", models: ["tiny"] },
  ...{ scoring: { path: "/", port: 8000 }, readiness: probe, liveness: probe, startUp: 0 },
  ...{ requestTimeout: 60, maxConcurrentRequestsPerInstance: 64 },
};
const endpoint: EndpointView = {
  ...{ name: "chat", region, authMode: "Key", keys: ["key"], scorers: [], publicAccess: true },
  ...{ traffic: { main: 100 }, mirrorTraffic: {}, deployments: [deployment] },
};

/** Spreads the answers, as those of a model are. Otherwise, all requests would start in the same millisecond. */
function spread(): number {
  draws += 1;
  return 0.75 + (draws % 101) / 202;
}
let draws = 0;

/** The figures of a load of `npm run smoke`, compared with the log of the scoring proxy. An answer takes about 4 s. */
export async function measure(): Promise<readonly Ratio[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-bench-"));
  const log = path.join(folder, "scoring.jsonl");
  const model = await startStandIn(
    { deployment: "main", region, pattern: "vllm", models: ["tiny"], scoringPath: "/", readinessPath: "/health", livenessPath: "/health" },
    { speed: { timeToFirstToken: 3000, tokensPerSecond: 20 }, wait: (milliseconds) => sleep(milliseconds * spread()) },
  );
  const proxy = await startScoringProxy({ directory: { find: async () => endpoint }, backends: { "*": model.url }, log });
  try {
    const figures = figuresOf(
      await runLoad({
        check: loadCheck({ api: "chat", model: "tiny", routes: { readiness: "/health", scoring: "/" } }, {}, 20)!,
        send: sender({ baseUrl: `${proxy.url}/chat`, credential: "key" }),
        ...{ clients: 16, seconds: 24, timeoutSeconds: 60, signal: new AbortController().signal, onProgress: () => {} },
        requestId: (phase, number) => `smoke-${phase}-${number}`,
      }),
    );
    await proxy.close();
    const logged = readScoringLog(log).filter(({ clientRequestId }) => clientRequestId?.startsWith("smoke-load-"));
    const latency = percentilesOf(logged.map(({ milliseconds }) => milliseconds / 1000));
    const firstToken = percentilesOf(logged.map(({ firstByteMilliseconds = 0 }) => firstByteMilliseconds / 1000));
    return [
      {
        what: `requests of a load of 16 per request in the log of the scoring proxy (${logged.length})`,
        value: figures.requests / logged.length,
        atLeast: 1,
      },
      {
        what: "largest difference of a latency percentile between smoke and the log",
        value: difference(figures.latencySeconds, latency),
        atMost: 0.02,
      },
      {
        what: "largest difference of a time to first token between smoke and the log",
        value: difference(figures.firstTokenSeconds, firstToken),
        atMost: 0.02,
      },
    ];
  } finally {
    await proxy.close();
    await model.close();
    fs.rmSync(folder, { recursive: true });
  }
}

/** The largest difference of p50, p90, p95 and p99, as a fraction. */
function difference(one: Percentiles | undefined, other: Percentiles | undefined): number {
  if (one === undefined || other === undefined) throw new Error("No request was answered.");
  return Math.max(...(["p50", "p90", "p95", "p99"] as const).map((name) => Math.abs(one[name] / other[name] - 1)));
}
