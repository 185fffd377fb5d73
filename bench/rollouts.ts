/** The same change of a live model by two programs, through the real engine, on a local Azure where deployments take time. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Clock } from "../azure-local/arm/clock";
import { startLoad, startModel } from "../tests/e2e/rolloutLoad";
import { endpointOf, revision } from "../tests/e2e/rolloutSupport";
import { openSandbox, type Run, type Sandbox } from "../tests/e2e/sandbox";
import { type ServedProgram, serve } from "../tests/sweep/program";
import { type NaiveArgs, naiveDeployment, naiveProgram } from "./naive/program";

/** Results of the callers while a model was changed. */
export interface Loss {
  readonly total: number;
  readonly failed: number;
  /** Of the change, from its first run's beginning to its last one's end. */
  readonly seconds: number;
  /** The error of the first failed request. */
  readonly first?: string;
}

const streamSeconds = 2;
const load = { rate: 20, streams: 12 };
const instances = 3;
const [size, largerSize] = ["Standard_NC4as_T4_v3", "Standard_NC8as_T4_v3"];
/** Seconds of Azure in one: a deployment is made in six seconds. */
const speed = 150;
const endpointName = "naive-chat";
const requestTimeout = 60;
const api = "2025-12-01";

export async function compareRollouts(): Promise<{ readonly moor: Loss; readonly replaced: Loss; readonly inPlace: Loss }> {
  let isFast = true;
  const clock: Clock = {
    now: () => Date.now(),
    millisecondsFor: (seconds) => (isFast ? 0 : (seconds * 1000) / speed),
    retryAfter: 0,
  };
  const model = await startModel(streamSeconds);
  const sandbox = await openSandbox({ attach: false, backends: { "*": model.url }, arm: { clock } });
  let served: ServedProgram | undefined;
  try {
    sandbox.environment.MOOR_WAITS = JSON.stringify({ rolePropagationSeconds: 0, drainSeconds: streamSeconds + 2, gateSeconds: 60 });
    const moor = (digit: string, instanceType: string) => () => moorRun(sandbox, digit, instanceType);
    let wish: NaiveArgs;
    served = await serve(async () => naiveProgram(wish));
    const up = await openNaive(sandbox, served);
    const naive = (args: NaiveArgs) => {
      wish = args;
      return up();
    };
    const before = { endpointName, instanceType: size!, instances, requestTimeout, model: "first" };
    const traffic = { [naiveDeployment]: 100 };
    await moor("1", size!)();
    await naive({ ...before, traffic: {} });
    await naive({ ...before, traffic });
    isFast = false;
    const after = { ...before, model: "second", instanceType: largerSize! };
    return {
      moor: await lossOf(sandbox, await endpointOf(sandbox), [moor("2", largerSize!)]),
      // Azure rejects the deletion of a deployment with traffic, and the provider deletes before it creates.
      replaced: await lossOf(sandbox, await endpointOf(sandbox, "naive"), [
        () => naive({ ...before, traffic: {} }),
        () => naive({ ...after, traffic: {} }),
        () => naive({ ...after, traffic }),
      ]),
      inPlace: await lossOf(sandbox, await endpointOf(sandbox, "naive"), [() => naive({ ...after, model: "third", traffic })]),
    };
  } finally {
    served?.close();
    await sandbox.close();
    await model.close();
  }
}

async function moorRun(sandbox: Sandbox, digit: string, instanceType: string): Promise<void> {
  const main = ["moor:endpoints", "chat", "deployments", "main"];
  const changes: Parameters<Sandbox["edit"]>[1] = [revision(digit), [[...main, "instances"], instances], [[...main, "size"], instanceType]];
  succeeded(await sandbox.run("up", "dev", { stackFile: sandbox.edit("dev", changes) }));
}

/** @returns what brings the naive program up, in a project of its own. */
async function openNaive(sandbox: Sandbox, served: ServedProgram): Promise<() => Promise<void>> {
  const folder = path.join(sandbox.home, "naive");
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: naive\nruntime: nodejs\n");
  await sandbox.pulumiQuietly(["stack", "init", "naive", "--non-interactive"], folder);
  return async () => {
    await sandbox.pulumiQuietly(["up", "--yes", "--skip-preview", "--stack", "naive", ...served(sandbox.environment)], folder);
  };
}

function succeeded({ code, output }: Run): void {
  if (code !== 0) throw new Error(`pulumi up failed:\n${output}`);
}

/** Returns the failures of a steady load during the runs, one after the other. */
async function lossOf(sandbox: Sandbox, endpointId: string, runs: readonly (() => Promise<void>)[]): Promise<Loss> {
  const keys = (await (await sandbox.arm("POST", `${endpointId}/listKeys`, api)).json()) as { primaryKey: string };
  const baseUrl = `${sandbox.azure.frontdoorUrl}/${endpointId.split("/").at(-1)}`;
  const { calls, stop } = startLoad({ ...load, baseUrl, key: keys.primaryKey });
  const began = Date.now();
  try {
    for (const run of runs) await run();
  } finally {
    await stop();
  }
  const failures = calls.flatMap(({ failure }) => failure ?? []);
  return { total: calls.length, failed: failures.length, seconds: (Date.now() - began) / 1000, first: failures[0]?.split("\n")[0] };
}
