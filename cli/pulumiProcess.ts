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

/**
 * The exit code of the installed `pulumi`, when its output is complete.
 * @throws Error if pulumi isn't installed
 */
export async function exitCodeOfInstalled(child: ChildProcess): Promise<number> {
  try {
    return await exitCode(child);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(
      "The command `pulumi` is not on the PATH. Install it (https://www.pulumi.com/docs/install/), or add --local to use the local Azure.",
    );
  }
}

/**
 * Ignores Ctrl-C. It also reaches pulumi, which ends its operation and saves its state. This process, and a local Azure in
 * it, must run until then. Returns a function that restores the default behavior of Ctrl-C.
 */
export function waitOutInterrupts(): () => void {
  const wait = () => console.error("Waiting for pulumi to end.");
  process.on("SIGINT", wait);
  return () => process.off("SIGINT", wait);
}
