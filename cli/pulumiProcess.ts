import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";

/** Starts the `pulumi` command of an engine. */
export function startPulumi(
  { command }: { readonly command: string },
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  stdio: StdioOptions,
): ChildProcess {
  return spawn(command, args, { cwd, env, stdio });
}

/** Resolves to the exit code of a process when its output is complete. A signal counts as 1. */
export function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
