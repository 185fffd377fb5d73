/** Previews against the stacks of a commit, which are brought up on the local Azure, so that a review needs no access to Azure. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type PreviewSource, previewStack } from "../../../operations/review";
import { inUnfinished, keepNewest, removeUnfinished } from "../../../operations/review/cache";
import { resolveCommit } from "../../../operations/review/commit";
import type { Preview } from "../../../review";
import { makeFolders } from "../../folders";
import { openSession } from "../../local/session";
import { prepareStack } from "../../local/stackFile";
import { requireStackFile, root, stacksWithFile } from "../../stackFiles";
import { stackPulumi } from "../../stackPulumi";
import { baseProgram } from "./program";
import { baseState } from "./state";

/** Number of commits whose stacks stay in the cache. A stack needs about 10 MB. */
const keptCommits = 5;

export interface BaseStacks {
  readonly commit: string;
  readonly sources: readonly PreviewSource[];
  /** Stacks that have a stack file only at the commit. */
  readonly removed: readonly string[];
}

/**
 * @param ref Any name of a commit in the Git repository.
 * @throws Error if the program of the commit can't be read or its packages can't be installed
 */
export async function baseStacks(ref: string, stacks: readonly string[], report: (line: string) => void): Promise<BaseStacks> {
  const commit = resolveCommit(root, ref);
  const folder = path.join(root, ".moor", "base", commit);
  makeFolders(folder, 0o700);
  removeUnfinished(folder);
  keepNewest(folder, keptCommits);
  const program = await baseProgram(folder, commit, report);
  const sources = stacks.map((stack) => ({
    stack,
    preview: async (signal: AbortSignal) => {
      const home = await baseState({ stack, commit, folder, program, signal, report });
      return inUnfinished(path.join(folder, `${stack}.preview`), (copy) => previewOn(copy, home, stack, signal, report));
    },
  }));
  const current = stacksWithFile();
  return { commit, sources, removed: stacksWithFile(program).filter((stack) => !current.includes(stack)) };
}

/** Previews the current program in a copy of a home folder. A stack without one is new. */
async function previewOn(
  copy: string,
  home: string | undefined,
  stack: string,
  signal: AbortSignal,
  report: (line: string) => void,
): Promise<Preview> {
  if (home !== undefined) fs.cpSync(home, copy, { recursive: true });
  const session = await openSession(report, copy);
  try {
    const configFile = await prepareStack(session, stack, requireStackFile(stack));
    const engine = { command: session.engine.command, environment: session.environment, configFile };
    return await previewStack(stackPulumi(engine, stack, true, signal));
  } finally {
    await session.close();
  }
}
