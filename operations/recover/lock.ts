import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { StackPulumi } from "../stackPulumi";
import type { RecoverOptions } from "./options";

/** The owner of the state lock in messages of self-managed backends: `created by me@here (pid 4711) at 2026-01-01T00:00:00Z`. */
const holder = /created by (?<user>\S+)@(?<host>\S+) \(pid (?<pid>\d+)\) at (?<time>\S+)/;

/**
 * Does work that requires the state lock of the stack, and releases the lock if a dead run holds it. A run on this machine is dead if its
 * process has ended. For a run on another machine, the user must decide.
 * @throws Error if the run is active, or if the user must decide and has not set `releaseLock`
 */
export async function releaseLock(
  pulumi: StackPulumi,
  work: () => Promise<void>,
  { releaseLock: evenIfUnsure = false, report }: RecoverOptions,
): Promise<void> {
  const text = await lockMessage(work);
  if (text === undefined) return;
  const { user, host, pid, time } = holder.exec(text)?.groups ?? {};
  if (host === os.hostname() && !isLaterThan(Number(pid), Date.parse(time ?? "")) && !(await hasEnded(Number(pid)))) {
    throw new Error(`A run of this stack is still active (process ${pid}). Wait until it ends, or stop it, and run the command again.`);
  }
  if (host !== os.hostname() && !evenIfUnsure) {
    const owner = host === undefined ? "a run" : `a run that ${user} started on ${host} at ${time}`;
    throw new Error(`The state lock of the stack is held by ${owner}. If that run has ended, run the command again with --release-lock.`);
  }
  // Meanwhile, the run can have ended and released its lock.
  if ((await lockMessage(work)) === undefined) return;
  await pulumi.must(["cancel", "--yes"]);
  await work();
  report?.(`Released the state lock of a run that has ended${pid === undefined ? "" : ` (process ${pid})`}.`);
}

/** The message of pulumi if another run holds the state lock; undefined if the work succeeded. */
async function lockMessage(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    const text = (error as Error).message;
    if (/currently locked|already in progress|Another update/i.test(text)) return text;
    throw error;
  }
}

/**
 * Whether the process with this ID started after the lock was created, so that it can't be its owner. Process IDs are reused, and in a
 * container each run can have the same one. False if the start time of the process is unknown.
 */
function isLaterThan(pid: number, lockedAt: number): boolean {
  const startedAt = process.platform === "linux" ? startOnLinux(pid) : startByPs(pid);
  // Both times can be rounded to seconds.
  return startedAt !== undefined && startedAt > lockedAt + 2_000;
}

/** Start time of a process, in milliseconds since 1970. Field 22 of `stat` is in 1/100 s since boot (proc(5)). */
function startOnLinux(pid: number): number | undefined {
  try {
    const [uptime] = fs.readFileSync("/proc/uptime", "utf8").split(" ");
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    const started = Date.now() - (Number(uptime) - ticks / 100) * 1000;
    return Number.isFinite(started) ? started : undefined;
  } catch {
    return undefined;
  }
}

/** Start time of a process on macOS. Windows has no `ps`. */
function startByPs(pid: number): number | undefined {
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  const started = Date.parse((stdout ?? "").trim());
  return Number.isFinite(started) ? started : undefined;
}

/** Whether a process has ended or ends within 3 seconds: a process that was just killed can still be running. */
async function hasEnded(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 30 && isAlive(pid); tries++) await sleep(100);
  return !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whether a process has ended but was not reaped, which can happen in containers. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
