/** Compares the table of vLLM with a wheel, without installing it. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseVllmTable, type VllmTable, vllmChanges } from "./vllmChanges";

export interface CompareWheelOptions {
  /** Expected version, for example `0.32.0`. */
  readonly version: string;
  /** Wheel of vLLM or of its build for machines without a GPU. */
  readonly wheel?: string;
  /** Folder of the program. */
  readonly root: string;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Reads the parsers and architectures from the source in a wheel. Writes nothing.
 * @returns what differs from facts/vllm-cli.json, a line each
 * @throws Error with one sentence if the wheel can't be read
 */
export async function compareWheel({ version, wheel, root, environment }: CompareWheelOptions): Promise<readonly string[]> {
  if (wheel === undefined) throw new Error("--compare requires --wheel: the wheel file to read.");
  const before = parseVllmTable(fs.readFileSync(path.join(root, "facts", "vllm-cli.json"), "utf8"));
  if (before === undefined) throw new Error("facts/vllm-cli.json is not a table of vLLM. Restore the file from Git.");
  const after = readWheel(checkedWheel(wheel), environment);
  const named = version.replace(/^v/, "");
  if (after.vllm.split("+")[0] !== named)
    throw new Error(`${wheel} contains vLLM ${after.vllm}, not ${named}. Use the wheel of this version.`);
  return [
    ...vllmChanges(before, after),
    "The flags were not compared, and nothing was written. Without --compare, the command reads the flags as well.",
  ];
}

/** @throws Error if there is no wheel with this path */
export function checkedWheel(wheel: string): string {
  if (wheel.endsWith(".whl") && fs.existsSync(wheel)) return wheel;
  throw new Error(`--wheel is ${wheel}. Allowed: the path of an existing file whose name ends with .whl.`);
}

function readWheel(wheel: string, env: NodeJS.ProcessEnv): Omit<VllmTable, "flags"> {
  const { status, stdout, stderr, error } = spawnSync("python3", [path.join(__dirname, "vllmWheel.py"), wheel], { env, encoding: "utf8" });
  if (error !== undefined) throw new Error("python3 is not on the PATH. Install Python 3.10 or newer.");
  if (status === 0) return JSON.parse(stdout) as Omit<VllmTable, "flags">;
  const last = stderr.trim().split("\n").at(-1);
  throw new Error(`${wheel} can't be read as a wheel of vLLM: ${last}. If its code has moved, adjust operations/renew/vllmWheel.py.`);
}
