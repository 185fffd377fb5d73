/** One run of a scenario, undisturbed or with one failing write, and its result. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { isWrite } from "../../azure-local/arm/faults";
import type { Operation } from "../../azure-local/arm/operations";
import { readTables } from "../../azure-local/arm/tables";
import { root } from "../../cli/local/session";
import { exitCode } from "../../cli/pulumiProcess";
import { openSandbox, type Run, type Sandbox } from "../e2e/sandbox";
import { type Checkpoint, differences, type Picture, pictureOf } from "./picture";
import type { ServedProgram } from "./program";
import { type Scenario, scenario } from "./scenarios";

/** A write request. */
export interface Write {
  readonly method: string;
  /** Path of an ARM ID or of an action, without the query. */
  readonly path: string;
  /** Index among the requests with the same method and path. */
  readonly nth: number;
}

export type Effect = "refuse" | "failOperation" | "drop";

/** A task of the sweep. */
export interface Task {
  readonly scenario: string;
  /** Folder with the initial state. @default - none: no resources exist */
  readonly from?: string;
  /** Folder in which the final state is kept. @default - it is deleted */
  readonly keep?: string;
  readonly fault?: Write & { readonly effect: Effect };
  /** File with the picture of the expected result. @default - the result is not checked */
  readonly expected?: string;
}

/** Result of a task. */
export interface Outcome {
  /** Problems, one per line; empty if there are none. */
  readonly wrong: string[];
  /** Output of the program about the failed write. */
  readonly said: string;
  /** The writes, in the order of the requests. */
  readonly writes: Write[];
  /** Long-running writes, to which Azure responded before they were complete. */
  readonly longRunning: Write[];
  readonly picture: Picture;
}

/**
 * Settings of the engine that make a run faster. No run is killed here, so the state is only written at the end; a killed
 * run would lose it.
 */
const quickly = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/** Clients repeat a request without a response up to four times. */
const tries = 4;

/** A permission error, after which a client doesn't repeat the request. */
const refusal = { status: 403, code: "AuthorizationFailed" };

export async function attempt(task: Task, program: ServedProgram): Promise<Outcome> {
  const sandbox = await openSandbox({ attach: false }, task.from);
  Object.assign(sandbox.environment, quickly);
  try {
    return await attemptIn(sandbox, task, program);
  } finally {
    await sandbox.close();
  }
}

async function attemptIn(sandbox: Sandbox, { scenario: name, fault, expected, keep }: Task, program: ServedProgram): Promise<Outcome> {
  const { stack, verb, edits = [], unprotect, serves, refused } = scenario(name);
  if (unprotect) await sandbox.pulumiQuietly(["state", "unprotect", "--all", "--yes", "--stack", stack]);
  const stackFile = sandbox.edit(stack, edits);
  const served = verb === "up" ? program(sandbox.environment) : [];
  const run = () => sandbox.run(verb, stack, { stackFile, args: refused ? [...served, "--continue-on-error"] : served });
  const known = new Set(operationsOf(sandbox).map(({ id }) => id));
  const wrong: string[] = [];
  let said = "";
  if (fault) {
    const { effect, method, path: target, nth } = fault;
    const times = effect === "drop" ? tries : 1;
    await setFaults(sandbox, [{ effect, method, path: target, nth, times, ...(effect === "drop" ? {} : refusal) }]);
    const disturbed = await run();
    said = errorsOf(disturbed);
    const { strikes } = (await setFaults(sandbox, [])) as { strikes: unknown[] };
    if (strikes.length === 0) wrong.push("The write was never sent.");
    if (disturbed.code === 0) said = "the run went on";
    if (serves) wrong.push(...outages(sandbox));
    // A resource whose creation got no response is not in the state. Updated and deleted resources are.
    if (effect === "drop" && verb === "up" && edits.length === 0) wrong.push(...(await recover(sandbox, stack)));
  }
  if (refused) await setFaults(sandbox, [{ effect: "refuse", method: "write", strikes: "all", times: "until cleared", ...refusal }]);
  const last = await run();
  if ((last.code !== 0) !== (refused ?? false)) wrong.push(`pulumi ${verb} ${fault ? "again " : ""}failed: ${errorsOf(last)}`);
  const picture = pictureOf(sandbox.azure.resources() as unknown as Checkpoint["resources"] & object, checkpointOf(sandbox, stack));
  if (expected) wrong.push(...differences(JSON.parse(fs.readFileSync(expected, "utf8")) as Picture, picture));
  if (keep) keepState(sandbox, keep);
  const writes = fault ? [] : writesOf(sandbox);
  const begun = operationsOf(sandbox).filter(({ id }) => !known.has(id));
  return { wrong, said, picture, writes, longRunning: writes.filter((write) => begun.some((operation) => isOf(operation, write))) };
}

/** Runs `npm run recover`, as after a killed run. It reads the shipped stack file. @returns the error, if there was one */
async function recover({ home }: Sandbox, stack: string): Promise<string[]> {
  const args = [path.join(root, "cli", "run.js"), "recover", "--local", "--stack", stack];
  const env = { ...process.env, MOOR_LOCAL_HOME: home };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  return (await exitCode(child)) === 0 ? [] : [`npm run recover failed: ${errors.trim()}`];
}

/** @returns the faults that occurred since the last call */
export async function setFaults({ azure }: Sandbox, faults: readonly unknown[]): Promise<unknown> {
  const struck = await (await fetch(`${azure.armUrl}/faults`)).json();
  const { ok, status } = await fetch(`${azure.armUrl}/faults`, { method: "PUT", body: JSON.stringify(faults) });
  if (!ok) throw new Error(`The faults were not accepted: ${status}.`);
  return struck;
}

/** All successful writes, counted by method and path. */
export function writesOf(sandbox: Sandbox): Write[] {
  const seen = new Map<string, number>();
  return sandbox.requests().flatMap(({ method, path: target, status }) => {
    const bare = target.split("?")[0]!;
    if (status >= 400 || !isWrite({ method, path: bare })) return [];
    const nth = (seen.get(`${method} ${bare}`) ?? 0) + 1;
    seen.set(`${method} ${bare}`, nth);
    return [{ method, path: bare, nth }];
  });
}

function operationsOf({ home }: Sandbox): Operation[] {
  return [
    ...(readTables(path.join(home, "azure", "state.jsonl"))
      .get("operations")
      ?.values() ?? []),
  ] as Operation[];
}

function isOf({ kind, resourceId }: Operation, { method, path: target }: Write): boolean {
  const parent = method === "POST" ? path.posix.dirname(target) : target;
  return resourceId.toLowerCase() === parent.toLowerCase() && (kind === "delete") === (method === "DELETE");
}

export function checkpointOf({ home }: Sandbox, stack: Scenario["stack"]): Checkpoint {
  const file = path.join(home, "state", ".pulumi", "stacks", "moor", `${stack}.json`);
  return (JSON.parse(fs.readFileSync(file, "utf8")) as { checkpoint: { latest?: Checkpoint } }).checkpoint.latest ?? {};
}

interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly properties: { readonly traffic?: Readonly<Record<string, number>> };
}

/** Returns the endpoints that would lose requests: deployments with traffic must exist, and the weights must sum to 100. */
function outages(sandbox: Sandbox): string[] {
  const ids = new Set(sandbox.resources());
  const endpoints = sandbox.azure.resources().filter(({ type }) => /\/onlineEndpoints$/i.test(type)) as unknown as Endpoint[];
  if (endpoints.length === 0) return ["No endpoint exists after the failure."];
  return endpoints.flatMap(({ id, name, properties: { traffic = {} } }) => {
    const gone = Object.keys(traffic).filter((label) => traffic[label]! > 0 && !ids.has(`${id}/deployments/${label}`.toLowerCase()));
    const total = Object.values(traffic).reduce((sum, share) => sum + share, 0);
    if (total === 100 && gone.length === 0) return [];
    return [`${name} does not serve after the failure: shares ${JSON.stringify(traffic)}, missing ${gone.join(", ") || "none"}.`];
  });
}

/** Copies the initial state of the next scenario, without histories, logs and state locks. */
export function keepState({ home }: Sandbox, folder: string): void {
  const left = /\/(lock|running\.json|requests\.jsonl|history|backups|locks|edited-\d+\.yaml)$/;
  fs.cpSync(home, folder, { recursive: true, filter: (file) => !left.test(file) });
}

/** Returns the error lines of a run. */
export function errorsOf({ output }: Run): string {
  const lines = output.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => line.startsWith("error:") && !/^error: (update|destroy) failed$/.test(line));
  return [...new Set(errors)].join(" | ") || lines.filter(Boolean).slice(-5).join(" | ");
}
