/** A change of a live model with streams as long as Azure allows, and with the full drain time that they require. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Call, type Load, startModel } from "../e2e/rolloutLoad";
import { serving } from "../e2e/rolloutSupport";
import { openSandbox, type Sandbox } from "../e2e/sandbox";
import { errorsOf } from "../sweep/trial";
import { loadOn, requestTimeout, scale, servingId, setInstances, speed, stackFile } from "./stack";

/** Just below the maximum duration of a request: the last chunk must be sent before the timeout. */
const streamSeconds = requestTimeout - 2;
/** Concurrency above the capacity of two instances and below that of three, with 2 × 8 requests each. */
const streams = 36;
const leastCalls = 1000;

export interface LongOutcome {
  /** Problems, one per line; empty if there are none. */
  readonly wrong: string[];
  /** Summary of the result. */
  readonly seen: string;
  readonly calls: number;
  readonly failed: number;
}

/** Times of requests to the resource manager, in milliseconds since 1970. */
interface Moments {
  shifted?: number;
  readonly deleted: Record<string, number>;
}

/** @param from Folder with the state of the first model. */
export async function longStreams(from: string): Promise<LongOutcome> {
  const moments: Moments = { deleted: {} };
  const model = await startModel(streamSeconds);
  const sandbox = await openSandbox({ attach: false, speed, backends: { "*": model.url }, onRequest: (call) => note(moments, call) }, from);
  let load: Load | undefined;
  try {
    // The drain time is the program's default.
    sandbox.environment.MOOR_WAITS = JSON.stringify({ rolePropagationSeconds: 0, gateSeconds: 2 * requestTimeout });
    await setInstances(sandbox, await servingId(sandbox), scale.max);
    const before = (await servingId(sandbox)).split("/").at(-1)!;
    // Streams start during the run until traffic changes: some of them just before.
    load = await loadOn(sandbox, { rate: 5, streams, rampSeconds: 20 });
    const { code, output } = await sandbox.run("up", "dev", { stackFile: stackFile(sandbox, "2") });
    const wrong = code === 0 ? [] : [`pulumi up failed: ${errorsOf({ code, output })}`];
    while (load.calls.length + streams < leastCalls) await sleep(500);
    await load.stop();
    return judge(load.calls, moments, before, [...wrong, ...(await endOf(sandbox))]);
  } finally {
    await load?.stop();
    await sandbox.close();
    await model.close();
  }
}

function note(moments: Moments, { method, path: target }: { readonly method: string; readonly path: string }): void {
  const name = /\/onlineEndpoints\/[^/]+\/deployments\/([^/?]+)/i.exec(target)?.[1];
  if (method === "DELETE" && name !== undefined) moments.deleted[name] ??= Date.now();
  if (method === "PUT" && /\/moor-traffic-/.test(target)) moments.shifted = Date.now();
}

async function endOf(sandbox: Sandbox): Promise<string[]> {
  const { traffic, deployments } = await serving(sandbox);
  const [only, ...others] = deployments;
  return others.length === 0 && traffic[only!] === 100 ? [] : [`it ends with ${JSON.stringify({ traffic, deployments })}`];
}

function judge(calls: readonly Call[], { shifted = 0, deleted }: Moments, before: string, wrong: string[]): LongOutcome {
  const failures = calls.filter(({ failure }) => failure !== undefined);
  for (const { kind, deployment, failure } of failures.slice(0, 10)) wrong.push(`lost a ${kind} to ${deployment}: ${failure}`);
  const long = calls.filter(({ kind }) => kind === "stream");
  const outlived = long.filter(({ deployment, started, ended }) => deployment === before && started < shifted && ended > shifted);
  const shortest = Math.min(...long.map(({ started, ended }) => ended - started)) / 1000;
  const drained = ((deleted[before] ?? 0) - shifted) / 1000;
  const cut = calls.filter(({ deployment, ended }) => (deleted[deployment] ?? Number.POSITIVE_INFINITY) < ended);
  if (calls.length < leastCalls) wrong.push(`only ${calls.length} calls were made`);
  if (shortest < streamSeconds) wrong.push(`a stream took ${shortest} s, not ${streamSeconds}`);
  if (outlived.length === 0) wrong.push("no stream was open at the shift, so that the wait proved nothing");
  if (drained < requestTimeout) wrong.push(`what served before was deleted ${drained.toFixed(1)} s after the shift, not ${requestTimeout}`);
  if (cut.length > 0) wrong.push(`${cut.length} calls were still being answered by a deployment that was deleted`);
  const seen =
    `${calls.length - long.length} requests and ${long.length} streams of ${streamSeconds} s, ${failures.length} failed; ` +
    `${outlived.length} streams outlived the shift, and what answered them was deleted ${drained.toFixed(1)} s after it`;
  return { wrong, seen, calls: calls.length, failed: failures.length };
}
