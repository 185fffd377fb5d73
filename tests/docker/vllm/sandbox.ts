import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

export const entrypoint = path.join(__dirname, "../../../docker/vllm/entrypoint.sh");

/** Records its arguments and its environment. Each item ends with a zero byte. */
const fakeVllm = '#!/bin/sh\nprintf "%s\\0" "$@" >"$REPORT.argv"\nenv -0 >"$REPORT.env"\n';

/** A temporary folder in which the entrypoint runs with a fake `vllm` on PATH. */
export class Sandbox {
  readonly home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-entrypoint-"));

  constructor() {
    this.write("bin/vllm", fakeVllm, 0o755);
  }

  dispose(): void {
    fs.rmSync(this.home, { recursive: true, force: true });
  }

  /** Writes a file and the folders above it, and returns its path. */
  write(file: string, content: string | Uint8Array = "{}", mode = 0o644): string {
    const target = path.join(this.home, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(target, content, { mode });
    return target;
  }

  environment(variables: Readonly<Record<string, string>>): Record<string, string> {
    const { home } = this;
    return { PATH: `${home}/bin:${process.env.PATH}`, HOME: home, TMPDIR: home, REPORT: `${home}/report`, ...variables };
  }

  /**
   * Runs the entrypoint with only these variables.
   * @param prefix a command that runs the entrypoint, such as one that removes rights
   */
  run(variables: Readonly<Record<string, string>>, prefix: readonly string[] = []) {
    const [command = "bash", ...args] = [...prefix, "bash", entrypoint];
    const { status, stdout, stderr } = spawnSync(command, args, { env: this.environment(variables), encoding: "utf8" });
    return {
      status,
      stdout,
      stderr,
      argv: this.reported("argv"),
      env: Object.fromEntries((this.reported("env") ?? []).map((entry) => entry.split(/=(.*)/s))),
    };
  }

  /** What the fake `vllm` received. `undefined`: it was not started. */
  private reported(what: "argv" | "env"): string[] | undefined {
    const file = `${this.home}/report.${what}`;
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\0").slice(0, -1) : undefined;
  }

  /** Runs the entrypoint and expects one line on the error output, and that `vllm` was not started. */
  expectFailure(variables: Readonly<Record<string, string>>, status: number, message: string, prefix: readonly string[] = []): void {
    const result = this.run(variables, prefix);
    expect([result.status, result.stderr, result.argv]).toEqual([status, `moor: ${message}\n`, undefined]);
  }
}
