/**
 * The declared load of a deployment, sent through the scoring proxy to a responder with the planned speed: once with the derived
 * request settings, once with those of a public vLLM sample. Time is compressed for timeouts, first tokens and tokens.
 */
import { type DeploymentView, type EndpointView, startScoringProxy, startStandIn } from "../azure-local/scoringProxy";
import { gpus } from "../facts/gpus";
import type { RequestSettings } from "../planner/decision";
import { estimate } from "../planner/fit/estimate";
import { modelFromTable } from "../planner/fit/model";
import { plannedSpeed } from "../planner/serving/contract";
import type { Speed } from "../planner/serving/speed";
import { fit as fitModel } from "../planner/size/fit";

/** A declared load. */
export interface Declared {
  readonly model: string;
  readonly contextTokens: number;
  readonly concurrency: number;
  /** Planned seconds per second of the benchmark. */
  readonly speedup: number;
  /** Number of requests that each caller sends, one after the other. */
  readonly requestsEach: number;
}

/** Number of responses by status. */
export type Statuses = Readonly<Record<number, number>>;

/** Result of a load with one set of settings. */
export interface Outcome {
  readonly settings: RequestSettings;
  readonly statuses: Statuses;
  /** Fraction of the requests with status 200. */
  readonly passed: number;
}

/** Azure's sample for vLLM in a custom container: one concurrent request, ten seconds. */
const sampleSettings: RequestSettings = { requestTimeout: 10, maxConcurrentRequestsPerInstance: 1 };

const region = "swedencentral";
const models = ["planned"];
const probe = { path: "/health", port: 8000, initialDelay: 1, period: 1, timeout: 1, failureThreshold: 1 };
const deployment: Omit<DeploymentView, keyof RequestSettings> = {
  ...{ name: "main", state: "Succeeded", updated: false, instances: 1, environmentVariables: {}, pattern: "vllm", models, startUp: 0 },
  ...{ scoring: { path: "/", port: 8000 }, readiness: probe, liveness: probe },
};
const endpoint: Omit<EndpointView, "deployments"> = {
  ...{ name: "chat", region, publicAccess: false, authMode: "Key", keys: ["key"], scorers: [] },
  ...{ traffic: { main: 100 }, mirrorTraffic: {} },
};
/** Tokens that stand for a whole answer: as many waits as the machine can keep. */
const shownTokens = 32;

/** Both outcomes, one after the other. */
export async function compareContracts(declared: Declared): Promise<{ readonly derived: Outcome; readonly sample: Outcome }> {
  const { model: id, contextTokens: maxModelLen, concurrency } = declared;
  const { size, requestSettings } = fitModel({ model: id, maxModelLen, concurrency, region });
  if (size === null) throw new Error(`No size carries ${id} at ${concurrency} requests of ${maxModelLen} tokens.`);
  const derived = await offer(declared, requestSettings!);
  return { derived, sample: await offer(declared, sampleSettings) };
}

/** Each caller sends its next request as soon as it receives a response. */
async function offer(declared: Declared, settings: RequestSettings): Promise<Outcome> {
  const { concurrency, speedup, requestsEach } = declared;
  // Azure limits the number of concurrent requests; with fewer requests, each is faster.
  const speed = speedOfRunning(declared, Math.min(concurrency, 2 * settings.maxConcurrentRequestsPerInstance));
  const rest = speed.answerSeconds - speed.firstTokenSeconds;
  const responder = await startStandIn(
    { deployment: "main", region, pattern: "vllm", models, scoringPath: "/", readinessPath: "/health", livenessPath: "/health" },
    { speed: { timeToFirstToken: (1000 * speed.firstTokenSeconds) / speedup, tokensPerSecond: ((shownTokens - 1) * speedup) / rest } },
  );
  const directory = { find: async () => ({ ...endpoint, deployments: [{ ...deployment, ...compressed(settings, speedup) }] }) };
  const frontdoor = await startScoringProxy({ directory, backends: { "*": responder.url } });
  const statuses: Record<number, number> = {};
  const caller = async () => {
    for (let i = 0; i < requestsEach; i++) {
      const status = await ask(`${frontdoor.url}/chat/v1/completions`);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, caller));
  } finally {
    await frontdoor.close();
    await responder.close();
  }
  return { settings, statuses, passed: (statuses[200] ?? 0) / (concurrency * requestsEach) };
}

/** The planned speed of `running` concurrent requests of the declared length. */
function speedOfRunning({ model: id, contextTokens }: Declared, running: number): Speed {
  const model = modelFromTable(id)!;
  const gpu = gpus["A100-80GB-PCIe"];
  const settings = { maxModelLen: contextTokens, maxNumSeqs: running };
  return plannedSpeed(model, gpu, estimate(model, gpu, settings), { concurrency: running });
}

function compressed({ requestTimeout, maxConcurrentRequestsPerInstance }: RequestSettings, speedup: number): RequestSettings {
  return { requestTimeout: requestTimeout / speedup, maxConcurrentRequestsPerInstance };
}

async function ask(url: string): Promise<number> {
  const body = JSON.stringify({ model: "planned", prompt: "A long question. ".repeat(shownTokens), max_tokens: shownTokens });
  const headers = { authorization: "Bearer key", "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body });
  await response.text();
  return response.status;
}
