import type { TaskRunResult } from "../../registry/registries";

/** A run of a task, or a quick run, of a container registry. */
export interface Run {
  /** ARM ID: `<registry>/runs/<runId>`. */
  readonly id: string;
  readonly registryId: string;
  readonly runId: string;
  /** Orders the runs of a registry, from 1. */
  readonly number: number;
  readonly runType: "QuickBuild" | "QuickRun";
  /** Name of the task. Absent for a run without a task. */
  readonly task?: string;
  readonly platform?: unknown;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly startsAt: number;
  /** The identity that the run uses on its registry. */
  readonly principalId?: string;
  /** The log of a run that fails before its first step. */
  readonly refusal?: string;
  readonly result?: TaskRunResult & { readonly finishedAt: number };
  readonly canceledAt?: number;
}

export type RunStatus = "Queued" | "Running" | "Succeeded" | "Failed" | "Canceled";

export function statusOf({ startsAt, result, canceledAt }: Run, now: number): RunStatus {
  if (canceledAt !== undefined) return "Canceled";
  if (now < startsAt) return "Queued";
  if (result === undefined || now < result.finishedAt) return "Running";
  return result.succeeded ? "Succeeded" : "Failed";
}

/** Whether the run has neither ended nor been canceled. */
export function isActive(run: Run, now: number): boolean {
  return ["Queued", "Running"].includes(statusOf(run, now));
}
