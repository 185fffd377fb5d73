/** Fails each write of each scenario once, continues, and compares the result with that of an undisturbed run. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureEngine } from "../../azure-local/engine";
import { openPool, type Pool } from "./pool";
import { type Scenario, scenarios } from "./scenarios";
import type { Effect, Outcome, Task, Write } from "./trial";

export interface SweepOptions {
  readonly effects: readonly Effect[];
  /** Selects steps by number. */
  readonly chosen: (number: number) => boolean;
  /** Number of parallel steps. */
  readonly workers: number;
  /** Lists the steps without running them. @default false */
  readonly list?: boolean;
}

/** An undisturbed run of a scenario. */
interface Reference {
  readonly scenario: Scenario;
  readonly from?: string;
  /** File with the picture of its result. */
  readonly picture: string;
  readonly outcome: Outcome;
}

/** One write of one scenario that fails in one way; without a write, the undisturbed run again. */
interface Step {
  readonly number: number;
  readonly reference: Reference;
  readonly effect?: Effect;
  readonly write?: Write;
}

interface Result {
  readonly step: Step;
  readonly wrong: readonly string[];
  readonly said: string;
}

/** @returns whether the result of each step is the same as that of the undisturbed run */
export async function sweep(options: SweepOptions): Promise<boolean> {
  const began = Date.now();
  await ensureEngine((line) => console.error(line));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-sweep-"));
  const pool = openPool<Task, Outcome>(path.join(__dirname, "worker.ts"), options.workers);
  try {
    const references = await runUndisturbed(pool, folder);
    const steps = stepsOf(references, options.effects).filter(({ number }) => options.chosen(number));
    if (options.list) {
      for (const step of steps) console.log(nameOf(step));
      return true;
    }
    console.log(`${steps.length} steps`);
    const results = await Promise.all(steps.map((step) => tryStep(pool, step)));
    return report(results, began);
  } finally {
    pool.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs each scenario once, as soon as the scenario that it starts from has ended. */
async function runUndisturbed(pool: Pool<Task, Outcome>, folder: string): Promise<Reference[]> {
  const running = new Map<string, Promise<Reference>>();
  for (const scenario of scenarios) {
    const { name, from } = scenario;
    const keep = path.join(folder, name);
    const before = from === undefined ? undefined : running.get(from);
    running.set(
      name,
      (async () => {
        await before;
        const start = from === undefined ? {} : { from: path.join(folder, from) };
        const outcome = await pool.attempt({ scenario: name, keep, ...start });
        if (outcome.wrong.length > 0) throw new Error(`${name} fails undisturbed:\n  ${outcome.wrong.join("\n  ")}`);
        if (scenario.swept && outcome.writes.length === 0) throw new Error(`${name} writes nothing, so that nothing is swept.`);
        const picture = `${keep}.json`;
        fs.writeFileSync(picture, JSON.stringify(outcome.picture));
        console.log(`${name}: ${outcome.writes.length} writes, ${outcome.longRunning.length} of them long-running`);
        return { scenario, picture, outcome, ...start };
      })(),
    );
  }
  return Promise.all(running.values());
}

/** Sorts the steps independently of the order of the requests, which run in parallel, so that a number always identifies the same step. */
function stepsOf(references: readonly Reference[], effects: readonly Effect[]): Step[] {
  const steps = references
    .filter(({ scenario }) => scenario.swept)
    .flatMap((reference) => [
      { reference },
      ...effects.flatMap((effect) => {
        const writes = writesFor(effect, reference);
        return [...writes].sort(inOrder).map((write) => ({ reference, effect, write }));
      }),
    ]);
  return steps.map((step, index) => ({ ...step, number: index + 1 }));
}

function writesFor(effect: Effect, { scenario: { only }, outcome: { writes, longRunning } }: Reference): readonly Write[] {
  const chosen = (all: readonly Write[]) => all.filter(({ path: target }) => only?.test(target) ?? true);
  switch (effect) {
    case "failOperation":
      return chosen(longRunning);
    case "kill":
      return only ? chosen(writes) : [];
    case "refuse":
    case "drop":
      return chosen(writes);
  }
}

function inOrder(a: Write, b: Write): number {
  const [one, other] = [a, b].map(({ method, path: target, nth }) => `${target} ${method} ${nth}`);
  return one! < other! ? -1 : 1;
}

async function tryStep(pool: Pool<Task, Outcome>, step: Step): Promise<Result> {
  const { reference, effect, write } = step;
  const { scenario, from, picture } = reference;
  const fault = effect && write ? { fault: { ...write, effect } } : {};
  const { wrong, said } = await pool
    .attempt({ scenario: scenario.name, expected: picture, ...(from === undefined ? {} : { from }), ...fault })
    .catch((error: Error) => ({ wrong: [error.message], said: "" }));
  console.log(wrong.length === 0 ? `ok     ${nameOf(step)}` : `FAILED ${nameOf(step)}\n       ${wrong[0]}`);
  return { step, wrong, said };
}

function nameOf({ number, reference, effect, write }: Step): string {
  const what = write ? `${effect} ${write.method} ${shortened(write.path)}${write.nth > 1 ? ` (call ${write.nth})` : ""}` : "undisturbed";
  return `${String(number).padStart(3)} ${reference.scenario.name}: ${what}`;
}

/** The last type and name of each provider in an ARM ID. */
export function shortened(id: string): string {
  return id.replace(/^\/subscriptions\/[^/]+\/(resourceGroups\/[^/]+\/providers\/)?/i, "");
}

/** Maximum number of differences that are printed for one step. */
const mostLines = 12;

function report(results: readonly Result[], began: number): boolean {
  const failed = results.filter(({ wrong }) => wrong.length > 0);
  for (const { step, wrong, said } of failed) {
    console.log(`\n${nameOf(step)}\n  again: npm run test:sweep -- --only ${step.number}\n  said: ${said || "nothing"}`);
    for (const line of wrong.slice(0, mostLines)) console.log(`  ${line.replaceAll(/\/subscriptions\/<guid \d+>/g, "")}`);
    if (wrong.length > mostLines) console.log(`  and ${wrong.length - mostLines} more`);
  }
  console.log(`\n${Math.round((Date.now() - began) / 1000)} s`);
  console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0;
}
