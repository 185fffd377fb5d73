import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { openSandbox, type Sandbox } from "./sandbox";

/**
 * A sandbox for many runs: all of them use one process that has the program loaded, which saves each some seconds. What the language host does
 * remains unproved there, and so does a program that ends its process by itself: such a run needs a sandbox of the ordinary kind.
 */
export async function openQuickSandbox(...args: Parameters<typeof openSandbox>): Promise<Sandbox> {
  const sandbox = await openSandbox(...args);
  const program = startProgram();
  return {
    ...sandbox,
    async run(verb, stack, { args = [], ...options } = {}) {
      const served = ["up", "preview"].includes(verb) ? await servedTo(program, sandbox.environment) : [];
      return sandbox.run(verb, stack, { ...options, args: [...served, ...args] });
    },
    async close() {
      program.disconnect();
      await sandbox.close();
    },
  };
}

function startProgram(): ChildProcess {
  // Most of what a run makes is garbage when it ends: with room for it, it isn't moved about before.
  const execArgv = ["--max-semi-space-size=128", "--single-threaded-gc", "-r", "ts-node/register"];
  return fork(path.join(__dirname, "programProcess.ts"), { execArgv });
}

/** What a run in this environment says to pulumi, so that it uses the program there. */
async function servedTo(program: ChildProcess, environment: NodeJS.ProcessEnv): Promise<string[]> {
  program.send(environment);
  const [args] = (await once(program, "message", { signal: AbortSignal.timeout(60_000) })) as [string[]];
  return args;
}
