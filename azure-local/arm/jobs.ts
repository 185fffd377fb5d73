/** Work outside the state that a request started: the copy of an image, the run of a task. It ends after the response of the request. */
export interface Job {
  /** Identifies the job among all jobs. */
  readonly id: string;
  /** Does the work and returns the change of the state that it leads to. It must not throw. */
  work(): Promise<() => void>;
}

/**
 * Starts jobs after the request that created them was written, and again in the next process if this one ends first. A job must therefore be
 * repeatable.
 */
export class Jobs {
  private readonly started = new Set<string>();
  private stopped = false;

  /**
   * @param pending All jobs that have not ended, from the written state
   * @param commit Writes the change that a job leads to
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
