import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { StackPulumi } from "../stackPulumi";
import type { RecoverOptions } from "./options";

/** Who holds a stack's lock, as a self-managed backend says it: `created by me@here (pid 4711) at 2026-01-01T00:00:00Z`. */
const holder = /created by (?<user>\S+)@(?<host>\S+) \(pid (?<pid>\d+)\) at (?<time>\S+)/;

/**
 * Does something that needs the stack's lock, and releases the lock of a run that is dead if one holds it. A run on this machine is dead when
 * its process is gone; of one elsewhere nobody can tell from here.
 * @throws Error when the run is alive, or when only a person can tell and has not.
 */
export async function releaseLock(
  pulumi: StackPulumi,
  work: () => Promise<void>,
  { releaseLock: evenIfUnsure = false, report }: RecoverOptions,
): Promise<void> {
  const text = await lockedBy(work);
  if (text === undefined) return;
  const { user, host, pid, time } = holder.exec(text)?.groups ?? {};
  if (host === os.hostname() && !isLaterThan(Number(pid), Date.parse(time ?? "")) && !(await hasEnded(Number(pid)))) {
    throw new Error(`A run on this stack is still going on (process ${pid}): wait for it, or end it, and run the command again.`);
  }
  if (host !== os.hostname() && !evenIfUnsure) {
    const who = host === undefined ? "" : ` of ${user} on ${host} since ${time}`;
    throw new Error(`The stack is locked by a run${who}. If you know that it is dead, run the command again with --release-lock.`);
  }
  // The run may have ended by itself meanwhile, and have released its lock.
  if ((await lockedBy(work)) === undefined) return;
  await pulumi.must(["cancel", "--yes"]);
  await work();
  report?.(`Released the lock of a run that is dead${pid === undefined ? "" : ` (process ${pid})`}.`);
}

/** What pulumi says when another run holds the lock; undefined when the work is done. */
async function lockedBy(work: () => Promise<void>): Promise<string | undefined> {
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
 * Whether the process that has a number now began after the lock was made, so that it can't be the one that made it. Numbers are given out
 * again, and in a container each run may have the same one. False where the beginning of a process isn't known.
 */
function isLaterThan(pid: number, lockedAt: number): boolean {
  const startedAt = process.platform === "linux" ? startOnLinux(pid) : startByPs(pid);
  // Both times are rounded to seconds somewhere.
  return startedAt !== undefined && startedAt > lockedAt + 2_000;
}

/** Milliseconds since 1970. The 22nd field of `stat` counts hundredths of a second since the machine's start (proc(5)). */
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

/** For macOS; Windows has no `ps`. */
function startByPs(pid: number): number | undefined {
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  const started = Date.parse((stdout ?? "").trim());
  return Number.isFinite(started) ? started : undefined;
}

/** Whether a process is gone, or goes within a few seconds: one that was just killed may still be ending. */
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

/** Whether a process has ended, and only its entry is left: in containers nobody may collect it. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
