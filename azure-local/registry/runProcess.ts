import { spawn } from "node:child_process";

export interface ProcessRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** @default no limit */
  readonly timeoutSeconds?: number;
  /** Ends the process and all processes that it started. */
  readonly signal?: AbortSignal;
  /** Called with the output so far: the last 256 KiB of both outputs. */
  readonly onOutput?: (output: string) => void;
  /**
   * Opens file descriptor 3 of the program as a pipe that ends when this process ends, even if it was killed.
   * @default false
   */
  readonly lifeline?: boolean;
}

export interface ProcessResult {
  /** Exit code; undefined if the process didn't start, or was ended by a signal. */
  readonly code: number | undefined;
  /** The last 256 KiB of both outputs. */
  readonly output: string;
  /** Why there is no exit code. */
  readonly problem?: string;
}

/** Maximum length of an output in characters. */
const longestOutput = 256 * 1024;

/** Runs a program in a process group of its own. Never rejects. */
export function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const { program, args, folder, environment, timeoutSeconds, signal, onOutput, lifeline = false } = request;
  return new Promise((resolve) => {
    const outputs = ["ignore", "pipe", "pipe"] as const;
    const child = spawn(program, args, {
      cwd: folder,
      env: environment,
      stdio: lifeline ? [...outputs, "pipe"] : [...outputs],
      detached: true,
    });
    let output = "";
    let problem: string | undefined;
    const add = (text: string) => {
      output = (output + text).slice(-longestOutput);
      onOutput?.(output);
    };
    const end = (reason: string) => {
      problem ??= reason;
      endGroup(child.pid);
    };
    const abort = () => end("it was canceled");
    const timer =
      timeoutSeconds === undefined ? undefined : setTimeout(() => end(`it ran longer than ${timeoutSeconds} s`), timeoutSeconds * 1000);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    const finish = (code: number | null) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      const result = { output, ...(problem === undefined ? {} : { problem }) };
      resolve({ code: problem === undefined ? (code ?? undefined) : undefined, ...result });
    };
    child.stdout?.setEncoding("utf8").on("data", add);
    child.stderr?.setEncoding("utf8").on("data", add);
    child.once("error", (error: NodeJS.ErrnoException) => {
      problem = error.code === "ENOENT" ? `${program} is not installed` : error.message;
      finish(null);
    });
    child.once("exit", (_code, ended) => {
      if (ended && problem === undefined) problem = `it was ended by ${ended}`;
      // A program that was left running can keep the outputs open.
      endGroup(child.pid);
    });
    child.once("close", finish);
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
