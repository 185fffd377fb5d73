/**
 * Proves with the real engine that a change of a live model loses no request, even if its run is killed at any write or
 * at any wait. Doesn't prove Azure's behavior beyond the rules of the simulator, nor a kill during `recover`.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureEngine } from "../../azure-local/engine";
import { shortened } from "../sweep";
import { openPool, type Pool } from "../sweep/pool";
import { longStreams } from "./longStreams";
import type { Kill, Outcome, Task } from "./trial";

export interface RolloutTestOptions {
  /** Selects steps by number. */
  readonly chosen: (number: number) => boolean;
  /** Number of parallel steps. */
  readonly workers: number;
  /** Lists the steps without running them. @default false */
  readonly list?: boolean;
}

/** One change of the model; without a kill, the one with long streams. */
interface Step {
  readonly number: number;
  readonly kill?: Kill;
}

interface Result {
  readonly wrong: readonly string[];
  readonly calls: number;
  readonly failed: number;
  /** @default - its requests */
  readonly seen?: string;
}

type Trials = Pool<Task, Outcome>;

/** A step takes half a minute, mostly waiting; on a busy machine, it takes some minutes. */
const mostSeconds = 400;

/** @returns whether no request was lost and the result of each step is the same as that of the undisturbed change */
export async function rollout(options: RolloutTestOptions): Promise<boolean> {
  const began = Date.now();
  await ensureEngine((line) => console.error(line));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-rollout-"));
  const pool: Trials = openPool(path.join(__dirname, "worker.ts"), options.workers, mostSeconds);
  try {
    const from = path.join(folder, "before");
    const expected = path.join(folder, "after.json");
    const steps = stepsOf(await runUndisturbed(pool, from, expected)).filter(({ number }) => options.chosen(number));
    if (options.list) {
      for (const step of steps) console.log(nameOf(step));
      return true;
    }
    const results = await Promise.all(steps.map((step) => tryStep(pool, step, { from, expected })));
    return report(results, began);
  } finally {
    pool.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Creates the first model, changes it once without a kill, and records the result. */
async function runUndisturbed(pool: Trials, from: string, expected: string): Promise<Outcome> {
  const before = await pool.attempt({ keep: from });
  if (before.wrong.length > 0) throw new Error(`The creation of the first model fails:\n  ${before.wrong.join("\n  ")}`);
  const outcome = await pool.attempt({ from });
  if (outcome.wrong.length > 0) throw new Error(`The undisturbed change fails:\n  ${outcome.wrong.join("\n  ")}`);
  if (outcome.writes.length === 0) throw new Error("The change sends no writes, so there is no step to kill it at.");
  fs.writeFileSync(expected, JSON.stringify(outcome.picture));
  console.log(`undisturbed: ${outcome.writes.length} writes; of ${outcome.calls} requests and streams ${outcome.failed} failed`);
  return outcome;
}

function stepsOf({ writes }: Outcome): Step[] {
  const atWrites = writes.flatMap((write) => (["before", "received", "answered"] as const).map((when): Kill => ({ when, write })));
  const kills: Kill[] = [...atWrites, { when: "gate" }, { when: "drain" }];
  // The longest step first, because others run in parallel.
  return [{}, ...kills.map((kill) => ({ kill }))].map((step, index) => ({ ...step, number: index + 1 }));
}

/** Long streams run in this process, in parallel with the other steps, because they only wait. */
async function tryStep(pool: Trials, step: Step, known: Required<Pick<Task, "from" | "expected">>): Promise<Result> {
  const trying = step.kill ? pool.attempt({ ...known, kill: step.kill }) : longStreams(known.from);
  const result: Result = await trying.catch((error: Error) => ({ wrong: [error.message], calls: 0, failed: 0 }));
  const { wrong, calls, failed, seen = `${calls} requests and streams, ${failed} failed` } = result;
  console.log(`${wrong.length === 0 ? "ok    " : "FAILED"} ${nameOf(step)}: ${seen}`);
  for (const line of wrong.slice(0, mostLines)) console.log(`       ${line}`);
  return result;
}

/** Maximum number of problems that are printed for one step. */
const mostLines = 12;

function nameOf({ number, kill }: Step): string {
  return `${String(number).padStart(3)} ${kill ? `killed ${momentOf(kill)}` : "under long streams"}`;
}

function momentOf({ when, write }: Kill): string {
  if (!write) return `at the ${when}`;
  const point = { before: "before Azure has", received: "when Azure has done", answered: "when Azure has answered", gate: "", drain: "" }[
    when
  ];
  return `${point} ${write.method} ${shortened(write.path)}`;
}

function report(results: readonly Result[], began: number): boolean {
  const sum = (of: "calls" | "failed") => results.reduce((total, result) => total + result[of], 0);
  const wrong = results.filter((result) => result.wrong.length > 0).length;
  console.log(`\n${sum("calls")} requests and streams, ${sum("failed")} failed; ${Math.round((Date.now() - began) / 1000)} s`);
  console.log(`${results.length - wrong} passed, ${wrong} failed`);
  return wrong === 0;
}
