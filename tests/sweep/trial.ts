/** One run of a scenario, undisturbed or with one failing write, and its result. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isWrite } from "../../azure-local/arm/faults";
import type { Operation } from "../../azure-local/arm/operations";
import { readTables } from "../../azure-local/arm/tables";
import { root } from "../../cli/local/session";
import { exitCode } from "../../cli/pulumiProcess";
import { startUp } from "../e2e/rolloutSupport";
import { openSandbox, type Run, type Sandbox } from "../e2e/sandbox";
import { serveStandInBase, standInBase } from "../support/standInBase";
import { type Checkpoint, differences, isGateRecord, type Picture, pictureOf, withoutInputs } from "./picture";
import type { ServedProgram } from "./program";
import { type Scenario, scenario } from "./scenarios";

/** A write request. */
export interface Write {
  readonly method: string;
  /** Path of an ARM ID, of an action, or of the data plane, without the query. */
  readonly path: string;
  /** Index among the requests with the same method and path. */
  readonly nth: number;
}

/** How a write fails. `kill`: Azure executes the write, and Pulumi is killed before it gets the response. */
export type Effect = "refuse" | "failOperation" | "drop" | "kill";

export interface Fault extends Write {
  readonly effect: Effect;
}

/** A task of the sweep. */
export interface Task {
  readonly scenario: string;
  /** Folder with the initial state. @default - none: no resources exist */
  readonly from?: string;
  /** Folder in which the final state is kept. @default - it is deleted */
  readonly keep?: string;
  readonly fault?: Fault;
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
  const base = await serveStandInBase(await standInBase());
  const sandbox = await openSandbox({ attach: false, outsideRegistries: { "docker.io": base.url } }, task.from);
  Object.assign(sandbox.environment, quickly);
  try {
    return await attemptIn(sandbox, task, program);
  } finally {
    await sandbox.close();
    await base.close();
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
    const disturbed = fault.effect === "kill" ? await killedAt(sandbox, stack, stackFile, fault) : await failed(sandbox, fault, run);
    said = disturbed.code === 0 ? "the run went on" : errorsOf(disturbed);
    const { strikes } = (await setFaults(sandbox, [])) as { strikes: unknown[] };
    if (strikes.length === 0) wrong.push("The write was never sent.");
    if (serves) wrong.push(...outages(sandbox));
    // A resource whose creation got no response is not in the state. Updated and deleted resources are.
    const lost = fault.effect === "kill" || (fault.effect === "drop" && verb === "up" && edits.length === 0);
    if (lost) wrong.push(...(await recover(sandbox, stack, stackFile)));
  }
  if (refused) await setFaults(sandbox, [{ effect: "refuse", method: "write", strikes: "all", times: "until cleared", ...refusal }]);
  const last = await run();
  if ((last.code !== 0) !== (refused ?? false)) wrong.push(`pulumi ${verb} ${fault ? "again " : ""}failed: ${errorsOf(last)}`);
  if (fault?.effect === "kill") {
    const preview = await sandbox.run("preview", stack, { stackFile, args: [...served, "--expect-no-changes"] });
    if (preview.code !== 0) wrong.push(`a preview shows changes: ${errorsOf(preview)}`);
  }
  const picture = pictureOf(sandbox.azure.resources() as unknown as Checkpoint["resources"] & object, checkpointOf(sandbox, stack));
  if (expected) {
    const compared = fault?.effect === "kill" ? withoutInputs : (all: Picture) => all;
    wrong.push(...differences(compared(JSON.parse(fs.readFileSync(expected, "utf8")) as Picture), compared(picture)));
  }
  wrong.push(...publishedTwice(sandbox));
  if (keep) keepState(sandbox, keep);
  const writes = fault ? [] : writesOf(sandbox);
  const begun = operationsOf(sandbox).filter(({ id }) => !known.has(id));
  return { wrong, said, picture, writes, longRunning: writes.filter((write) => begun.some((operation) => isOf(operation, write))) };
}

async function failed(sandbox: Sandbox, { effect, method, path: target, nth }: Fault, run: () => Promise<Run>): Promise<Run> {
  const times = effect === "drop" ? tries : 1;
  await setFaults(sandbox, [{ effect, method, path: target, nth, times, ...(effect === "drop" ? {} : refusal) }]);
  return run();
}

/** Runs `up` with a separate program process, and kills both when Azure has executed the write. */
async function killedAt(sandbox: Sandbox, stack: string, stackFile: string, { method, path: target, nth }: Fault): Promise<Run> {
  await setFaults(sandbox, [{ effect: "hang", method, path: target, nth, applied: true }]);
  const environment = Object.fromEntries(Object.entries(sandbox.environment).filter(([name]) => !(name in quickly)));
  const { pid, run } = await startUp({ ...sandbox, environment }, stack, stackFile);
  let ended = false;
  run.then(() => (ended = true));
  while (!ended && !(await hasStruck(sandbox))) await sleep(20);
  if (!ended) process.kill(-pid, "SIGKILL");
  return run;
}

async function hasStruck({ azure }: Sandbox): Promise<boolean> {
  const { strikes } = (await (await fetch(`${azure.armUrl}/faults`)).json()) as { strikes: unknown[] };
  return strikes.length > 0;
}

/** The manifests that were written to a registry more than once. */
function publishedTwice(sandbox: Sandbox): string[] {
  const written = sandbox
    .requests()
    .filter(({ method, path: target, status }) => method === "PUT" && status === 201 && manifest.test(target));
  const paths = written.map(({ path: target }) => target.split("?")[0]!);
  return [...new Set(paths.filter((one, index) => paths.indexOf(one) < index))].map((one) => `The image was published twice: ${one}`);
}

const manifest = /^\/data\/[^/]+\/v2\/.+\/manifests\//;

/** Runs `npm run recover`, as after a killed run. @returns the error, if there was one */
async function recover({ home }: Sandbox, stack: string, stackFile: string): Promise<string[]> {
  const args = [path.join(root, "cli", "run.js"), "recover", "--local", "--stack", stack, "--config-file", stackFile];
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

/** The random part of the path of an upload. In the path of a fault, `*` stands for it. */
const uploadId = /(\/blobs\/uploads\/)[^/]+$/;

/** All successful writes, counted by method and path. */
export function writesOf(sandbox: Sandbox): Write[] {
  const seen = new Map<string, number>();
  return sandbox.requests().flatMap(({ method, path: target, status }) => {
    const bare = target.split("?")[0]!.replace(uploadId, "$1*");
    if (status >= 400 || !isWrite({ method, path: bare }) || isGateRecord(bare)) return [];
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
