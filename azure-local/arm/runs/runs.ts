import type { JsonObject } from "../json";
import { isWithin } from "../path";
import type { Table, Tables } from "../tables";
import { stamp } from "../timestamp";
import { isActive, type Run, statusOf } from "./run";

/** The runs of all registries. They are deleted with their registry, and stay when their task is deleted. */
export class Runs {
  private readonly runs: Table<Run>;

  constructor(tables: Tables) {
    this.runs = tables.table("runs");
  }

  get(id: string): Run | undefined {
    return this.runs.get(id.toLowerCase());
  }

  put(run: Run): void {
    this.runs.set(run.id.toLowerCase(), run);
  }

  /** The runs of a registry, newest first. */
  of(registryId: string): Run[] {
    return [...this.runs.values()].filter((run) => isWithin(run.registryId, registryId)).sort((a, b) => b.number - a.number);
  }

  /** The runs whose commands have not ended. */
  unfinished(): Run[] {
    return [...this.runs.values()].filter(({ result, canceledAt }) => result === undefined && canceledAt === undefined);
  }

  forget(resourceId: string): void {
    for (const { id, registryId } of [...this.runs.values()]) if (isWithin(registryId, resourceId)) this.runs.delete(id.toLowerCase());
  }
}

/** Azure/azure-cli issue 28151 and others: the last line of the log of a failed run. */
const RUN_ERROR = "failed during run, err: exit status 1";

/** The GET response of a run. */
export function runView(run: Run, loginServer: string, now: number): JsonObject {
  const { id, runId, runType, task, platform, createdAt, startsAt, result, canceledAt } = run;
  const status = statusOf(run, now);
  const ended = isActive(run, now) ? undefined : (canceledAt ?? result?.finishedAt);
  const images = status === "Succeeded" ? (result?.images ?? []) : [];
  return {
    id,
    name: runId,
    type: "Microsoft.ContainerRegistry/registries/runs",
    properties: {
      runId,
      status,
      lastUpdatedTime: stamp(ended ?? Math.min(now, Math.max(startsAt, createdAt))),
      runType,
      createTime: stamp(createdAt),
      ...(now < startsAt ? {} : { startTime: stamp(startsAt) }),
      ...(ended === undefined ? {} : { finishTime: stamp(ended) }),
      ...(images.length > 0 ? { outputImages: images.map((image) => ({ registry: loginServer, ...image })) } : {}),
      ...(task === undefined ? {} : { task }),
      ...(platform === undefined ? {} : { platform }),
      ...(status === "Failed" ? { runErrorMessage: RUN_ERROR } : {}),
      provisioningState: "Succeeded",
      isArchiveEnabled: false,
    },
  };
}

/** The log of a run. Empty until its commands have ended. */
export function logOf(run: Run, now: number): string {
  const { runId, startsAt, result } = run;
  if (result === undefined || isActive(run, now)) return "";
  const seconds = Math.round((result.finishedAt - startsAt) / 1000);
  const end = result.succeeded ? "was successful" : `failed`;
  const last = `Run ID: ${runId} ${end} after ${seconds}s${result.succeeded ? "" : `. Error: ${RUN_ERROR}`}`;
  return `${result.log.replace(/\n?$/, "\n")}${last}\n`;
}
