import { type ChildProcess, fork } from "node:child_process";
import * as path from "node:path";

/** Reply of a process to a task. */
export interface Reply<Outcome> {
  readonly outcome?: Outcome;
  readonly error?: string;
}

/** A pool of processes that run tasks in parallel. */
export interface Pool<Task, Outcome> {
  /** Runs a task as soon as a process is free. @throws Error if it can't be run, or takes longer than `mostSeconds` */
  attempt(task: Task): Promise<Outcome>;
  close(): void;
}

/** Each run leaks some memory, so a process is replaced after this number of tasks. */
const mostTasks = 30;

/**
 * @param file Module that each process runs: it replies to each task with one `Reply`.
 * @param mostSeconds Timeout of a task: its process and all processes that it has started are killed.
 */
export function openPool<Task extends object, Outcome>(file: string, size: number, mostSeconds = 240): Pool<Task, Outcome> {
  const waiting: ((worker: ChildProcess) => void)[] = [];
  const free = Array.from({ length: size }, () => startWorker(file));
  const all = new Set(free);
  const tried = new Map<ChildProcess, number>();
  let closed = false;
  const release = (worker: ChildProcess) => {
    const next = waiting.shift();
    if (next) next(worker);
    else free.push(worker);
  };
  const replaced = (worker: ChildProcess): ChildProcess => {
    all.delete(worker);
    end(worker);
    const fresh = startWorker(file);
    all.add(fresh);
    return fresh;
  };
  return {
    async attempt(task) {
      const worker = free.pop() ?? (await new Promise<ChildProcess>((resolve) => waiting.push(resolve)));
      const reply = await ask<Outcome>(worker, task, mostSeconds);
      const count = (tried.get(worker) ?? 0) + 1;
      tried.set(worker, count);
      // After `close`, another process would keep this one alive.
      if (!closed) release(reply.gone || count === mostTasks ? replaced(worker) : worker);
      if (reply.outcome) return reply.outcome;
      throw new Error(reply.error);
    },
    close() {
      closed = true;
      all.forEach(end);
    },
  };
}

/**
 * Options of Node for a process that runs the program many times. Most of what a run makes is garbage when it ends: with room for it, it
 * isn't moved about before. The other cores have processes of their own.
 */
export const execArgv = ["--max-semi-space-size=128", "--single-threaded-gc", "-r", path.join(__dirname, "../../program/register.js")];

/** The leader of a process group that contains all processes that it starts. */
function startWorker(file: string): ChildProcess {
  return fork(file, { execArgv, detached: true });
}

function end({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, "SIGKILL");
  } catch {
    // All processes have already ended.
  }
}

/** @returns `gone` if the worker hangs or has exited */
function ask<Outcome>(worker: ChildProcess, task: object, mostSeconds: number): Promise<Reply<Outcome> & { gone?: boolean }> {
  return new Promise((resolve) => {
    const settle = (reply: Reply<Outcome> & { gone?: boolean }) => {
      clearTimeout(limit);
      worker.removeAllListeners("exit").removeAllListeners("message");
      resolve(reply);
    };
    const limit = setTimeout(() => settle({ gone: true, error: `It took longer than ${mostSeconds} s.` }), mostSeconds * 1000);
    worker.once("exit", (code, signal) => settle({ gone: true, error: `Its process ended with ${signal ?? `code ${code}`}.` }));
    worker.once("message", (reply) => settle(reply as Reply<Outcome>));
    worker.send(task);
  });
}
