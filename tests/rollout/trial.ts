/** One change of a live model under load, undisturbed, or killed at one moment and completed after `recover`. */
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../azure-local/arm/clock";
import { type Load, startModel } from "../e2e/rolloutLoad";
import { moorWith, serving, startFaultyDoor, startUp } from "../e2e/rolloutSupport";
import { openSandbox, type Sandbox } from "../e2e/sandbox";
import { type Checkpoint, differences, type Picture, pictureOf, withoutInputs } from "../sweep/picture";
import type { ServedProgram } from "../sweep/program";
import { checkpointOf, errorsOf, keepState, setFaults, type Write, writesOf } from "../sweep/trial";
import { loadOn, scale, servingId, setInstances, speed, stackFile } from "./stack";

/**
 * The moment when `up` and its child processes are killed. `before`: the write has not reached Azure. `received`: Azure has executed it,
 * but not yet responded. `answered`: Azure has just responded.
 */
export type Kill =
  | { readonly when: "before" | "received" | "answered"; readonly write: Write }
  | { readonly when: "gate" | "drain"; readonly write?: undefined };

export interface Task {
  /** Folder with the initial state. @default - none: the first model is created without a load */
  readonly from?: string;
  /** Folder in which the final state is kept. @default - it is deleted */
  readonly keep?: string;
  readonly kill?: Kill;
  /** File with the picture of the expected result. @default - the result is not checked */
  readonly expected?: string;
}

export interface Outcome {
  /** Problems, one per line; empty if there are none. */
  readonly wrong: string[];
  readonly calls: number;
  readonly failed: number;
  readonly writes: Write[];
  readonly picture: Picture;
}

const streamSeconds = 3;
/** Instances of the serving deployment before the change, until autoscale adds one during the change. */
const startsWith = 2;
/** More concurrent requests than the 16 that one instance admits. Two instances have capacity for requests that a busy machine delays. */
const streams = 16;
const rate = 5;
/** Settings of the engine that make a run faster; the second only for a run that isn't killed, because its state is written at the end. */
const cheaply = { GOGC: "400" };
const atOnce = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
const waits = { rolePropagationSeconds: 0, drainSeconds: streamSeconds + 2, gateSeconds: 20 };
/** Duration, in milliseconds, of the operation during which `up` was killed: it is still running during `recover` and the next `up`. */
const orphaned = 3600_000;

export async function attempt(task: Task, program: ServedProgram): Promise<Outcome> {
  const trial = await Trial.open(task);
  try {
    return await trial.run(program);
  } finally {
    await trial.close();
  }
}

class Trial {
  private readonly closers: (() => Promise<unknown>)[] = [];
  private readonly wrong: string[] = [];
  private sandbox!: Sandbox;
  private load?: Load;
  /** Called for each request to the resource manager when it arrives, and when it was answered. */
  private arrived: (method: string, target: string) => void = () => {};
  private answered: (method: string, target: string) => void = () => {};
  /** Whether operations that start now run until the next `up` waits for them, and whether one has started. */
  private slow = false;
  private orphan = false;
  /** Milliseconds by which Azure's clock is ahead. */
  private passed = 0;
  /** ARM ID of the deployment that autoscale has scaled out. */
  private grown?: string;

  private constructor(private readonly task: Task) {}

  static async open(task: Task): Promise<Trial> {
    const trial = new Trial(task);
    try {
      await trial.openSandbox();
    } catch (error) {
      await trial.close();
      throw error;
    }
    return trial;
  }

  private async openSandbox(): Promise<void> {
    const model = await startModel(streamSeconds);
    this.closers.push(() => model.close());
    const clock: Clock = {
      now: () => Date.now() + this.passed,
      millisecondsFor: (seconds) => {
        this.orphan ||= this.slow;
        return this.slow ? orphaned : (seconds * 1000) / speed;
      },
      retryAfter: 0,
    };
    const isFirst = this.task.from === undefined;
    const options = {
      ...{ attach: false, backends: { "*": model.url } },
      onArrival: ({ method, path: target }: Call) => this.arrived(method, target.split("?")[0]!),
      onRequest: ({ method, path: target }: Call) => this.answered(method, target.split("?")[0]!),
      ...(isFirst ? {} : { arm: { clock } }),
    };
    this.sandbox = await openSandbox(options, this.task.from);
    this.closers.push(() => this.sandbox.close());
    Object.assign(this.sandbox.environment, cheaply, { MOOR_WAITS: JSON.stringify(waits) });
  }

  async close(): Promise<void> {
    await this.load?.stop();
    for (const close of this.closers.splice(0).reverse()) await close();
  }

  async run(program: ServedProgram): Promise<Outcome> {
    const { sandbox, task } = this;
    const file = stackFile(sandbox, task.from === undefined ? "1" : "2");
    const served = program(sandbox.environment);
    if (task.from !== undefined) await this.startLoad();
    if (task.kill) {
      await this.killed(file, task.kill);
      const client = { ...cheaply, PULUMI_OPTION_CLIENT: served[0]!.replace("--client=", ""), PULUMI_OPTION_EXEC_KIND: "auto.inline" };
      const recovered = await moorWith(sandbox, ["recover", "-s", "dev", "--local", "--config-file", file], client);
      if (recovered.code !== 0) this.wrong.push(`recover failed: ${recovered.output.trim()}`);
    }
    Object.assign(sandbox.environment, atOnce);
    await this.up(file, served);
    const preview = await sandbox.run("preview", "dev", { stackFile: file, args: [...served, "--expect-no-changes"] });
    if (preview.code !== 0) this.wrong.push(`a preview shows changes: ${errorsOf(preview)}`);
    if (task.from === undefined) await setInstances(sandbox, await servingId(sandbox), startsWith);
    return this.outcome();
  }

  /** The operation of the killed run ends as soon as this run waits for it. */
  private async up(file: string, served: readonly string[]): Promise<void> {
    const up = await startUp(this.sandbox, "dev", file, served);
    if (this.orphan) {
      await up.sees(/Waiting for it to end/).then(
        () => {
          this.passed = orphaned;
        },
        () => this.wrong.push("up did not wait for what the killed run had begun"),
      );
    }
    const run = await up.run;
    if (run.code !== 0) this.wrong.push(`pulumi up failed: ${errorsOf(run)}`);
    const makes = ({ method, path: target }: Write) => method === "PUT" && /\/onlineEndpoints\/[^/]+\/deployments\/[^/]+$/i.test(target);
    const { kill } = this.task;
    const heldBack = kill?.when === "before" && makes(kill.write) ? 1 : 0;
    const made = writesOf(this.sandbox).filter(makes).length - heldBack;
    if (made > 1) this.wrong.push(`the new deployment was written ${made} times: once to make it, then in place`);
  }

  /** From now on, autoscale adds an instance to the serving deployment at the gate's first request. */
  private async startLoad(): Promise<void> {
    this.load = await loadOn(this.sandbox, { rate, streams });
    const id = await servingId(this.sandbox);
    this.arrived = (method, target) => {
      if (this.grown !== undefined || method !== "GET" || !target.endsWith("/v1/models")) return;
      this.grown = id;
      setInstances(this.sandbox, id, scale.max).catch((error: Error) => this.wrong.push(error.message));
    };
  }

  /** Runs `up` with a separate program process, and kills both at the given moment. */
  private async killed(file: string, kill: Kill): Promise<void> {
    const { sandbox } = this;
    const frontdoorUrl = sandbox.environment.MOOR_FRONTDOOR_URL;
    const moment = kill.write ? await this.momentOf(kill.write, kill.when) : kill.when === "gate" ? await this.gateAsks() : {};
    const up = await startUp(sandbox, "dev", file);
    const passed = up.run.then(({ output }) => Promise.reject(new Error(`up ended before it could be killed:\n${output}`)));
    passed.catch(() => {});
    await Promise.race([moment.reached ?? up.sees(/waiting \d+ s for in-flight requests/), passed]);
    process.kill(-up.pid, "SIGKILL");
    await up.run;
    this.slow = false;
    sandbox.environment.MOOR_FRONTDOOR_URL = frontdoorUrl;
    await setFaults(sandbox, []);
  }

  /** Resolves when a write has reached the given moment. Its operation in Azure continues for a long time. */
  private async momentOf({ method, path: target, nth }: Write, when: Kill["when"]): Promise<Moment> {
    const isIt = (seen: string, path: string) => seen === method && path.toLowerCase() === target.toLowerCase();
    let [arrivals, answers] = [0, 0];
    const { arrived } = this;
    this.arrived = (seen, path) => {
      arrived(seen, path);
      if (isIt(seen, path) && ++arrivals === nth) this.slow = true;
    };
    if (when !== "answered") {
      await setFaults(this.sandbox, [{ effect: "hang", method, path: target, nth, applied: when === "received" }]);
      return { reached: this.struck() };
    }
    const reached = new Promise<void>((resolve) => {
      this.answered = (seen, path) => {
        if (isIt(seen, path) && ++answers === nth) resolve();
      };
    });
    return { reached };
  }

  private async struck(): Promise<void> {
    for (;;) {
      const { strikes } = (await (await fetch(`${this.sandbox.azure.armUrl}/faults`)).json()) as { strikes: unknown[] };
      if (strikes.length > 0) return;
      await sleep(20);
    }
  }

  /** Resolves at the gate's first request, which gets no response. */
  private async gateAsks(): Promise<Moment> {
    const door = await startFaultyDoor(this.sandbox.azure.frontdoorUrl);
    this.closers.push(() => door.close());
    this.sandbox.environment.MOOR_FRONTDOOR_URL = door.url;
    const reached = new Promise<void>((resolve) => {
      door.meddle = () => {
        resolve();
        return true;
      };
    });
    return { reached };
  }

  private async outcome(): Promise<Outcome> {
    const { sandbox, task, wrong, load } = this;
    await load?.stop();
    const calls = load?.calls ?? [];
    const failures = calls.flatMap(({ failure, kind, deployment }) =>
      failure === undefined ? [] : [`a ${kind} to ${deployment}: ${failure}`],
    );
    wrong.push(...[...new Set(failures)].map((failure) => `lost ${failures.filter((one) => one === failure).length} times ${failure}`));
    const { traffic, deployments } = await serving(sandbox);
    const [only, ...others] = deployments;
    if (others.length > 0 || traffic[only!] !== 100) wrong.push(`it ends with ${JSON.stringify({ traffic, deployments })}`);
    const azure = sandbox.azure.resources() as unknown as Checkpoint["resources"] & object;
    const picture = settled(pictureOf(azure, checkpointOf(sandbox, "dev")));
    if (task.expected) wrong.push(...differences(JSON.parse(fs.readFileSync(task.expected, "utf8")) as Picture, picture));
    if (task.keep) keepState(sandbox, task.keep);
    const writes = task.kill ? [] : writesOf(sandbox).filter(({ method, path: target }) => !this.isGrowth(method, target));
    return { wrong, calls: calls.length, failed: failures.length, writes, picture };
  }

  /** Whether a write is that of the simulated autoscale. */
  private isGrowth(method: string, target: string): boolean {
    return method === "PATCH" && target.toLowerCase() === this.grown?.toLowerCase();
  }
}

/** All resources in Azure and in the state. The duration of a template deployment is random. */
function settled(picture: Picture): Picture {
  return JSON.parse(JSON.stringify(withoutInputs(picture), (key, inner) => (key === "duration" ? undefined : inner)));
}

interface Moment {
  /** @default - derived from the output of the run */
  readonly reached?: Promise<void>;
}

type Call = { readonly method: string; readonly path: string };
