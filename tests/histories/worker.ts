/** A process that runs histories, one after another, with the program loaded once. */
import { type History, undisturbed } from "../planner/rollout/edits";
import type { ServedProgram } from "../sweep/program";
import { serveTasks } from "../sweep/serve";
import { type Came, EngineWorld } from "./engineWorld";

/** A history to be run. */
export interface Task {
  readonly history: History;
  /** Folder of the program's clone; its stack file and its lock are written. */
  readonly folder: string;
  /** Folder with the state to begin with. @default - nothing is there, and `main` is brought up first */
  readonly from?: string;
  /** Folder to keep the state in. @default - it goes */
  readonly keep?: string;
  /** Whether each `up` is followed by a preview that must show nothing. @default false */
  readonly previews?: boolean;
}

export interface Outcome {
  /** What didn't hold, with the run in which it was seen; nothing when all is well. */
  readonly wrong: readonly string[];
  readonly runs: readonly Came[];
  /** Calls to the resource manager, after each of which was looked. */
  readonly calls: number;
}

async function attempt({ history, folder, from, keep, previews }: Task, program: ServedProgram): Promise<Outcome> {
  const world = await EngineWorld.open(folder, program, from);
  const runs: Came[] = [];
  const wrong: string[] = [];
  try {
    await world.edit({ kind: "change", label: "main", recipe: 1 });
    for (const [edits, end] of from === undefined ? [[[], undisturbed] as const] : history) {
      for (const edit of edits) await world.edit(edit);
      const came = await world.run(end);
      runs.push(came);
      if (came === "done" && previews) await world.expectNoChanges();
      wrong.push(...world.wrong.splice(0).map((line) => `run ${runs.length} (${came}): ${line}`));
      if (wrong.length > 0) break;
    }
    return { wrong, runs, calls: world.calls };
  } finally {
    await world.close(keep);
  }
}

// Runs that are to be killed have process groups of their own, and end with their history.
serveTasks(attempt);
