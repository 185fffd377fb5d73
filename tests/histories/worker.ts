/** A process that runs histories, one after another, and loads the program once. */
import { type History, undisturbed } from "../planner/rollout/edits";
import type { ServedProgram } from "../sweep/program";
import { serveTasks } from "../sweep/serve";
import { type Came, EngineWorld } from "./engineWorld";

/** A history to run. */
export interface Task {
  readonly history: History;
  /** Folder of the program's clone; its stack file and its lock file are written. */
  readonly folder: string;
  /** Folder with the initial state. @default - none: `main` is created first */
  readonly from?: string;
  /** Folder in which the state is kept. @default - it is deleted */
  readonly keep?: string;
  /** Whether each `up` is followed by a preview, which must show no changes. @default false */
  readonly previews?: boolean;
}

export interface Outcome {
  /** Violations, each with its run; empty if there are none. */
  readonly wrong: readonly string[];
  readonly runs: readonly Came[];
  /** Number of checked requests to the resource manager. */
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

// Runs that will be killed have separate process groups, and end with their history.
serveTasks(attempt);
