import type { Registries, TaskRunResult } from "../../registry/registries";
import type { Engine } from "../engine";
import type { Job } from "../jobs";
import { loginServerOf } from "./admission";
import type { Run } from "./run";
import type { RunWork } from "./schedule";
import { readTaskFile } from "./taskFile";

/** Minimum duration of a run, in Azure seconds. Its commands can take longer. */
const SECONDS = 30;

/**
 * The runs whose commands have not ended. A run that a killed simulator had started is repeated, because runs in Azure don't depend on
 * clients.
 */
export function runJobs(engine: Engine, registries: Registries): Job[] {
  return engine.runs.unfinished().map((run) => ({ id: run.id, work: () => finished(run, engine, registries) }));
}

async function finished(run: Run, engine: Engine, registries: Registries): Promise<() => void> {
  const result = await execute(run, engine, registries);
  return () => {
    const current = engine.runs.get(run.id);
    if (current === undefined || current.canceledAt !== undefined) return;
    engine.credentials.forget(run.id);
    const finishedAt = Math.max(engine.now(), run.startsAt + engine.clock.millisecondsFor(SECONDS));
    engine.runs.put({ ...current, result: { ...result, finishedAt } });
    const registry = engine.store.get(run.registryId);
    if (registry && result.succeeded) record(registry.id, result, engine);
  };
}

async function execute(run: Run, engine: Engine, registries: Registries): Promise<TaskRunResult> {
  const registry = engine.store.get(run.registryId);
  if (run.refusal !== undefined || registry === undefined) return failed(run.refusal ?? "The registry was deleted.");
  const { content = "", unsupported } = engine.credentials.secretsOf<RunWork>(run.id) ?? {};
  if (unsupported !== undefined) return failed(unsupported);
  const read = readTaskFile(content);
  if ("problem" in read) return failed(`failed to unmarshal task before running: ${read.problem}`);
  const { registryId, principalId } = run;
  try {
    return await registries.runTask({ registryId, loginServer: loginServerOf(registry), steps: read.file, principalId, admitted: true });
  } catch (error) {
    return failed(`The local Azure could not run the task: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function failed(log: string): TaskRunResult {
  return { succeeded: false, log, images: [] };
}

/** Records the images for the rules of deployments. */
function record(registryId: string, { images }: TaskRunResult, { contents }: Engine): void {
  for (const { repository, tag, digest } of images) contents.putImage(registryId, repository, tag, digest);
}
