import { spawn } from "node:child_process";
import * as path from "node:path";
import { ensureEngine } from "../azure-local/engine";
import { exitCode } from "./pulumiProcess";
import { root } from "./stackFiles";

/** `npm test`: everything the tests need, then jest with the arguments given. The exit code is jest's. */
export async function test(args: string[]): Promise<void> {
  await ensureEngine((line) => console.error(line));
  const jest = path.join(root, "node_modules", "jest", "bin", "jest.js");
  process.exitCode = await exitCode(spawn(process.execPath, [jest, ...args], { cwd: root, stdio: "inherit" }));
}
