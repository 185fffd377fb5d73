/** Runs the shell steps of a dry run. */
import { spawn } from "node:child_process";
import { outputOf } from "../support/childOutput";

export interface ShellRun {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a script with bash, which ends at the first command that fails, as the runners do. */
export function bash(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<ShellRun> {
  const child = spawn("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = outputOf(child);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output: output() })));
}
