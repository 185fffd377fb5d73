/** Work outside the state that a request started, such as an import or the run of a task. It continues after the response. */
export interface Job {
  /** Identifies the job among all jobs. */
  readonly id: string;
  /** Does the work and returns the resulting change of the state. It must not throw. */
  work(): Promise<() => void>;
}

/**
 * Starts jobs after the request that created them was written. If the process ends before a job, the next process starts the job again.
 * Therefore, jobs must be repeatable.
 */
export class Jobs {
  private readonly started = new Set<string>();
  private stopped = false;

  /**
   * @param pending All jobs that have not ended, from the written state
   * @param commit Writes the resulting change of a job
   */
  constructor(
    private readonly pending: () => readonly Job[],
    private readonly commit: (change: () => void) => void,
  ) {}

  /** Starts all jobs that are not started yet. */
  start(): void {
    if (this.stopped) return;
    for (const job of this.pending()) {
      if (this.started.has(job.id)) continue;
      this.started.add(job.id);
      void this.finish(job);
    }
  }

  /** Ignores the results of running jobs, which start again in the next process. */
  stop(): void {
    this.stopped = true;
  }

  private async finish(job: Job): Promise<void> {
    const change = await job.work();
    if (this.stopped) return;
    try {
      this.commit(change);
    } catch {
      // The state can't be written. The job starts again with the next request.
    } finally {
      this.started.delete(job.id);
    }
  }
}
