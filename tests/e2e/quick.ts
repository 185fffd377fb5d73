import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { execArgv } from "../sweep/pool";
import type { Sandbox } from "./sandbox";

/** What the process that serves the program needs for a run. */
export interface Settings {
  readonly environment: NodeJS.ProcessEnv;
  /** Folder with the stack files and locks. The program itself is that of this clone. */
  readonly folder: string;
}

/**
 * A sandbox whose runs share one process that has loaded the program, which saves seconds of processor time in each run. It doesn't test
 * the language host and program/start.js. A program that exits its process needs an ordinary sandbox.
 */
export function quick(sandbox: Sandbox): Sandbox {
  let program: ChildProcess | undefined;
  return {
    ...sandbox,
    async run(verb, stack, { args = [], ...options } = {}) {
      if (!["up", "preview"].includes(verb)) return sandbox.run(verb, stack, { ...options, args });
      program ??= startProgram();
      const served = await serves(program, sandbox);
      return sandbox.run(verb, stack, { ...options, args: [...served, ...args] });
    },
    async close() {
      program?.disconnect();
      await sandbox.close();
    },
  };
}

function startProgram(): ChildProcess {
  return fork(path.join(__dirname, "quickProcess.ts"), { execArgv });
}

/** Returns the arguments with which the next run of pulumi uses that process. */
async function serves(program: ChildProcess, { environment, folder }: Settings): Promise<string[]> {
  program.send({ environment, folder } satisfies Settings);
  const [args] = (await once(program, "message", { signal: AbortSignal.timeout(60_000) })) as [string[]];
  return args;
}
