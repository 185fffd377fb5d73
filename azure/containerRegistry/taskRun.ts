/** Runs of a task of a container registry (ACR task). */
import { setTimeout as sleep } from "node:timers/promises";
import type { ArmClient } from "../arm";
import { parentOf, parseArmId } from "../armId";
import { taskApiVersion } from "./apiVersions";

/** States of a run. Source: azure-rest-api-specs, containerregistry, `RunStatus`. */
const states = {
  Queued: "active",
  Started: "active",
  Running: "active",
  Succeeded: "succeeded",
  Failed: "failed",
  Canceled: "failed",
  Error: "failed",
  Timeout: "failed",
} as const;

interface Run {
  readonly properties: {
    readonly runId: string;
    readonly status: keyof typeof states;
    readonly createTime?: string;
    readonly runErrorMessage?: string;
  };
}

export interface TaskRunOptions {
  /** Receives one line of progress. */
  readonly report: (line: string) => void;
  /** Whether the result is known to be absent, so that a run is started even if an earlier run succeeded. @default false */
  readonly isAbsent?: boolean;
  /** Seconds to wait for the end of a run. The wait for an agent is included, which can take more than 10 minutes. @default 7200 */
  readonly limitSeconds?: number;
  /** Ends the wait with an AbortError. The run continues. @default - the wait can't be ended */
  readonly signal?: AbortSignal;
}

/** A run of a task failed, or did not end in time. */
export class TaskRunError extends Error {
  constructor(
    readonly runId: string,
    message: string,
  ) {
    super(message);
    this.name = "TaskRunError";
  }
}

/**
 * Runs a task unless a run of it has succeeded. If a run is active, for example because the program was killed, it waits for that run.
 * @returns the run that succeeded
 * @throws TaskRunError with the end of the log if the run fails; ArmError
 */
export async function runTask(azure: ArmClient, taskId: string, options: TaskRunOptions): Promise<string> {
  const { report, isAbsent = false, limitSeconds = 7200, signal } = options;
  const registryId = parentOf(taskId);
  const runs = await runsOf(azure, registryId, taskId);
  const done = runs.find(({ properties }) => states[properties.status] === "succeeded");
  if (done !== undefined && !isAbsent) return done.properties.runId;
  const active = runs.find(({ properties }) => states[properties.status] === "active");
  const runId = active?.properties.runId ?? (await start(azure, registryId, taskId));
  report(active === undefined ? `Run ${runId} of the task started.` : `Waiting for run ${runId}, which is already active.`);
  await waitForRun(azure, `${registryId}/runs/${runId}`, runId, { limitSeconds, signal });
  return runId;
}

/** The runs of the task, newest first. */
async function runsOf(azure: ArmClient, registryId: string, taskId: string): Promise<readonly Run[]> {
  const { name } = parseArmId(taskId)!;
  const runs = await azure.list<Run>(`${registryId}/runs`, { apiVersion: taskApiVersion, filter: `TaskName eq '${name}'` });
  const time = ({ properties: { createTime } }: Run) => (createTime === undefined ? 0 : Date.parse(createTime));
  return [...runs].sort((one, other) => time(other) - time(one));
}

async function start(azure: ArmClient, registryId: string, taskId: string): Promise<string> {
  const run = await azure.post<Run>(registryId, "scheduleRun", { type: "TaskRunRequest", taskId }, taskApiVersion);
  return run.properties.runId;
}

async function waitForRun(
  azure: ArmClient,
  runResource: string,
  runId: string,
  { limitSeconds, signal }: { readonly limitSeconds: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const end = Date.now() + limitSeconds * 1000;
  for (;;) {
    const { status, runErrorMessage } = (await azure.get<Run>(runResource, taskApiVersion)).properties;
    const state = states[status];
    if (state === "succeeded") return;
    if (state === "failed") {
      const reason = runErrorMessage === undefined ? "" : ` ${runErrorMessage}`;
      throw new TaskRunError(
        runId,
        `Run ${runId} of the task ended with the status ${status}.${reason}\n${await logTail(azure, runResource)}`,
      );
    }
    if (Date.now() >= end) {
      throw new TaskRunError(
        runId,
        `Run ${runId} of the task is still ${status} after ${limitSeconds} s. Check it in the Azure portal, then run the command again.`,
      );
    }
    await sleep(azure.pollSeconds * 1000, undefined, { signal });
  }
}

/** Number of lines of the log in an error. */
const tailLines = 20;

/** The end of a run's log. */
async function logTail(azure: ArmClient, runResource: string): Promise<string> {
  const { name } = parseArmId(runResource)!;
  const log = await runLog(azure, runResource);
  if (log === undefined) {
    return `The log can't be read. Show it with:\n  az acr task logs --registry ${parseArmId(parentOf(runResource))!.name} --run-id ${name}`;
  }
  const lines = log.trimEnd().split(/\r?\n/);
  return ["The end of its log:", ...lines.slice(-tailLines).map((line) => `  ${line}`)].join("\n");
}

/**
 * Returns the log of a run. Undefined if it can't be read. The log is in Azure Storage and is read with a signed URL. The URL is a secret,
 * so errors of this request are not shown.
 */
export async function runLog(azure: ArmClient, runResource: string): Promise<string | undefined> {
  try {
    const { logLink } = await azure.post<{ readonly logLink?: string }>(runResource, "listLogSasUrl", {}, taskApiVersion);
    const answer = await fetch(logLink ?? "");
    return answer.ok ? await answer.text() : undefined;
  } catch {
    return undefined;
  }
}
