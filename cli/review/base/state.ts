/** The state of a stack at the base commit: the home folder of a local Azure in which the stack was brought up. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { engineVersion } from "../../../azure-local/engine";
import { lockFileName } from "../../../config/lockFile";
import { cachedFolder } from "../../../operations/review/cache";
import { endOfOutput } from "../../../operations/review/preview";
import { openSession } from "../../local/session";
import { prepareStack } from "../../local/stackFile";
import { root, stackFileOf } from "../../stackFiles";
import { stackPulumi } from "../../stackPulumi";

export interface BaseState {
  readonly stack: string;
  readonly commit: string;
  /** Folder of the commit in the cache. */
  readonly folder: string;
  /** Folder of the program at the commit. */
  readonly program: string;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

/**
 * Returns the home folder with the stack at the commit. The first time, it brings the stack up with the local Azure of the current program.
 * @returns undefined if the stack has no stack file at the commit
 * @throws Error with the end of pulumi's output if the stack can't be brought up
 */
export async function baseState(base: BaseState): Promise<string | undefined> {
  const { stack, commit, folder, program, report } = base;
  const source = stackFileOf(stack, program);
  if (source === undefined) return undefined;
  return cachedFolder(path.join(folder, `${stack}-${keyOf(base, source)}`), async (home) => {
    report(`${stack}: bringing up ${commit.slice(0, 12)} on the local Azure`);
    await bringUp(base, source, home);
  });
}

/** Everything that the state depends on, except the commit. */
function keyOf({ stack, program }: BaseState, source: string): string {
  const hash = createHash("sha256");
  const add = (text: string | Buffer) => hash.update(`${text.length}\n`).update(text);
  const lock = path.join(program, lockFileName(stack));
  for (const file of [source, lock]) add(fs.existsSync(file) ? fs.readFileSync(file) : "");
  for (const folder of ["azure-local", path.join("cli", "local")]) {
    const names = fs.readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" }).sort();
    const files = names.map((name) => path.join(root, folder, name)).filter((file) => fs.statSync(file).isFile());
    for (const file of files) add(file).update(fs.readFileSync(file));
  }
  add(engineVersion);
  const variables = Object.entries(process.env).filter(([name]) => name.startsWith("MOOR_") && name !== "MOOR_LOCAL_HOME");
  add(JSON.stringify(variables.sort()));
  return hash.digest("hex").slice(0, 16);
}

async function bringUp({ stack, commit, program, signal, report }: BaseState, source: string, home: string): Promise<void> {
  const session = await openSession(report, home);
  try {
    const configFile = await prepareStack(session, stack, source, program);
    const engine = { command: session.engine.command, environment: session.environment, configFile, folder: program };
    const { code, output, errors } = await stackPulumi(engine, stack, true, signal).run(["up", "--yes", "--skip-preview"]);
    signal.throwIfAborted();
    if (code === 0) return;
    throw new Error(
      `The stack ${stack} of the commit ${commit.slice(0, 12)} can't be brought up on the local Azure, so there is nothing to compare with. ` +
        "Set --base to another commit, or omit --base to use the state of the stack. " +
        `pulumi up ended with code ${code}: ${endOfOutput(`${output}${errors}`)}`,
    );
  } finally {
    await session.close();
  }
}
