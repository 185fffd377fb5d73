/** One change of a live model under a load, undisturbed or killed at one moment and carried out after `recover`. */
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../azure-local/arm/clock";
import { type Load, startModel } from "../e2e/rolloutLoad";
import { moorWith, serving, startFaultyDoor, startUp } from "../e2e/rolloutSupport";
import { openSandbox, type Sandbox } from "../e2e/sandbox";
import { type Checkpoint, differences, type Picture, pictureOf } from "../sweep/picture";
import type { ServedProgram } from "../sweep/program";
import { checkpointOf, errorsOf, keepState, setFaults, type Write, writesOf } from "../sweep/trial";
import { loadOn, scale, servingId, setInstances, speed, stackFile } from "./stack";

/**
 * When `up` and all that it has started are killed. `before`: the write has not reached Azure. `received`: Azure has done it and not yet
 * answered. `answered`: the answer has just been sent.
 */
export type Kill =
  | { readonly when: "before" | "received" | "answered"; readonly write: Write }
  | { readonly when: "gate" | "drain"; readonly write?: undefined };

export interface Task {
  /** Folder that holds the state to begin with. @default - nothing is there, and the first model comes up without a load */
  readonly from?: string;
  /** Folder to keep the state in that it ends with. @default - it goes */
  readonly keep?: string;
  readonly kill?: Kill;
  /** What it must come to; a file with a picture. @default - whatever it comes to is right */
  readonly expected?: string;
}

export interface Outcome {
  /** What is wrong, in lines; nothing when all is well. */
  readonly wrong: string[];
  readonly calls: number;
  readonly failed: number;
  readonly writes: Write[];
  readonly picture: Picture;
}

const streamSeconds = 3;
/** Instances of what serves before the change, until autoscale adds one in the middle of it. */
const startsWith = 2;
/** With the requests more than one instance admits at once, which is 16; two have room for what a busy machine holds up. */
const streams = 16;
const rate = 5;
/** Settings of the engine that make a run cheaper; the second only of one that isn't killed, because its state is written when it ends. */
const cheaply = { GOGC: "400" };
const atOnce = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
const waits = { rolePropagationSeconds: 0, drainSeconds: streamSeconds + 2, gateSeconds: 20 };
/** Milliseconds that the operation takes which `up` was killed over: `recover` and the next `up` meet it under way. */
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
  /** Told of each request to the resource manager as it comes in, and when it was answered. */
  private arrived: (method: string, target: string) => void = () => {};
  private answered: (method: string, target: string) => void = () => {};
  /** Whether operations that begin now go on until the next `up` waits for them, and whether one has begun. */
  private slow = false;
  private orphan = false;
  /** Milliseconds by which Azure's time is ahead. */
  private passed = 0;
  /** ARM id of the deployment that autoscale has grown. */
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

  /** What the killed run has begun in Azure ends as soon as this run waits for it. */
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

  /** From now on autoscale adds an instance to what serves when the gate asks for the first time. */
  private async startLoad(): Promise<void> {
    this.load = await loadOn(this.sandbox, { rate, streams });
    const id = await servingId(this.sandbox);
    this.arrived = (method, target) => {
      if (this.grown !== undefined || method !== "GET" || !target.endsWith("/v1/models")) return;
      this.grown = id;
      setInstances(this.sandbox, id, scale.max).catch((error: Error) => this.wrong.push(error.message));
    };
  }

  /** Runs `up` with a program of its own, and kills both at the moment that is asked for. */
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

  /** When a write has come as far as is asked for. What it begins in Azure goes on for long. */
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

  /** When the gate asks its first question, which nobody answers. */
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

  /** Whether a write is that of autoscale, which the test stands for. */
  private isGrowth(method: string, target: string): boolean {
    return method === "PATCH" && target.toLowerCase() === this.grown?.toLowerCase();
  }
}

/**
 * All that Azure has, and what the state knows of. A refresh, which `recover` makes, writes Azure's own defaults into the state's inputs;
 * that nothing follows from them is the preview's to say. How long a template took is chance.
 */
function settled(picture: Picture): Picture {
  const kept = Object.entries(picture).map(([name, value]) => {
    if (name.startsWith("pulumi urn:")) return [name, "known"];
    return [name, JSON.parse(JSON.stringify(value, (key, inner) => (key === "duration" ? undefined : inner)))];
  });
  return Object.fromEntries(kept);
}

interface Moment {
  /** @default - what the run prints says it */
  readonly reached?: Promise<void>;
}

type Call = { readonly method: string; readonly path: string };
