import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";

/** Starts the `pulumi` of an engine with these arguments. */
export function startPulumi(
  { command }: { readonly command: string },
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  stdio: StdioOptions,
): ChildProcess {
  return spawn(command, args, { cwd, env, stdio });
}

/** The exit code of a process, once it has said all; a signal counts as a failure. */
export function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
