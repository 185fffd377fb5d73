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

/**
 * Maximum time until a new role assignment takes effect, and the pause between two attempts, in seconds.
 * Source: Azure docs, role-based-access-control/troubleshooting.
 */
const propagation = { limit: 600, pause: 30 } as const;

/** Maximum wait for a run, in seconds: its own timeout, and an hour until an agent is available. */
const longestWait = seconds.run + 3600;

export interface BuildRun {
  readonly registryId: string;
  readonly taskId: string;
  readonly repository: string;
  readonly tag: string;
  /** Whether to build again, even if an earlier run succeeded. */
  readonly again: boolean;
  readonly clock: Clock;
  readonly report: (line: string) => void;
  /** Whether the task runs in the local Azure, which can pass a run without building. */
  readonly local: boolean;
  /** Ends the wait for the run. */
  readonly signal: AbortSignal | undefined;
}

export interface BuildResult {
  /** Digest of the pushed image. */
  readonly digest: string;
  /** Why the local Azure built nothing: a line of the run's log. Absent if the image was built. */
  readonly unbuilt?: string;
}

/**
 * Runs the task and returns the digest of the pushed image. A run that fails before its first step is repeated for up to 10 minutes,
 * because the role of a new identity takes effect with a delay.
 * @throws TaskRunError with the end of the log; ArmError; Error if the result contains no digest
 */
export async function runBuild(azure: ArmClient, run: BuildRun): Promise<BuildResult> {
  const runId = await admittedRun(azure, run);
  const { registryId, repository, tag, local } = run;
  const resource = `${registryId}/runs/${runId}`;
  const { outputImages = [] } = (await azure.get<Run>(resource, taskApiVersion)).properties;
  const named = outputImages.find((image) => image.repository === repository && image.tag === tag)?.digest;
  const log = named === undefined || local ? await runLog(azure, resource) : undefined;
  const digest = named ?? pushedDigest(log);
  const unbuilt = local ? /^Nothing was built: .*$/m.exec(log ?? "")?.[0] : undefined;
  if (digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest)) return { digest, ...(unbuilt === undefined ? {} : { unbuilt }) };
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
      // The script of the first step prints the mark.
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
