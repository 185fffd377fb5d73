// Proves with random histories of edits to a stack file and its lock file, in the real engine, that a serving endpoint continues to serve
// with at least the same capacity. This is checked after each request to the resource manager (see tests/planner/rollout/watch.ts). The
// gate can reject runs, and runs can be killed and recovered. Azure is the simulator, whose operations end at the first poll. That no
// request is lost is proved in tests/e2e/rolloutUnderLoad.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as fc from "fast-check";
import { cloneProgram } from "../e2e/clone";
import { type End, type History, histories } from "../planner/rollout/edits";
import { openPool, type Pool } from "../sweep/pool";
import type { Outcome, Task } from "./worker";

jest.setTimeout(900_000);

const sequences = Number(process.env.HISTORIES ?? 30);
/** The same in each run, so that a failure is caused by a code change; `HISTORIES_SEED=$RANDOM` generates other histories. */
const seed = Number(process.env.HISTORIES_SEED ?? 401_934_210);
/** The number of the only history to run, from 1. */
const only = Number(process.env.HISTORIES_ONLY ?? 0);

const end: fc.Arbitrary<End> = fc.oneof(
  { weight: 9, arbitrary: fc.constant<End>({ refused: false }) },
  { weight: 1, arbitrary: fc.constant<End>({ refused: true }) },
  { weight: 1, arbitrary: fc.record<End>({ refused: fc.constant(false), killedAfter: fc.integer({ min: 1, max: 6 }) }) },
);

/** Maximum number of violations of one history in a failure. */
const most = 5;

let pool: Pool<Task, Outcome>;
let clone: string;
let begun: string;

beforeAll(async () => {
  clone = cloneProgram();
  begun = fs.mkdtempSync(path.join(os.tmpdir(), "moor-begun-"));
  pool = openPool<Task, Outcome>(path.join(__dirname, "worker.ts"), 1, 600);
  expect(await pool.attempt({ history: [], folder: clone, keep: begun })).toMatchObject({ wrong: [], runs: ["done"] });
});
afterAll(() => {
  pool?.close();
  for (const folder of [clone, begun]) fs.rmSync(folder, { recursive: true, force: true });
});

const all = fc.sample(histories(end, { min: 1, max: 3 }), { numRuns: sequences, seed });
const chosen = all.map((history, index): [number, History] => [index + 1, history]).filter(([number]) => only === 0 || number === only);
const came: Record<string, number> = {};
let calls = 0;

test.each(chosen)(`History %i of ${sequences} (seed ${seed}) keeps the endpoint served.`, async (number, history) => {
  const outcome = await pool.attempt({ history, folder: clone, from: begun, previews: number % 5 === 0 });
  const again = `HISTORIES_SEED=${seed} HISTORIES=${sequences} HISTORIES_ONLY=${number} repeats this: ${JSON.stringify(history)}`;
  if (outcome.wrong.length > 0) throw new Error([...outcome.wrong.slice(0, most), again].join("\n"));
  for (const run of outcome.runs) came[run] = (came[run] ?? 0) + 1;
  calls += outcome.calls;
});

test("Requests were checked in each history.", () => {
  console.log(`seed ${seed}: ${chosen.length} histories, ${calls} calls, runs ${JSON.stringify(came)}`);
  expect(calls).toBeGreaterThan(chosen.length);
});
