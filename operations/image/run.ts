/** Runs the task of a build and finds the digest of the image. */
import type { ArmClient } from "../../azure/arm";
import { runLog, runTask, TaskRunError, taskApiVersion } from "../../azure/containerRegistry";
import { seconds, startedMark } from "./taskFile";

/** The time, for tests. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  sleep(seconds: number, signal: AbortSignal | undefined): Promise<void>;
}

/** Longest time until a new role takes effect, and the pause between two attempts, in seconds. Source: Azure docs, role-based-access-control/troubleshooting. */
const propagation = { limit: 600, pause: 30 } as const;

/** Longest wait for a run: its own limit, and an hour until Azure has an agent for it. */
const longestWait = seconds.run + 3600;

export interface BuildRun {
  readonly registryId: string;
  readonly taskId: string;
  readonly repository: string;
  readonly tag: string;
  /** Whether a run that succeeded earlier doesn't count. */
  readonly again: boolean;
  readonly clock: Clock;
  readonly report: (line: string) => void;
  /** Ends the wait for the run. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs the task and returns the digest of the pushed image. A run that fails before its first step is repeated for up to 10 minutes: the role of a
 * new identity takes effect with a delay.
 * @throws TaskRunError with the end of the log; ArmError; Error if the run names no digest
 */
export async function runBuild(azure: ArmClient, run: BuildRun): Promise<string> {
  const runId = await admittedRun(azure, run);
  const { registryId, repository, tag } = run;
  const resource = `${registryId}/runs/${runId}`;
  const { outputImages = [] } = (await azure.get<Run>(resource, taskApiVersion)).properties;
  const digest =
    outputImages.find((image) => image.repository === repository && image.tag === tag)?.digest ??
    pushedDigest(await runLog(azure, resource));
  if (digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw new Error(
    `Run ${runId} succeeded, but neither its result nor its log contains the digest of ${repository}:${tag}. Run the command again with --force.`,
  );
}

interface Run {
  readonly properties: {
    readonly outputImages?: readonly { readonly repository?: string; readonly tag?: string; readonly digest?: string }[];
  };
}

async function admittedRun(azure: ArmClient, { registryId, taskId, again, clock, report, signal }: BuildRun): Promise<string> {
  const end = clock.now() + propagation.limit * 1000;
  for (;;) {
    try {
      return await runTask(azure, taskId, {
        report,
        isAbsent: again,
        limitSeconds: longestWait,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (!(error instanceof TaskRunError) || clock.now() >= end) throw error;
      const log = await runLog(azure, `${registryId}/runs/${error.runId}`);
      // Our own script writes the mark as the first step.
      if (log === undefined || log.includes(startedMark)) throw error;
      report(
        `Run ${error.runId} failed before its first step. The role of the task can need some minutes to take effect. Trying again in ${propagation.pause} s.`,
      );
      await clock.sleep(propagation.pause, signal);
    }
  }
}

/** The last digest that `docker push` printed. */
function pushedDigest(log: string | undefined): string | undefined {
  return [...(log ?? "").matchAll(/\bdigest: (sha256:[0-9a-f]{64})\b/g)].at(-1)?.[1];
}
