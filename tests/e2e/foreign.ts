/** A small program that isn't Moor's, on the local Azure. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type LocalSession, openSession, root } from "../../cli/local/session";
import { exitCode, startPulumi } from "../../cli/pulumiProcess";
import { outputOf } from "../support/childOutput";
import type { Run } from "./sandbox";

export interface Foreign {
  /** Folder of the program. */
  readonly folder: string;
  readonly session: LocalSession;
  /** Runs pulumi on the program's only stack. */
  run(...args: string[]): Promise<Run>;
  close(): Promise<void>;
}

/** @param fixture Folder with the program, which is copied. */
export async function openForeign(fixture: string, config: Readonly<Record<string, string>>): Promise<Foreign> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-foreign-"));
  const folder = path.join(home, "program");
  fs.cpSync(fixture, folder, { recursive: true });
  fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  const session = await openSession(() => {}, home);
  const run = async (...args: string[]): Promise<Run> => {
    const all = [...args, "--non-interactive", "--color", "never"];
    const child = startPulumi(session.engine, all, folder, session.environment, ["ignore", "pipe", "pipe"]);
    const output = outputOf(child);
    return { code: await exitCode(child), output: output() };
  };
  await run("stack", "init", "dev");
  for (const [key, value] of Object.entries(config)) await run("config", "set", key, value);
  return {
    folder,
    session,
    run,
    async close() {
      await session.close();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}
