import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { outputOf } from "../support/childOutput";

const entrypoint = path.join(__dirname, "../../docker/vllm/entrypoint.sh");
/** Milliseconds from the start until vLLM must be ready. Measured on two busy cores: at most 214 s. */
const longestStart = 600_000;

/** The entrypoint of the image, which runs on this machine without a container. */
export class Container {
  /** The lines of both outputs so far. */
  readonly output: () => string;
  /** Resolves with the exit code when it ends. */
  readonly exit: Promise<number | null>;
  private readonly child: ChildProcess;
  private ended = false;

  /** @param variables all environment variables */
  constructor(variables: Readonly<Record<string, string>>) {
    this.child = spawn("bash", [entrypoint], { env: variables, stdio: ["ignore", "pipe", "pipe"] });
    this.output = outputOf(this.child);
    this.exit = new Promise((resolve) => {
      this.child.on("close", (code) => {
        this.ended = true;
        resolve(code);
      });
    });
  }

  /** Lines of the entrypoint itself. */
  lines(): string[] {
    return this.output()
      .split("\n")
      .filter((line) => line.startsWith("moor: "));
  }

  /**
   * Waits until a readiness probe succeeds.
   * @returns seconds
   * @throws Error with the last lines of the output if the process ends first, or takes too long
   */
  async ready(probe: string): Promise<number> {
    const began = performance.now();
    while (!this.ended && performance.now() - began < longestStart) {
      const answer = await fetch(probe).catch(() => undefined);
      if (answer?.ok) return (performance.now() - began) / 1000;
      await sleep(500);
    }
    const state = this.ended ? "ended" : `is not ready after ${longestStart / 1000} s`;
    throw new Error(`vLLM ${state}. Its last lines:\n${this.output().trimEnd().split("\n").slice(-15).join("\n")}`);
  }

  /** Sends SIGTERM and returns the exit code. */
  async stop(): Promise<number | null> {
    this.child.kill("SIGTERM");
    return this.exit;
  }
}
