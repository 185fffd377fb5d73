/** Runs a load on one endpoint and evaluates it. */
import { type Check, loadCheck, type Send } from "../../components/scoring";
import type { Api } from "../../planner/task";
import type { LoadResult } from "./document";
import { chosenSubjects, type EndpointToTest, noSample, servingOf, timeoutOf } from "./endpoint";
import { figuresOf } from "./figures";
import { type Clock, runLoad, type Sample } from "./load";
import { NotTested } from "./notTested";
import { count } from "./report";
import { contractOf, contractOfTraffic, type LoadContract, verdictOf } from "./verdict";

export interface LoadOptions {
  /** Number of concurrent requests. */
  readonly clients: number;
  /** Duration in which requests are started. */
  readonly seconds: number;
  /** Length of each answer, in tokens. @default 256, or the `maxTokens` of the contract if it is smaller */
  readonly maxTokens?: number;
}

/** What a load sends, and what it is compared with. */
export interface PlannedLoad extends LoadOptions {
  readonly endpoint: EndpointToTest;
  readonly task: Api;
  readonly check: Check;
  readonly contract: LoadContract;
  /** Seconds. */
  readonly timeoutSeconds: number;
  /** Name of the deployment that receives the load. @default - by the traffic weights */
  readonly name?: string;
}

/** Length of answers under load, in tokens. */
const usualMaxTokens = 256;

/**
 * Plans a load before anything is sent. Returns undefined if no deployment has traffic, which the checks report.
 * @throws NotTested if an option is wrong, or if there is no request to send
 */
export function planLoad(endpoint: EndpointToTest, options: LoadOptions): PlannedLoad | undefined {
  const { key, deployment } = endpoint;
  const { subjects } = chosenSubjects(endpoint);
  const serving = deployment === undefined ? servingOf(subjects) : subjects;
  const [heaviest] = serving;
  if (heaviest === undefined) return undefined;
  const contract = deployment === undefined ? contractOfTraffic(serving) : contractOf(heaviest.contract);
  const check = loadCheck(heaviest.served, heaviest.check, lengthOf(options.maxTokens, contract.maxTokens));
  if (check === undefined) throw new NotTested(`--load has no request to send. ${noSample(key, heaviest.label)}`);
  const { maxTokens } = check;
  if (maxTokens === undefined && options.maxTokens !== undefined) {
    throw new NotTested(
      `--max-tokens is set, but the deployment ${key}/${heaviest.label} generates no tokens (task: ${heaviest.served.api}). Omit it.`,
    );
  }
  const { clients, seconds } = options;
  return {
    ...{ endpoint, task: heaviest.served.api, check, contract, clients, seconds, ...timeoutOf(serving) },
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(deployment === undefined ? {} : { name: heaviest.name }),
  };
}

export interface Reporting {
  readonly report: (line: string) => void;
  /** @default - real time */
  readonly clock?: Clock;
}

/** Runs a planned load. */
export async function testUnderLoad(
  { endpoint, task, check, contract, clients, seconds, maxTokens, timeoutSeconds, name }: PlannedLoad,
  sendTo: (deployment?: string) => Send,
  { report, clock }: Reporting,
): Promise<{ readonly result: LoadResult; readonly samples: readonly Sample[] }> {
  const { key, deployment, run, signal } = endpoint;
  report(`Warm-up: ${clients} requests.`);
  const loaded = await runLoad({
    ...{ check, clients, seconds, timeoutSeconds, signal, send: sendTo(name) },
    ...(clock === undefined ? {} : { clock }),
    requestId: (phase, number) => `moor-smoke-${run}-${phase}-${number}`,
    onProgress: (completed) => report(completed === 0 ? `Load for ${seconds} s.` : `${count(completed)} requests completed.`),
  });
  const { samples, warmUpRequests, interrupted, canceled } = loaded;
  const figures = figuresOf(loaded);
  const result: LoadResult = {
    ...{ endpoint: key, task, clients, seconds, warmUpRequests, interrupted, canceled, contract, ...figures },
    ...(deployment === undefined ? {} : { deployment }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    verdict: verdictOf(clients, contract, figures),
  };
  return { result, samples };
}

function lengthOf(asked: number | undefined, most = Number.POSITIVE_INFINITY): number {
  if (asked === undefined) return Math.min(usualMaxTokens, most);
  if (asked <= most) return asked;
  throw new NotTested(`--max-tokens is ${asked}. Allowed: up to ${most}, the maxTokens of the endpoint's outputs.`);
}
