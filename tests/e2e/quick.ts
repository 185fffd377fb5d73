import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { execArgv } from "../sweep/pool";
import type { Sandbox } from "./sandbox";

/** What a run needs of the process that serves the program. */
export interface Settings {
  readonly environment: NodeJS.ProcessEnv;
  /** Folder with the stack files and locks. The program itself is that of this clone. */
  readonly folder: string;
}

/**
 * A sandbox whose runs use one process that has the program loaded, which saves each of them some seconds of processor time. It proves nothing of
 * the language host or of program/start.js, nor of a program that ends its process by itself.
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

/** What to say to pulumi, so that its next run uses the program there. */
async function serves(program: ChildProcess, { environment, folder }: Settings): Promise<string[]> {
  program.send({ environment, folder } satisfies Settings);
  const [args] = (await once(program, "message", { signal: AbortSignal.timeout(60_000) })) as [string[]];
  return args;
}
