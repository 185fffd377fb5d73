import { type ChildProcess, fork } from "node:child_process";

/** What a process answers to a task. */
export interface Reply<Outcome> {
  readonly outcome?: Outcome;
  readonly error?: string;
}

/** Processes that try tasks side by side. */
export interface Pool<Task, Outcome> {
  /** Tries a task as soon as a process is free. @throws Error when it could not be tried, or takes longer than `mostSeconds` */
  attempt(task: Task): Promise<Outcome>;
  close(): void;
}

/** A process keeps a little of every run: after this many tasks another takes its place. */
const mostTasks = 30;

/**
 * @param file What each process runs: it answers each task that it is sent with one `Reply`.
 * @param mostSeconds A task that takes longer hangs: its process is ended with all that it has started.
 */
export function openPool<Task extends object, Outcome>(file: string, size: number, mostSeconds = 240): Pool<Task, Outcome> {
  const waiting: ((worker: ChildProcess) => void)[] = [];
  const free = Array.from({ length: size }, () => startWorker(file));
  const all = new Set(free);
  const tried = new Map<ChildProcess, number>();
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
      release(reply === undefined || count === mostTasks ? replaced(worker) : worker);
      if (reply?.outcome) return reply.outcome;
      throw new Error(reply?.error ?? `It hung for more than ${mostSeconds} s, or its process died.`);
    },
    close: () => all.forEach(end),
  };
}

/** The leader of a process group, in which everything is that it starts. */
function startWorker(file: string): ChildProcess {
  // Most of what a run makes is garbage when it ends: with room for it, it isn't moved about before. The other cores have workers of their own.
  const execArgv = ["--max-semi-space-size=128", "--single-threaded-gc", "-r", "ts-node/register"];
  return fork(file, { execArgv, detached: true });
}

function end({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, "SIGKILL");
  } catch {
    // All of it has ended already.
  }
}

/** @returns nothing when the worker hangs or is gone. */
function ask<Outcome>(worker: ChildProcess, task: object, mostSeconds: number): Promise<Reply<Outcome> | undefined> {
  return new Promise((resolve) => {
    const settle = (reply?: Reply<Outcome>) => {
      clearTimeout(limit);
      worker.removeAllListeners("exit").removeAllListeners("message");
      resolve(reply);
    };
    const limit = setTimeout(settle, mostSeconds * 1000);
    worker.once("exit", () => settle());
    worker.once("message", (reply) => settle(reply as Reply<Outcome>));
    worker.send(task);
  });
}
