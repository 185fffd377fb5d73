/** One change of a live model under a load, undisturbed or killed at one moment and carried out after `recover`. */
import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../azure-local/arm/clock";
import { type Load, startLoad, startModel } from "../e2e/rolloutLoad";
import { endpointOf, moorWith, revision, serving, startFaultyDoor, startUp } from "../e2e/rolloutSupport";
import { openSandbox, type Sandbox } from "../e2e/sandbox";
import { type Checkpoint, differences, type Picture, pictureOf } from "../sweep/picture";
import type { ServedProgram } from "../sweep/program";
import { checkpointOf, errorsOf, keepState, setFaults, type Write, writesOf } from "../sweep/trial";

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
/** Two instances admit 32 at once, so that one alone would refuse some. */
const streams = 24;
const rate = 8;
const waits = { rolePropagationSeconds: 0, drainSeconds: streamSeconds + 2, gateSeconds: 20 };
const scale = { min: 1, max: 3 };
/** Seconds that the operation goes on which `up` was killed over: `recover` and the next `up` meet it under way. */
const orphanSeconds = 25;
/** Seconds of Azure in one of any other operation. */
const speed = 600;
const api = "2025-12-01";

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
  private slow = false;
  /** The deployment that autoscale has grown. */
  private grew = "";

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
      now: () => Date.now(),
      millisecondsFor: (seconds) => (this.slow ? orphanSeconds * 1000 : (seconds * 1000) / speed),
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
    this.sandbox.environment.MOOR_WAITS = JSON.stringify(waits);
  }

  async close(): Promise<void> {
    await this.load?.stop();
    for (const close of this.closers.splice(0).reverse()) await close();
  }

  async run(program: ServedProgram): Promise<Outcome> {
    const { sandbox, task } = this;
    const stackFile = this.stackFile(task.from === undefined ? "1" : "2");
    const served = program(sandbox.environment);
    const pulumi = (verb: string, args: string[] = []) => sandbox.run(verb, "dev", { stackFile, args: [...served, ...args] });
    if (task.from !== undefined) await this.startLoad();
    if (task.kill) {
      await this.killed(stackFile, task.kill);
      const client = { PULUMI_OPTION_CLIENT: served[0]!.replace("--client=", ""), PULUMI_OPTION_EXEC_KIND: "auto.inline" };
      const recovered = await moorWith(sandbox, ["recover", "-s", "dev", "--local", "--config-file", stackFile], client);
      if (recovered.code !== 0) this.wrong.push(`recover failed: ${recovered.output.trim()}`);
    }
    const up = await pulumi("up");
    if (up.code !== 0) this.wrong.push(`pulumi up failed: ${errorsOf(up)}`);
    const preview = await pulumi("preview", ["--expect-no-changes"]);
    if (preview.code !== 0) this.wrong.push(`a preview shows changes: ${errorsOf(preview)}`);
    if (task.from === undefined) await this.grow(2);
    return this.outcome();
  }

  private stackFile(digit: string): string {
    return this.sandbox.edit("dev", [
      revision(digit),
      [["moor:endpoints", "chat", "deployments", "main", "instances"], undefined],
      [["moor:endpoints", "chat", "deployments", "main", "scale"], scale],
    ]);
  }

  /** From now on autoscale adds an instance to what serves whenever the gate asks for the first time. */
  private async startLoad(): Promise<void> {
    const { sandbox } = this;
    const id = await endpointOf(sandbox);
    const keys = (await (await sandbox.arm("POST", `${id}/listKeys`, api)).json()) as { primaryKey: string };
    const baseUrl = `${sandbox.azure.frontdoorUrl}/${id.split("/").at(-1)}`;
    this.load = startLoad({ baseUrl, key: keys.primaryKey, rate, streams });
    let grown = false;
    this.arrived = (method, target) => {
      if (grown || method !== "GET" || !target.endsWith("/v1/models")) return;
      grown = true;
      void this.grow(3);
    };
  }

  private async grow(capacity: number): Promise<void> {
    const { traffic } = await serving(this.sandbox);
    this.grew = `${await endpointOf(this.sandbox)}/deployments/${Object.keys(traffic)[0]}`;
    const grown = await this.sandbox.arm("PATCH", this.grew, api, { sku: { name: "Default", capacity } });
    if (!grown.ok) this.wrong.push(`what serves could not grow: ${await grown.text()}`);
  }

  /** Runs `up` with a program of its own, and kills both at the moment that is asked for. */
  private async killed(stackFile: string, kill: Kill): Promise<void> {
    const { sandbox } = this;
    const frontdoorUrl = sandbox.environment.MOOR_FRONTDOOR_URL;
    const moment = kill.write ? await this.momentOf(kill.write, kill.when) : kill.when === "gate" ? await this.gateAsks() : {};
    const up = await startUp(sandbox, "dev", stackFile);
    const passed = up.run.then(({ output }) => Promise.reject(new Error(`up ended before it could be killed:\n${output}`)));
    passed.catch(() => {});
    await Promise.race([moment.reached ?? up.sees(/waiting \d+ s for the last requests/), passed]);
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
    const picture = pictureOf(azure, checkpointOf(sandbox, "dev"));
    if (task.expected) wrong.push(...differences(JSON.parse(fs.readFileSync(task.expected, "utf8")) as Picture, picture));
    if (task.keep) keepState(sandbox, task.keep);
    const writes = task.kill ? [] : writesOf(sandbox).filter(({ method, path: target }) => !this.isGrowth(method, target));
    return { wrong, calls: calls.length, failed: failures.length, writes, picture };
  }

  /** Whether a write is that of autoscale, which the test stands for. */
  private isGrowth(method: string, target: string): boolean {
    return method === "PATCH" && target.toLowerCase() === this.grew.toLowerCase();
  }
}

interface Moment {
  /** @default - what the run prints says it */
  readonly reached?: Promise<void>;
}

type Call = { readonly method: string; readonly path: string };
