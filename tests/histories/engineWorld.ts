/** A stack in the real engine whose stack file and lock file are edited, and whose runs can be rejected or killed. */
import * as fs from "node:fs";
import * as path from "node:path";
import { isWrite } from "../../azure-local/arm/faults";
import { type FaultyDoor, moor, startFaultyDoor, startUp } from "../e2e/rolloutSupport";
import { openSandbox, type Run, type Sandbox } from "../e2e/sandbox";
import type { Edit, End } from "../planner/rollout/edits";
import { Watch } from "../planner/rollout/watch";
import { afterEdit, type Wishes } from "../planner/rollout/wishes";
import type { ServedProgram } from "../sweep/program";
import { seenEndpoint } from "./endpoint";
import { currentLock, rollBack, sharesOf, stack, writeStack } from "./stackFiles";

/** Result of a run. */
export type Came = "done" | "refused beforehand" | "refused at the gate" | "killed";

type List = (type: string) => unknown[];

export class EngineWorld {
  private wishes: Wishes = new Map();
  private tag = 1;
  private readonly watch = new Watch();
  /** All violations, each with the call after which it was detected. */
  readonly wrong: string[] = [];
  calls = 0;
  private onWrite: () => void = () => {};

  private constructor(
    private readonly folder: string,
    private readonly program: ServedProgram,
    private readonly sandbox: Sandbox,
    private readonly door: FaultyDoor,
  ) {}

  /**
   * @param folder The program's clone, whose stack file and lock file are written.
   * @param from Folder with the initial state.
   */
  static async open(folder: string, program: ServedProgram, from?: string): Promise<EngineWorld> {
    let world: EngineWorld | undefined;
    const onCall = (call: { method: string; path: string }, list: List) => world?.look(call, list);
    const sandbox = await openSandbox({ arm: { onCall } }, from, folder);
    const door = await startFaultyDoor(sandbox.azure.frontdoorUrl);
    sandbox.environment.MOOR_FRONTDOOR_URL = door.url;
    world = new EngineWorld(folder, program, sandbox, door);
    return world;
  }

  /** @param keep Folder in which the state is kept. @default - it is deleted */
  async close(keep?: string): Promise<void> {
    if (keep !== undefined)
      fs.cpSync(this.sandbox.home, keep, { recursive: true, filter: (file) => !/\/(lock|running\.json)$/.test(file) });
    await this.door.close();
    await this.sandbox.close();
  }

  /** Applies a step between two runs. */
  async edit(edit: Edit): Promise<void> {
    const before = this.wishes;
    this.wishes = afterEdit(before, edit);
    if (edit.kind === "tag") this.tag = edit.value;
    if (edit.kind === "grow") await this.grow(edit.instances);
    else if (edit.kind === "rollback") {
      if (this.wishes !== before && before.get(edit.label)?.previous !== undefined) await rollBack(this.folder, edit.label);
    } else await this.write();
  }

  write(): Promise<void> {
    return writeStack(this.folder, this.wishes, this.tag);
  }

  /** Runs `up`, and returns its result. After a killed run, it runs `recover`. */
  async run({ refused, killedAfter }: End): Promise<Came> {
    this.door.meddle = ({ path: asked }, response) =>
      refused && asked === "/v1/models" && Boolean(response.end(JSON.stringify({ object: "list", data: [{ id: "another" }] })));
    this.watch.begin(seenEndpoint(this.list), (label) => this.allowed(label));
    const { code, output, killed } = killedAfter === undefined ? await this.up() : await this.upKilled(killedAfter);
    if (killed) {
      const recovered = await moor(this.sandbox, "recover", "-s", stack, "--local");
      if (recovered.code !== 0) this.wrong.push(`recover failed:\n${recovered.output}`);
      return "killed";
    }
    if (code === 0) {
      this.compare();
      return "done";
    }
    if (/but no deployment would have a traffic weight|is no longer in the stack but has/.test(output)) return "refused beforehand";
    if (refused && /did not pass the gate/.test(output)) return "refused at the gate";
    this.wrong.push(`up failed:\n${output}`);
    return "done";
  }

  /** Whether a second run would change nothing. */
  async expectNoChanges(): Promise<void> {
    const { code, output } = await this.sandbox.run("preview", stack, { args: [...this.served(), "--expect-no-changes", "--diff"] });
    if (code !== 0) this.wrong.push(`the next preview shows changes:\n${output}`);
  }

  private up(): Promise<Run & { killed?: boolean }> {
    return this.sandbox.run("up", stack, { args: this.served() });
  }

  /** Runs `up` in separate processes, which are killed after the given number of writes. */
  private async upKilled(after: number): Promise<Run & { killed: boolean }> {
    const up = await startUp(this.sandbox, stack, path.join(this.folder, `Pulumi.${stack}.yaml`));
    let [left, killed] = [after, false];
    const kill = () => {
      killed = true;
      process.kill(-up.pid, "SIGKILL");
    };
    this.onWrite = () => --left === 0 && kill();
    const run = await up.run;
    this.onWrite = () => {};
    return { ...run, killed };
  }

  private served(): string[] {
    process.env.PULUMI_NODEJS_ROOT_DIRECTORY = this.folder;
    return this.program(this.sandbox.environment);
  }

  /** Called after each request, when it was handled. */
  private look(call: { method: string; path: string }, list: List): void {
    this.calls++;
    const wrong = this.watch.wrong(seenEndpoint(list));
    if (wrong.length > 0) this.wrong.push(`after ${call.method} ${call.path}: ${wrong.join("; ")}`);
    if (isWrite(call)) this.onWrite();
  }

  private readonly list: List = (type) => this.sandbox.azure.resources().filter((one) => one.type.toLowerCase() === type.toLowerCase());

  private allowed(label: string): number | undefined {
    const wish = this.wishes.get(label as "main");
    const current = currentLock(this.folder).endpoints.chat?.[label]?.current;
    return wish && current && (wish.max ?? wish.instances) * current.requestSettings.maxConcurrentRequestsPerInstance;
  }

  /** Simulates autoscale on autoscaled deployments with traffic. */
  private async grow(instances: number): Promise<void> {
    this.watch.begin(seenEndpoint(this.list), () => 0);
    const { id, traffic } = seenEndpoint(this.list);
    for (const [name, weight] of Object.entries(traffic)) {
      if (weight === 0 || this.wishes.get(name.slice(0, -9) as "main")?.max === undefined) continue;
      const url = [`${id}/deployments/${name}`, "2025-12-01"] as const;
      const answer = await this.sandbox.arm("PATCH", ...url, { sku: { name: "Default", capacity: instances } });
      if (!answer.ok) throw new Error(`PATCH ${name}: ${answer.status} ${await answer.text()}`);
      await this.sandbox.arm("GET", ...url);
    }
  }

  /** Whether Azure matches the stack file: traffic weights by label, and no other deployments. */
  private compare(): void {
    const { traffic, mirrorTraffic, deployments } = seenEndpoint(this.list);
    const entries = currentLock(this.folder).endpoints.chat ?? {};
    const kept = [...this.wishes].filter(([label, wish]) => wish.keepPrevious && !wish.inPlace && entries[label]?.previous).length;
    if (deployments.size !== this.wishes.size + kept) this.wrong.push(`there are ${[...deployments.keys()].join(", ")}`);
    const labelled = (shares: Readonly<Record<string, number>>) =>
      JSON.stringify(
        Object.entries(shares)
          .map(([name, share]) => [name.slice(0, -9), share])
          .sort(),
      );
    const wanted = (share: "weight" | "mirror") =>
      JSON.stringify(
        sharesOf(this.wishes)
          .filter((one) => one[share] > 0)
          .map((one) => [one.label, one[share]])
          .sort(),
      );
    if (labelled(traffic) !== wanted("weight")) this.wrong.push(`the shares are ${labelled(traffic)}, not ${wanted("weight")}`);
    if (labelled(mirrorTraffic) !== wanted("mirror")) this.wrong.push(`copied are ${labelled(mirrorTraffic)}, not ${wanted("mirror")}`);
  }
}
